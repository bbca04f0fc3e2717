"""The native build of the core is wanted, up to date, and makes the same market."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bashu_daemon import core_build as core_build_module
from bashu_daemon.cli import main
from bashu_daemon.core_build import MANIFEST, changed_sources, core_build, source_digest

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "daemon" / "native_build.py"
REPLAY = ROOT / "tests" / "simulation" / "seeded_log.py"
SUFFIX = ".abi3.so"


@pytest.fixture
def built_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that looks like a core with an up-to-date native build."""
    monkeypatch.setattr(core_build_module, "CORE", tmp_path)
    for name in ("book.py", "venue.py"):
        (tmp_path / name).write_text(f"# {name}\n")
    digests = {name: source_digest(tmp_path / name) for name in ("book.py", "venue.py")}
    (tmp_path / MANIFEST).write_text(json.dumps(digests))
    (tmp_path / f"venue{SUFFIX}").touch()
    return tmp_path


def test_extension_modules_beside_the_sources_make_it_native(built_core: Path) -> None:
    assert core_build() == "native"
    (built_core / f"venue{SUFFIX}").unlink()
    assert core_build() == "plain"


def test_an_edited_or_missing_source_is_named(built_core: Path) -> None:
    assert changed_sources(built_core) == []
    (built_core / "venue.py").write_text("# edited\n")
    (built_core / "book.py").unlink()
    assert changed_sources(built_core) == ["book.py", "venue.py"]
    (built_core / MANIFEST).unlink()
    assert changed_sources(built_core) == [MANIFEST]


def test_a_command_refuses_a_native_core_of_other_sources(
    built_core: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (built_core / "book.py").write_text("# edited\n")
    assert main(["verify", str(built_core)]) == 1
    told = capsys.readouterr().err
    assert "book.py" in told
    assert "make native" in told


def test_the_version_says_which_build_runs(
    built_core: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out.endswith("core: native\n")


def test_a_missing_compiler_is_named(tmp_path: Path) -> None:
    environment = {**os.environ, "CC": "no-such-compiler"}
    done = subprocess.run(
        [sys.executable, BUILD, "--into", tmp_path],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "no-such-compiler" in done.stderr
    assert list(tmp_path.iterdir()) == []


def _replay(root: Path) -> str:
    """Return number of commands and state hash of a replay by the core under `root`."""
    done = subprocess.run(
        [sys.executable, REPLAY, "20000"],
        env=_environment(root), capture_output=True, text=True, timeout=110, check=True,
    )  # fmt: skip
    return done.stdout


def _environment(root: Path) -> dict[str, str]:
    folders = (root / "protocol", root / "daemon", ROOT / "tests" / "support")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}


def _copy_plain(root: Path) -> None:
    for part in ("protocol/bashu_protocol", "daemon/bashu_daemon"):
        shutil.copytree(
            ROOT / part, root / part, ignore=shutil.ignore_patterns("*.so", "*.pyd", MANIFEST)
        )


def test_both_builds_make_the_same_state(tmp_path: Path) -> None:
    if core_build() == "plain":
        pytest.skip("THE NATIVE CORE IS NOT BUILT: run `make native` to compare the state hashes")
    _copy_plain(tmp_path)
    assert _replay(ROOT) == _replay(tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_the_tests_of_the_core_pass_on_a_native_build(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, BUILD, "--into", tmp_path], capture_output=True, text=True, check=False
    )
    if built.returncode == 3:
        pytest.skip(built.stderr)
    assert built.returncode == 0, built.stderr
    for part in ("daemon", "simulation", "support"):
        shutil.copytree(ROOT / "tests" / part, tmp_path / "tests" / part)
    for file in ("tests/conftest.py", "pyproject.toml", "daemon/native_build.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    done = _run_pytest(tmp_path, "-rs", "tests/daemon", "tests/simulation")
    assert done.returncode == 0, done.stdout
    assert "core: native" in done.stdout
    assert "NATIVE CORE IS NOT BUILT" not in done.stdout
    with (tmp_path / "daemon/bashu_daemon/core/book.py").open("a") as book:
        book.write("# edited\n")
    refused = _run_pytest(tmp_path, "-q", "tests/daemon/core/test_book.py")
    assert refused.returncode == pytest.ExitCode.USAGE_ERROR
    assert "make native" in refused.stderr


def _run_pytest(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=root, env=_environment(root), capture_output=True, text=True, check=False,
    )  # fmt: skip
