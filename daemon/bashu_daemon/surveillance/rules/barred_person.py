"""Barred persons: accounts behind which somebody stands who may not trade.

Source: Interim Regulations (Decree 775) Art. 7 and 20: staff of the authorities, the registry, the
exchange and the technical service bodies may not trade. Their register is kept by `bar_person`. The
venue itself refuses the orders of a barred beneficial owner; here the whole control group counts:
who owns, controls or operates an account, and through which device. An order or a trade of theirs
is a violation, a refused one a warning.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import Barred, DayBegan, Placed, Refused, Seen, Traded
from bashu_protocol.messages import Severity


class _Row(Struct, array_like=True):
    """What a group tried and did in an instrument today."""

    refused: int = 0
    orders: int = 0
    trades: int = 0
    traded_qty: int = 0
    accounts: list[str] = []
    order_ids: list[int] = []
    exec_ids: list[int] = []


class _State(Struct):
    persons: list[str] = []
    links: int = -1
    """How many links the groups had when `groups` was made."""
    groups: dict[str, str] = {}
    """The person by the group in which one is."""
    rows: dict[str, _Row] = {}


class BarredPerson(Rule[_State]):
    """One episode for each group and instrument a day."""

    name = "barred_person"
    defaults: ClassVar[Mapping[str, int]] = {}
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {
            Barred: self._on_barred, Placed: self._on_placed, Refused: self._on_refused,
            Traded: self._on_trade, DayBegan: self._on_day,
        }  # fmt: skip

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.rows.clear()
        return NOTHING

    def _on_barred(self, event: Barred) -> Sequence[Finding]:
        persons = [person for person in self.state.persons if person != event.person]
        self.state.persons = [*persons, event.person] if event.is_barred else persons
        self.state.links = -1
        return NOTHING

    def _on_placed(self, event: Placed) -> Sequence[Finding]:
        if not self.state.persons:
            return NOTHING
        order = event.order
        person = self._person_in(order.group)
        if person is None:
            return NOTHING
        row = self._row(order.group, order.symbol, order.account)
        row.orders += 1
        remember(row.order_ids, order.order_id)
        return self._find(event.seq, event.time, order.symbol, order.group, person, "violation")

    def _on_refused(self, event: Refused) -> Sequence[Finding]:
        if not self.state.persons:
            return NOTHING
        person = self._person_in(event.group)
        if person is None:
            return NOTHING
        self._row(event.group, event.symbol, event.account).refused += 1
        return self._find(event.seq, event.time, event.symbol, event.group, person, "warning")

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if not self.state.persons:
            return NOTHING
        found: list[Finding] = []
        for sign in (1, -1):
            group = event.group(sign)
            person = self._person_in(group)
            if person is None:
                continue
            row = self._row(group, event.symbol, event.account(sign))
            row.trades += 1
            row.traded_qty += event.qty
            remember(row.exec_ids, event.exec_id)
            found += self._find(event.seq, event.time, event.symbol, group, person, "violation")
        return found or NOTHING

    def _person_in(self, group: str) -> str | None:
        """Return the barred person in a group; links may have come since the last look."""
        state, groups = self.state, self.market.groups
        if state.links != len(groups):
            state.links = len(groups)
            state.groups = {
                found: person
                for person in state.persons
                for found in (groups.named(person) or [person])
            }
        return state.groups.get(group)

    def _row(self, group: str, symbol: str, account: str) -> _Row:
        row = self.state.rows.setdefault(f"{group}/{symbol}", _Row())
        if account and account not in row.accounts:
            row.accounts = sorted([*row.accounts, account])
        return row

    def _find(
        self, seq: int, time: int, symbol: str, group: str, person: str, severity: Severity
    ) -> Sequence[Finding]:
        row = self.state.rows[f"{group}/{symbol}"]
        finding = Finding(
            episode=f"{group}/{symbol}",
            severity=severity,
            score=100 if severity == "violation" else 60,
            symbol=symbol,
            owner=group,
            members=row.accounts,
            seq=seq,
            transact_time=time,
            order_ids=row.order_ids[-EVIDENCE:],
            exec_ids=row.exec_ids[-EVIDENCE:],
            count=row.orders + row.refused + row.trades,
            facts={
                "person": person,
                "barred_orders": row.orders,
                "refused": row.refused,
                "traded_qty": row.traded_qty,
            },
        )
        return (finding,)
