"""`bashu serve` as a process behind a Mosquitto; it can be killed and started again."""

import subprocess
import sys
from pathlib import Path

from bashu_testing import PASSWORDS, PATIENCE_SECONDS, ROLES, SYMBOL

import bashu_daemon
from bashu_daemon.bootstrap import CREDENTIALS_FILE, FIRST_PASSWORDS_FILE
from bashu_daemon.bus.credentials import hash_password, save_credentials

MEMBERS = "\n".join(
    f"""[[members]]
member = "m-{user}"
name = "{user}"
owner = "{"bo" if user == "carl" else user}"
city = "other"
kind = "institution"
users = [{{ user = "{user}", role = "{role}" }}]
cash = 100_000_000_000
holdings = {{ {SYMBOL} = 1_000_000 }}
"""
    for user, role in ROLES.items()
)
RULEBOOK = Path(bashu_daemon.__file__).parent / "rulebooks" / "bashu.toml"


class ServedVenue:
    """A daemon on one data directory; its users and passwords are those of `bashu_testing`."""

    def __init__(self, directory: Path, broker_port: int, rulebook: Path = RULEBOOK) -> None:
        self.data = directory / "data"
        self._directory = directory
        self._broker_port = broker_port
        self._process: subprocess.Popen[bytes] | None = None
        self.data.mkdir()
        save_credentials(
            self.data / CREDENTIALS_FILE, {u: hash_password(p, 101) for u, p in PASSWORDS.items()}
        )
        (self.data / FIRST_PASSWORDS_FILE).write_text(f"venue {PASSWORDS['venue']}\n")
        (directory / "members.toml").write_text(MEMBERS)
        (directory / "bashu.toml").write_text(
            'data_dir = "data"\nmembers = "members.toml"\nsnapshot_every = 900\n'
            f'log_level = "WARNING"\nrulebook = "{rulebook}"\n'
        )

    def start(self) -> None:
        """Start it; clients wait for it by themselves."""
        with (self._directory / "venue.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(Path(sys.executable).parent / "bashu"), "serve",
                    "--config", str(self._directory / "bashu.toml"),
                    "--broker", f"mqtt://127.0.0.1:{self._broker_port}",
                ],
                stderr=log,
            )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL: it has no time to say or to write anything."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
