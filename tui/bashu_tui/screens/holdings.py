"""Holdings and cash of the member, with what holds them frozen and what they are worth."""

from textual.app import ComposeResult
from textual.containers import Container

from bashu_protocol.units import format_money, format_price
from bashu_tui.screens.export import Table
from bashu_tui.screens.records import RecordsScreen
from bashu_tui.state.export import Cell, yuan
from bashu_tui.state.holdings import (
    Holding,
    bid_claims,
    block_claims,
    holdings,
    order_claims,
)
from bashu_tui.state.positions import CASH
from bashu_tui.widgets.holding_list import HoldingList, is_near, share
from bashu_tui.widgets.outcome import Outcome
from bashu_tui.widgets.record import Field, Record
from bashu_tui.widgets.status_bar import StatusBar

_COLUMNS = (
    "asset", "unit", "held", "available", "frozen", "by_orders", "by_blocks", "by_bids",
    "by_other", "bought_today", "price", "price_kind", "value", "limit",
)  # fmt: skip


class HoldingsScreen(RecordsScreen):
    """A line an asset; what is frozen and by what stands beside or below it."""

    CSS_PATH = "holdings.tcss"
    place = "holdings"

    def compose_body(self) -> ComposeResult:
        with Container(id="body"):
            yield HoldingList(self.holdings, id="holding-list")
            yield Record(self.fields, "panel.details", id="holding-details")
        yield Outcome(id="holdings-outcome")

    def on_mount(self) -> None:
        self.query_one(HoldingList).focus()

    def apply_changes(self, changed: set[str]) -> None:
        if "all" in changed:
            self.repaint_all()
        elif changed & {"account", "orders", "blocks", "auctions", "stat", "limits"}:
            self.filters_changed()
        if changed & {"status", "stat"}:
            self.query_one(StatusBar).repaint()

    def holdings(self) -> list[Holding]:
        session = self.bashu.session
        if session is None:
            return []
        logon, limits = session.client.logon, session.limits.row
        member = logon.member if logon is not None else ""
        return holdings(
            session.accounts,
            session.instruments,
            session.client.feed.stats,
            {
                "orders": order_claims(session.orders.values(), session.instruments),
                "blocks": block_claims(session.blocks.lines.values()),
                "bids": bid_claims(session.auctions.rows.values(), member),
            },
            limits.holding_limits if limits is not None else {},
        )

    def fields(self) -> list[Field]:
        """Say all of the chosen asset, and what everything is worth together."""
        item, texts = self.query_one(HoldingList).chosen, self.bashu.texts
        if item is None:
            return []
        by = item.frozen_by
        parts = (("orders", by.orders), ("blocks", by.blocks), ("bids", by.bids),
                 ("other", by.other))  # fmt: skip
        shown: list[tuple[str, str]] = [
            ("held", _amount(item, item.held)),
            ("available", _amount(item, item.available)),
            ("frozen", _amount(item, item.frozen)),
            *((f"by_{name}", _amount(item, number)) for name, number in parts if number),
        ]
        if item.asset != CASH:
            ban = self._resale_ban(item.asset)
            note = texts("holdings.not_today") if ban and item.bought_today else ""
            kind = texts("holdings.reference" if item.is_reference else "holdings.last")
            price = f"{format_price(item.price)} {kind}" if item.price else "-"
            near = texts("holdings.near") if is_near(item) else ""
            shown += [
                ("bought_today", f"{_amount(item, item.bought_today)} {note}".rstrip()),
                ("price", price),
                ("value", format_money(item.value)),
                ("limit", f"{share(item)} {near}".rstrip()),
            ]
        total = sum(holding.value for holding in self.holdings())
        return [
            (texts("holdings.asset"), self._full_name(item)),
            *((texts(f"holdings.{name}"), value) for name, value in shown),
            ("", ""),
            (texts("holdings.total"), format_money(total)),
        ]

    def table(self) -> Table | None:
        texts = self.bashu.texts
        rows = [self._cells(item) for item in self.holdings()]
        return Table("holdings", [texts(f"holdings.{name}") for name in _COLUMNS], rows)

    def on_list_panel_moved(self) -> None:
        self.query_one(Record).repaint()

    def on_list_panel_taken(self) -> None:
        """Enter makes the instrument the one that is traded."""
        item = self.query_one(HoldingList).chosen
        if item is not None and item.asset != CASH:
            self.bashu.choose_symbol(item.asset)

    def _full_name(self, item: Holding) -> str:
        texts, session = self.bashu.texts, self.bashu.session
        if item.asset == CASH:
            return texts("asset.cash")
        row = session.instruments.get(item.asset) if session is not None else None
        if row is None:
            return item.asset
        name = row.rules.name_zh if texts.language == "zh" else row.rules.name_en
        return f"{item.asset} {name}"

    def _resale_ban(self, symbol: str) -> bool:
        session = self.bashu.session
        row = session.instruments.get(symbol) if session is not None else None
        return row is not None and row.rules.resale_ban

    def _cells(self, item: Holding) -> list[Cell]:
        texts, by = self.bashu.texts, item.frozen_by
        is_cash = item.asset == CASH
        amounts = (item.held, item.available, item.frozen, by.orders, by.blocks, by.bids,
                   by.other, item.bought_today)  # fmt: skip
        kind = texts("holdings.reference" if item.is_reference else "holdings.last")
        return [
            item.asset,
            texts("holdings.unit.cash" if is_cash else "holdings.unit.tonnes"),
            *((yuan(number) if is_cash else number) for number in amounts),
            yuan(item.price) if item.price else "",
            kind if item.price else "",
            yuan(item.value),
            item.limit or "",
        ]


def _amount(item: Holding, number: int) -> str:
    return format_money(number) if item.asset == CASH else f"{number:,}"
