"""The screens in front of the market, each imported when it is first opened."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from bashu_protocol.messages import Role

if TYPE_CHECKING:
    from bashu_tui.screens.base import MarketScreen


class ScreenEntry(Struct, frozen=True):
    """A screen; its name is the text `screen.<place>`."""

    place: str
    path: str
    """Module and class, as in `package.module:Class`."""
    roles: frozenset[Role] | None = None
    """Who may open it; None for all."""


SCREENS: Final = (
    ScreenEntry("trading", "bashu_tui.screens.trading:TradingScreen"),
    ScreenEntry("statements", "bashu_tui.screens.statements:StatementsScreen",
                frozenset({"trader"})),
    ScreenEntry("holdings", "bashu_tui.screens.holdings:HoldingsScreen", frozenset({"trader"})),
    ScreenEntry("notices", "bashu_tui.screens.notices:NoticesScreen"),
    ScreenEntry("price_alerts", "bashu_tui.screens.price_alerts:PriceAlertsScreen"),
    ScreenEntry("blotter", "bashu_tui.screens.blotter:BlotterScreen"),
    ScreenEntry("blocks", "bashu_tui.screens.blocks:BlocksScreen"),
    ScreenEntry("auctions", "bashu_tui.screens.auctions:AuctionsScreen"),
    ScreenEntry("supervisor", "bashu_tui.screens.supervisor:SupervisorScreen",
                frozenset({"supervisor"})),
    ScreenEntry("parameters", "bashu_tui.screens.parameters:ParametersScreen",
                frozenset({"supervisor"})),
    ScreenEntry("settings", "bashu_tui.screens.settings:SettingsScreen"),
    ScreenEntry("bindings", "bashu_tui.screens.bindings:BindingsScreen"),
    ScreenEntry("keys", "bashu_tui.screens.keys:KeysScreen"),
)  # fmt: skip
"""In the order of the menu."""


def open_to(role: str) -> list[ScreenEntry]:
    """Return the screens that a role may open."""
    return [entry for entry in SCREENS if entry.roles is None or role in entry.roles]


def make(entry: ScreenEntry) -> "MarketScreen":
    """Import a screen's module and make the screen."""
    module, _, name = entry.path.partition(":")
    kind: type[MarketScreen] = getattr(import_module(module), name)
    return kind()
