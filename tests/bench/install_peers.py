"""Set up the environment that `bench_peers` runs in: Bashu, and the packages of its `bench` extra.

Run: python tests/bench/install_peers.py [folder of the environment]
They have an environment of their own because what they require (numpy, polars, a pytest plugin)
is none of the venue's business. One that cannot be installed is named, and the others go on.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _install(python: Path, *arguments: str) -> bool:
    """Install with pip at the versions of constraints.txt; return whether it could."""
    pip = [str(python), "-m", "pip", "install", "--quiet", "--constraint", "constraints.txt"]
    return subprocess.run([*pip, *arguments], cwd=ROOT, check=False).returncode == 0


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".venv-bench"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder.absolute() / "bin" / "python"
    if not _install(python, "--editable", "."):
        print(f"*** NO PEER INSTALLED: Bashu itself could not be put into {folder}", flush=True)
        shutil.rmtree(folder)
        return 1
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    missing = [
        peer for peer in project["optional-dependencies"]["bench"] if not _install(python, peer)
    ]
    for peer in missing:
        print(f"*** {peer} COULD NOT BE INSTALLED; the bench goes on without it", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
