"""Which build of the core runs: plain Python, or the native one that `make native` makes.

The native build lays extension modules beside the core's sources, and Python prefers them. So that
an edited source never goes unnoticed, the build leaves a manifest of what it was made from.
"""

import hashlib
import json
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Final, Literal

from bashu_daemon.errors import OperatorError

CORE: Final = Path(__file__).parent / "core"

MANIFEST: Final = "native.json"
"""In the folder of the core: the SHA-256 of each compiled module's source, by file name."""


def core_build() -> Literal["native", "plain"]:
    """Return which build Python takes when the core is imported.

    Raises:
        OperatorError: if it is a native one and not of the sources that lie beside it.
    """
    if not any((CORE / f"venue{suffix}").is_file() for suffix in EXTENSION_SUFFIXES):
        return "plain"
    changed = changed_sources(CORE)
    if changed:
        raise OperatorError(
            f"The native core was built from other sources than the present "
            f"{', '.join(changed)}. Run `make native` to build it again, or `make clean-native` "
            f"to go on without it."
        )
    return "native"


def changed_sources(core: Path) -> list[str]:
    """Return the files that differ from what the native build was made from, sorted."""
    manifest = core / MANIFEST
    if not manifest.is_file():
        return [MANIFEST]
    built_from: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return sorted(
        name for name, digest in built_from.items() if source_digest(core / name) != digest
    )


def source_digest(source: Path) -> str:
    """Return a source's SHA-256 in hexadecimal; empty where there is none."""
    return hashlib.sha256(source.read_bytes()).hexdigest() if source.is_file() else ""
