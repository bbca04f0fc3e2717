"""`bashu admin`: what the operator of a broker needs."""

import os
from pathlib import Path
from typing import TextIO

from bashu_daemon.bootstrap import (
    CREDENTIALS_FILE,
    FIRST_PASSWORDS_FILE,
    load_founding,
    prepare_passwords,
)
from bashu_daemon.bus.broker_config import acl_text, mosquitto_text
from bashu_daemon.bus.credentials import (
    hash_password,
    load_credentials,
    save_credentials,
    write_private,
)
from bashu_daemon.errors import OperatorError
from bashu_daemon.serve import effective_config
from bashu_protocol import topics

MIN_PASSWORD = 10


def write_broker_files(config_file: Path | None, data_dir: Path | None, port: int) -> int:
    """Write password file, ACL and mosquitto.conf for the users of the members file."""
    config = effective_config(config_file, None, data_dir)
    roles = load_founding(config).roles()
    prepare_passwords(config.data_dir, sorted(roles))
    base = config.data_dir.resolve()
    folder = base / "mosquitto"
    folder.mkdir(exist_ok=True)
    write_private(folder / "acl", acl_text(roles.items()))
    text = mosquitto_text(
        port=port,
        password_file=base / CREDENTIALS_FILE,
        acl_file=folder / "acl",
        # Mosquitto started by root would otherwise become a user who cannot read these files.
        run_as="root" if os.geteuid() == 0 else None,
    )
    write_private(folder / "mosquitto.conf", text)
    print(f"Wrote {folder / 'mosquitto.conf'}, with ACL and passwords for {len(roles)} users.")
    print(f"First passwords: {base / FIRST_PASSWORDS_FILE}")
    print(f"Start the broker with: mosquitto -c {folder / 'mosquitto.conf'}")
    return 0


def set_password(config_file: Path | None, data_dir: Path | None, user: str, source: TextIO) -> int:
    """Set a user's password, read as one line."""
    if topics.USER_NAME.fullmatch(user) is None or user == topics.VENUE_USER:
        raise OperatorError(f"{user!r} is not the name of a member's user.")
    config = effective_config(config_file, None, data_dir)
    if source.isatty():
        print(f"Password for {user}: ", end="", flush=True)
    password = source.readline().rstrip("\n")
    if len(password) < MIN_PASSWORD:
        raise OperatorError(f"A password needs at least {MIN_PASSWORD} characters.")
    config.data_dir.mkdir(parents=True, exist_ok=True)
    path = config.data_dir / CREDENTIALS_FILE
    credentials = load_credentials(path)
    credentials[user] = hash_password(password)
    save_credentials(path, credentials)
    print("Set. Mosquitto reads it after a SIGHUP; the embedded broker at the next logon.")
    return 0
