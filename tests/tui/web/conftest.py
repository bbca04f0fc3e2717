"""A web server in front of a real venue over the bus in memory; no terminal can run on that."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from web_site import Browser, open_site


@pytest.fixture
def site(market: Any) -> Callable[..., AbstractAsyncContextManager[Browser]]:
    """Open a server with given settings, and a browser without JavaScript."""

    def open_here(**settings: Any) -> AbstractAsyncContextManager[Browser]:
        values = {"public_password": "p-secret", **settings}
        return open_site(market.hub.transport, **values)

    return open_here
