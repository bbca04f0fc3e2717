"""Says which build of the core the tests run on, and refuses one that is out of date."""

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
