"""Which build of the core the tests run on, and nothing of what its user chose."""

from collections.abc import Iterator

import pytest

from bashu_daemon.core_build import core_build
from bashu_daemon.errors import OperatorError


def pytest_configure() -> None:
    try:
        core_build()
    except OperatorError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_report_header() -> str:
    return f"core: {core_build()}"


@pytest.fixture(scope="session", autouse=True)
def nobodys_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the user of this machine chose for the terminal, language or keys, must not matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("files")))
        yield
