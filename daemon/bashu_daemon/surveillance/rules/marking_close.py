"""Marking the close: a group pushes the price from which the next day's limits are reckoned.

Source: reference/surveillance.md A1 #11 and row 0: 10 % (sensitive) and 50 % (normal) of the
volume in the closing window or of the day are published shares; how far the price must move is
this venue's own. The close of the national market is the average price of the whole day, so on a
thin day a single print may make it: both the last minutes and the whole day are looked at, each
with the group's pushes and without them.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.minutes import MINUTE_NS, Minute, Minutes
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayBegan, DayEnded, Seen, Traded


class _Push(Struct, array_like=True):
    """One group's pushes to one side over the day."""

    qty: int = 0
    value: int = 0
    order_ids: list[int] = []
    exec_ids: list[int] = []
    accounts: list[str] = []


class _State(Struct):
    minutes: dict[str, Minutes] = {}
    pushes: dict[str, dict[str, _Push]] = {}


class MarkingClose(Rule[_State]):
    """One episode for each group and instrument a day, found at the day's end."""

    name = "marking_close"
    defaults = {  # noqa: RUF012  as in self_trade
        "window_minutes": 10,
        "sensitive_percent": 10,
        "normal_percent": 50,
        "move_bps": 50,
        "min_qty": 100,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day, DayEnded: self._on_end}

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.minutes.clear()
        self.state.pushes.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        self.state.minutes.setdefault(event.symbol, Minutes()).add(event)
        key = f"{'+' if event.sign > 0 else '-'}{event.group(event.sign)}"
        push = self.state.pushes.setdefault(event.symbol, {}).setdefault(key, _Push())
        push.qty += event.qty
        push.value += event.qty * event.price
        remember(push.order_ids, event.order_id(event.sign))
        remember(push.exec_ids, event.exec_id)
        account = event.account(event.sign)
        if account and account not in push.accounts:
            push.accounts.append(account)
        return NOTHING

    def _on_end(self, event: DayEnded) -> Sequence[Finding]:
        found: list[Finding] = []
        for symbol, minutes in self.state.minutes.items():
            last = minutes.kept[-1]
            since = last.start - (self.limits["window_minutes"] - 1) * MINUTE_NS
            found += self._judge(event, symbol, minutes.since(since))
        return found or NOTHING

    def _judge(self, event: DayEnded, symbol: str, window: list[Minute]) -> list[Finding]:
        day = self.market.instrument(symbol).day
        volume = sum(minute.volume for minute in window)
        turnover = sum(minute.turnover for minute in window)
        before = day.volume - volume
        usual = (day.turnover - turnover) // before if before else day.reference
        found = []
        for key, push in self.state.pushes[symbol].items():
            sign = 1 if key[0] == "+" else -1
            qty = sum(minute.pushed.get(key, 0) for minute in window)
            value = sum(minute.push_value.get(key, 0) for minute in window)
            late = _moved(turnover, volume, value, qty, usual, sign)
            whole = _moved(day.turnover, day.volume, push.value, push.qty, day.reference, sign)
            share, day_share = percent(qty, volume), percent(push.qty, day.volume)
            finding = self._weigh(
                event, symbol, key, push, (share, late), (day_share, whole), (qty, usual)
            )
            if finding is not None:
                found.append(finding)
        return found

    def _weigh(
        self,
        event: DayEnded,
        symbol: str,
        key: str,
        push: _Push,
        late: tuple[int, int],
        whole: tuple[int, int],
        known: tuple[int, int],
    ) -> Finding | None:
        """Judge shares in percent and moves in 1/10,000, of the last minutes and of the day."""
        limits = self.limits
        (share, moved), (day_share, day_moved), (qty, usual) = late, whole, known
        normal, least = limits["normal_percent"], limits["move_bps"]
        marks_late = share >= normal and moved >= least and qty >= limits["min_qty"]
        marks_day = day_share >= normal and day_moved >= least and push.qty >= limits["min_qty"]
        is_strong = (
            share >= limits["sensitive_percent"] and moved >= 3 * least and qty >= limits["min_qty"]
        )
        if not (marks_late or marks_day or is_strong):
            return None
        group = key[1:]
        day = self.market.instrument(symbol).day
        return Finding(
            episode=f"{group}/{symbol}",
            severity="violation" if marks_late and moved >= 2 * least else "warning",
            score=min(100, 40 + max(share, day_share) // 2 + max(moved, day_moved) // least * 5),
            symbol=symbol,
            owner=group,
            members=sorted(push.accounts),
            seq=event.seq,
            transact_time=event.time,
            order_ids=push.order_ids[-EVIDENCE:],
            exec_ids=push.exec_ids[-EVIDENCE:],
            facts={
                "side": "buy" if key[0] == "+" else "sell",
                "share_percent": share,
                "moved_bps": moved,
                "day_percent": day_share,
                "day_moved_bps": day_moved,
                "usual_price": usual,
                "last_price": day.last,
                "pushed_qty": qty,
            },
        )


def _moved(turnover: int, volume: int, value: int, qty: int, usual: int, sign: int) -> int:
    """Return how far, in 1/10,000, an average price stands from the usual one by some pushes.

    It is the distance from the usual price or, where others traded beside, what is gone without
    the pushes, whichever is less.
    """
    if not volume or not usual or not qty:
        return 0
    distance = (turnover - usual * volume) * sign * 10_000 // (usual * volume)
    others = volume - qty
    if not others:
        return max(0, distance)
    without = (turnover - value) * volume
    effect = (turnover * others - without) * sign * 10_000 // max(1, without)
    return max(0, min(distance, effect)) if others * 2 > volume else max(0, distance)
