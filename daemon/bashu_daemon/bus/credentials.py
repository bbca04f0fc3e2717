"""Passwords, in Mosquitto's own file format, so that one file serves every broker.

A line is `user:$7$iterations$salt$hash`: PBKDF2 with SHA-512, salt and hash in Base64.
"""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from bashu_daemon.errors import OperatorError

ITERATIONS: Final = 5_000
"""About 4 ms: Mosquitto verifies in its only thread, so a reconnecting crowd must not stall it.
First passwords are random, with 96 bits, for which that is plenty."""

_KEY_BYTES: Final = 64
_SALT_BYTES: Final = 12


def hash_password(password: str, iterations: int = ITERATIONS) -> str:
    """Return the part of the line after the user name."""
    salt = os.urandom(_SALT_BYTES)
    key = _derive(password, salt, iterations)
    return f"$7${iterations}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def verify_password(password: str, stored: str) -> bool:
    """Compare in constant time; anything that is not `$7$` never fits."""
    parts = stored.split("$")
    if len(parts) != 5 or parts[0] or parts[1] != "7" or not parts[2].isdigit():
        return False
    try:
        salt = base64.b64decode(parts[3], validate=True)
        key = base64.b64decode(parts[4], validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(_derive(password, salt, int(parts[2])), key)


def new_password() -> str:
    """Draw a first password."""
    return secrets.token_urlsafe(12)


def load_credentials(path: Path) -> dict[str, str]:
    """Read the file; none is an empty one.

    Raises:
        OperatorError: naming the line that is wrong.
    """
    if not path.exists():
        return {}
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        user, colon, stored = line.partition(":")
        if not line.strip():
            continue
        if not colon or not stored.startswith("$7$"):
            raise OperatorError(f"{path}, line {number}: not a `user:$7$…` entry.")
        found[user] = stored
    return found


def save_credentials(path: Path, credentials: dict[str, str]) -> None:
    """Replace the file, readable by its owner only."""
    write_private(
        path, "".join(f"{user}:{stored}\n" for user, stored in sorted(credentials.items()))
    )


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read, whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)


def _derive(password: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations, _KEY_BYTES)
