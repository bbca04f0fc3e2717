"""Compile the core with mypyc: the same source, as extension modules beside it.

Run: python daemon/native_build.py              build in this checkout (`make native`)
     python daemon/native_build.py --into DIR   copy the daemon and protocol to DIR, build there
Needs mypy and setuptools (the `dev` extra), a C compiler and Python's headers. The status is
`NO_TOOLS` where the latter two are missing.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bashu_daemon.core_build import MANIFEST, source_digest

ROOT: Final = Path(__file__).parents[1]
CORE: Final = Path("daemon", "bashu_daemon", "core")
MODULES: Final = (
    "book",
    "cancels",
    "checks",
    "directory",
    "execution",
    "ledger",
    "matching",
    "order_checks",
    "orders",
    "prices",
    "state",
    "venue",
)
"""What an order passes through. A class and its subclasses, as Order and RestingOrder, must be
compiled together. The others are not on its way, or hold msgspec structs, which mypyc would
compile without their options (frozen, gc) and annotations."""

GROUP: Final = "bashu_core"
"""One library, `bashu_core__mypyc`, holds the code; it lies where `bashu_daemon` is found."""
# The manifest is last: a build that was laid down by half is refused.
BUILT: Final = (
    f"{CORE}/*.so",
    f"{CORE}/*.pyd",
    f"daemon/{GROUP}__mypyc.*",
    f"{CORE}/{MANIFEST}",
)
NO_TOOLS: Final = 3

_COMPILE: Final = """
import sys
from mypyc.build import mypycify
from setuptools import setup
group, *sources = sys.argv[1:]
extensions = mypycify(["--config-file=", "--strict", *sources], group_name=group)
setup(name=group, ext_modules=extensions, script_args=["--quiet", "build_ext", "--inplace"])
"""


def missing_tools() -> list[str]:
    """Return what this machine lacks for a build."""
    missing = []
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        missing.append(f"the C compiler {compiler}")
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        missing.append(f"Python's headers in {sysconfig.get_path('include')}")
    return missing


def build_into(folder: Path, callers: Sequence[Path] = ()) -> None:
    """Copy the sources to `folder`, laid out as here, and compile the core there.

    Args:
        folder: where there is no daemon and protocol yet.
        callers: modules to compile together with the core; they come into `folder`/daemon.

    Raises:
        CalledProcessError: if the compilation fails; its `output` says why.
    """
    for part in ("protocol/bashu_protocol", "daemon/bashu_daemon"):
        ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd", MANIFEST)
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    core = folder / CORE
    sources = [core / f"{name}.py" for name in MODULES]
    daemon = folder / "daemon"
    together = [*sources, *(Path(shutil.copy(caller, daemon)) for caller in callers)]
    subprocess.run(  # noqa: S603  this interpreter, with the text above
        [sys.executable, "-c", _COMPILE, GROUP, *(str(s.relative_to(daemon)) for s in together)],
        cwd=daemon,
        env={**os.environ, "MYPYPATH": str(folder / "protocol")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    shutil.rmtree(daemon / "build")
    digests = {source.name: source_digest(source) for source in sources}
    (core / MANIFEST).write_text(json.dumps(digests, indent=1), encoding="utf-8")


def build_in_place() -> None:
    """Build in a copy, and replace what is here only when that has succeeded."""
    with tempfile.TemporaryDirectory(prefix="bashu-native-") as name:
        folder = Path(name)
        build_into(folder)
        remove(ROOT)
        for file in built_files(folder):
            shutil.copy2(file, ROOT / file.relative_to(folder))


def built_files(root: Path) -> list[Path]:
    """Return the files of a native build under `root`."""
    return [file for pattern in BUILT for file in root.glob(pattern)]


def remove(root: Path) -> None:
    """Delete a native build, of whatever Python."""
    for file in built_files(root):
        file.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description="Compile the core with mypyc.")
    parser.add_argument("--into", type=Path, metavar="DIR", help="build in a copy of the sources")
    options = parser.parse_args()
    missing = missing_tools()
    if missing:
        print(
            f"*** NO NATIVE CORE: {' and '.join(missing)} not found. On Debian: "
            f"apt-get install gcc python3-dev. The plain core works without.",
            file=sys.stderr,
        )
        return NO_TOOLS
    try:
        if options.into is None:
            build_in_place()
        else:
            build_into(options.into.absolute())
    except subprocess.CalledProcessError as error:
        print(f"{error.output}\n*** NO NATIVE CORE: the compilation failed.", file=sys.stderr)
        return 1
    print(f"The native core is built: {', '.join(MODULES)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
