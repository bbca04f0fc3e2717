"""The stream of events from anywhere, through the market to the rules and their alerts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from bashu_daemon.surveillance.alerts import EVIDENCE, MAX_ALERTS, Alerts, GrowingAlert
from bashu_daemon.surveillance.book import Order
from bashu_daemon.surveillance.catalogue import RULES
from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.groups import Link
from bashu_daemon.surveillance.market import Market
from bashu_daemon.surveillance.parameters import (
    Given,
    Parameters,
    WrongParameter,
)
from bashu_daemon.surveillance.rates import Rates
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.seen import (
    Amended,
    Barred,
    Booked,
    Cause,
    DayBegan,
    DayEnded,
    Disclosed,
    PhaseMoved,
    Placed,
    Prevented,
    Refused,
    Seen,
    Stated,
    Traded,
    Withdrawn,
)
from bashu_protocol.messages import Alert, DisclosureKind, Phase, TradeMode

_State = tuple[
    bytes,
    int,
    list[tuple[str, int, Parameters, bytes]],
    list[tuple[str, Alert]],
    dict[str, str],
    Rates,
]
_STATE: Final = msgspec.msgpack.Decoder(_State)


class Watch:
    """All rules over one stream; the methods are the stream, to be called in its order.

    No clock and no randomness: the same calls give the same alerts.

    Raises on making:
        WrongParameter: the parameters name a rule or parameter that does not exist.
    """

    def __init__(
        self,
        parameters: Mapping[str, Given],
        links: Iterable[Link] = (),
        rules: Iterable[type[Rule[Any]]] = RULES,
        max_alerts: int = MAX_ALERTS,
        evidence: int = EVIDENCE,
    ) -> None:
        self.market = Market(links)
        given = {name: dict(values) for name, values in parameters.items()}
        self.rules = [make(given.pop(make.name, {}), self.market) for make in rules]
        if given:
            known = ", ".join(rule.name for rule in self.rules)
            raise WrongParameter(
                f"[surveillance] has no rule {next(iter(given))!r}; it has {known}."
            )
        self._max_alerts = max_alerts
        self._evidence = evidence
        self._alerts = Alerts(self.market, limit=max_alerts, evidence=evidence)
        self.rates = Rates()
        """New alerts a day by rule."""
        self._changed: dict[str, GrowingAlert] = {}
        self._table: dict[type[Seen], list[tuple[Handler, Rule[Any]]]] = {}
        """Who takes each class of event, in the order of the rules."""
        self._failed: dict[str, str] = {}
        """What went wrong in rules that are switched off for it, by name."""
        self._fill_table()

    # The stream

    def placed(self, order: Order) -> None:
        """An order came to the book; what it met is filled in."""
        if order.order_id in self.market.orders:
            return
        self.market.place(order)
        self._show(Placed(order.placed_seq, order.placed_at, order))

    def amended(
        self, seq: int, time: int, order_id: int, price: int, qty: int, leaves: int
    ) -> None:
        """An order has another price or quantity; `qty` includes fills, `leaves` does not."""
        order = self.market.orders.get(order_id)
        if order is None:
            return
        self.market.now = time
        old_price, old_leaves = order.price, order.leaves
        self.market.amend(order, price, qty, leaves)
        self._show(Amended(seq, time, order, old_price, old_leaves))

    def withdrawn(self, seq: int, time: int, order_id: int, cause: Cause) -> None:
        """What was left of an order is gone."""
        order = self.market.orders.get(order_id)
        if order is None:
            return
        quantity = order.leaves
        self.market.now = time
        self.market.reduce(order, quantity)
        self._show(Withdrawn(seq, time, order, quantity, cause))

    def reduced(self, order_id: int, quantity: int) -> None:
        """An order lost tonnes to something that is no trade and no withdrawal."""
        order = self.market.orders.get(order_id)
        if order is not None:
            self.market.reduce(order, quantity)

    def refused(self, seq: int, time: int, account: str, symbol: str) -> None:
        """The venue took no order or change of somebody's."""
        self._show(Refused(seq, time, account, self.market.groups.of(account), symbol))

    def traded(
        self,
        seq: int,
        time: int,
        exec_id: int,
        symbol: str,
        price: int,
        qty: int,
        sign: int,
        buy: tuple[int, str],
        sell: tuple[int, str],
        mode: TradeMode = "listing",
    ) -> None:
        """A trade, once.

        A side is its order's number, and its control group for where no such order is known.
        """
        market = self.market
        market.now = time
        orders = [market.orders.get(order_id) for order_id, _group in (buy, sell)]
        sides = [
            (order.account, order.group) if order else ("", group)
            for order, (_id, group) in zip(orders, (buy, sell), strict=True)
        ]
        (buy_account, buy_group), (sell_account, sell_group) = sides
        instrument = market.instrument(symbol)
        previous = instrument.day.last
        if mode == "listing":
            market.trade(symbol, price, qty, time)
        if mode in ("listing", "call_auction"):
            for order in orders:
                if order is not None:
                    order.filled += qty
                    market.own(order.group, symbol).trades += 1
                    market.reduce(order, qty)
            instrument.history.add(time, price, qty, sign, (buy_group, sell_group))
        else:
            instrument.history.add_unpriced(time, price, qty, (buy_group, sell_group))
        market.holdings.trade(symbol, buy_group, sell_group, qty)
        self._show(
            Traded(
                seq, time, exec_id, symbol, price, qty, sign, buy[0], sell[0], buy_account,
                sell_account, buy_group, sell_group, orders[0], orders[1], mode, previous,
            )
        )  # fmt: skip

    def prevented(
        self, seq: int, time: int, incoming_id: int, resting_id: int, price: int, qty: int,
        symbol: str, group: str, accounts: tuple[str, ...],
    ) -> None:  # fmt: skip
        """Two orders of one hand would have met."""
        self._show(
            Prevented(seq, time, symbol, group, price, qty, incoming_id, resting_id, accounts)
        )

    def day_began(self, seq: int, time: int, trade_date: int) -> None:
        """A trading day (YYYYMMDD) began."""
        self.market.now = time
        self.market.begin_day(trade_date, time)
        self._show(DayBegan(seq, time, trade_date))

    def day_ended(self, seq: int, time: int, trade_date: int) -> None:
        """A trading day ended."""
        self._show(DayEnded(seq, time, trade_date))
        silent = self.silent()
        self.rates.end_day(trade_date, [r.name for r in self.rules if r.name not in silent])

    def phase_moved(self, seq: int, time: int, symbol: str, phase: Phase, previous: Phase) -> None:
        """An instrument is in another phase."""
        self.market.instrument(symbol).phase = phase
        self._show(PhaseMoved(seq, time, symbol, phase, previous))

    def limits_set(self, symbol: str, reference: int, up: int, down: int) -> None:
        """An instrument has its reference price and limits of the day."""
        day = self.market.instrument(symbol).day
        day.reference, day.limit_up, day.limit_down = reference, up, down

    # The parameters

    def parameters_set(
        self,
        rule: str,
        version: int,
        own: Mapping[str, int],
        symbols: Mapping[str, Mapping[str, int]],
    ) -> None:
        """A rule judges by these from here on; what this version does not know is left out.

        One that failed begins anew: what it failed of may have been a parameter.
        """
        for known in self.rules:
            if known.name == rule:
                known.set_parameters(known.schema().recorded(own, symbols, version))
                if self._failed.pop(rule, None) is not None:
                    known.begin_anew()
        self._fill_table()

    # What is not of the order book

    def listed(self, symbol: str, product: str) -> None:
        """An instrument is of a product, such as CEA or CCER."""
        self.market.products[symbol] = product

    def booked(
        self, seq: int, time: int, account: str, group: str, symbol: str, tonnes: int
    ) -> None:
        """Tonnes came into an account, or left it, and it was no trade."""
        self.market.holdings.book(symbol, group, tonnes)
        self._show(Booked(seq, time, symbol, account, group, tonnes))

    def allocated(self, account: str, symbol: str, tonnes: int) -> None:
        """An account has an annual allocation, and may hold so much more."""
        group = self.market.groups.of(account)
        self.market.holdings.allocate(symbol, account, group, tonnes)

    def disclosed(
        self, seq: int, time: int, kind: DisclosureKind, symbol: str, at: int, about: str = ""
    ) -> None:
        """Facts that move prices became public at a time that may be earlier."""
        self._show(Disclosed(seq, time, kind, symbol, at, about))

    def stated(self, seq: int, time: int, symbol: str, at: int, sign: int, poster: str) -> None:
        """Somebody said at a time that may be earlier what seems false."""
        self._show(Stated(seq, time, symbol, at, sign, poster))

    def linked(self, time: int, link: Link) -> None:
        """An account has something in common with others, as is found out now."""
        self.market.now = time
        self.market.link(link)

    def barred(self, seq: int, time: int, person: str, *, is_barred: bool) -> None:
        """A person or firm may not trade, or may again."""
        self._show(Barred(seq, time, person, is_barred))

    # The alerts

    def take_changed(self) -> list[Alert]:
        """Return what is new or grew enough to be told since the last call, each once."""
        changed, self._changed = self._changed, {}
        return [growing.alert() for growing in changed.values()]

    def alerts(self) -> list[Alert]:
        """Return the alerts that are kept, oldest first."""
        return sorted((alert for _, alert in self._alerts.items()), key=lambda a: a.alert_id)

    def dump(self) -> bytes:
        """Return the whole state in canonical bytes."""
        rules = [(rule.name, rule.version, rule.parameters, rule.dump()) for rule in self.rules]
        return msgspec.msgpack.encode(
            (
                self.market.dump(), self._alerts.next_alert_id, rules, self._alerts.items(),
                self._failed, self.rates,
            )
        )  # fmt: skip

    def load(self, data: bytes) -> None:
        """Go on from a dumped state; a rule that it does not know begins anew.

        So does one that failed and is of another version now. Parameters that are on record in
        the journal hold; others are those of this start.
        """
        market, next_alert_id, rules, alerts, failed, self.rates = _STATE.decode(data)
        self.market.load(market)
        known = {rule.name: rule for rule in self.rules}
        for name, rule_version, parameters, state in rules:
            rule = known.get(name)
            if rule is None:
                continue
            if version := parameters.version:
                own, symbols = parameters.own, parameters.symbols
                rule.set_parameters(rule.schema().recorded(own, symbols, version))
            if name in failed and rule_version != rule.version:
                del failed[name]
                rule.begin_anew()
            else:
                rule.load(state)
        self._alerts = Alerts(self.market, next_alert_id, alerts, self._max_alerts, self._evidence)
        self._failed = failed
        self._fill_table()

    def silent(self) -> dict[str, str]:
        """Return the rules that tell nothing: what went wrong in them, "" where switched off.

        One that is off for an instrument is named with it.
        """
        seeing = {rule.name for takers in self._table.values() for _handler, rule in takers}
        silent = {}
        for rule in self.rules:
            if rule.name not in seeing or not rule.parameters.is_on(""):
                silent[rule.name] = self._failed.get(rule.name, "")
            for symbol in rule.parameters.off_symbols():
                silent[f"{rule.name} {symbol}"] = ""
        return silent

    def _fill_table(self) -> None:
        self._table.clear()
        for rule in self.rules:
            if rule.parameters.is_on_anywhere and rule.name not in self._failed:
                for kind, handler in rule.routes().items():
                    self._table.setdefault(kind, []).append((handler, rule))

    def _show(self, event: Seen) -> None:
        failed: Rule[Any] | None = None
        for handler, rule in self._table.get(type(event), ()):
            try:
                findings = handler(event)
                if findings is not NOTHING:
                    self._take(rule, findings)
            except Exception as error:  # noqa: BLE001  one rule's fault must not blind the others
                self._failed[rule.name] = f"{type(error).__name__}: {error}"
                failed = rule
        if failed is not None:
            self._fill_table()

    def _take(self, rule: Rule[Any], findings: Sequence[Finding]) -> None:
        is_off_anywhere = rule.parameters.is_off_anywhere
        for finding in findings:
            if is_off_anywhere and not rule.parameters.is_on(finding.symbol):
                continue
            day = self.market.trade_date if finding.is_of_the_day else 0
            key = f"{day}/{rule.name}/{finding.episode}"
            if self._alerts.take(key, rule, finding, self._changed):
                self.rates.count(rule.name)
