"""Misinformation: a false statement moves the market, and who made it trades against it.

Source: reference/surveillance.md A1 #22: a supervisor puts the statement on record, with its time,
where it would move the price, and who made it; price or volume jump by two usual measures within an
hour; accounts linked with the poster sell what the statement praises, or buy what it condemns. The
numbers are this venue's own. Interim Regulations (Decree 775) Art. 15 bans spreading false
information. A statement that moved the market without a linked account that traded is information:
a person has to judge in any case.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.history import BAR_NS, PPM, Bar, History
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.seen import DayEnded, Seen, Stated, Traded
from bashu_protocol.units import NS_PER_MINUTE, NS_PER_SECOND

HOUR_NS = 3_600 * NS_PER_SECOND
MOST_PENDING = 100


class _Case(Struct, array_like=True):
    """A statement whose effect is still awaited."""

    number: int
    symbol: str
    at: int
    sign: int
    poster: str
    before: int
    """The price before it; fen."""
    usual_volume: int
    """Tonnes of a bar before it."""
    looked: int = 0
    """When it was looked at last."""
    told: dict[str, int] = {}
    """Tonnes that a group had traded against it when it was last told of."""


class _Effect(Struct):
    """What the market did in the hour after a statement."""

    reached: int
    """The price that was furthest to its side, as usual moves go; fen."""
    usual_moves_percent: int
    volume_percent: int
    """Of what is usual."""


class _State(Struct):
    cases: list[_Case] = []
    numbers: int = 0


class Misinformation(Rule[_State]):
    """One episode for each statement and linked group."""

    name = "misinformation"
    defaults = {  # noqa: RUF012  as in self_trade
        "jump_percent": 200,
        "volume_multiple": 3,
        "within_minutes": 60,
        "before_hours": 1,
        "after_hours": 24,
        "share_percent": 5,
        "min_qty": 20,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Stated: self._on_stated, Traded: self._on_trade, DayEnded: self._on_end}

    def _on_stated(self, event: Stated) -> Sequence[Finding]:
        instrument = self.market.instrument(event.symbol)
        history, state = instrument.history, self.state
        before = history.price_at(event.at) or instrument.day.reference
        if not before:
            return NOTHING
        state.numbers += 1
        volume = _usual_volume(history, event.at)
        case = _Case(
            state.numbers, event.symbol, event.at, event.sign, event.poster, before, volume
        )
        state.cases.append(case)
        del state.cases[:-MOST_PENDING]
        return self._judge(event, case)

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        """Look at a statement's instrument once a minute."""
        if not self.state.cases:
            return NOTHING
        found: list[Finding] = []
        for case in self.state.cases:
            if case.symbol == event.symbol and event.time >= case.looked + NS_PER_MINUTE:
                case.looked = event.time
                found += self._judge(event, case)
        return found or NOTHING

    def _on_end(self, event: DayEnded) -> Sequence[Finding]:
        found: list[Finding] = []
        for case in self.state.cases:
            found += self._judge(event, case)
        self.state.cases = [case for case in self.state.cases if event.time < self._until(case)]
        return found or NOTHING

    def _judge(self, event: Stated | Traded | DayEnded, case: _Case) -> Sequence[Finding]:
        limits = self.limits_of(case.symbol)
        history = self.market.instrument(case.symbol).history
        effect = self._effect(history, case)
        if (
            effect.usual_moves_percent < limits["jump_percent"]
            and effect.volume_percent < 100 * limits["volume_multiple"]
        ):
            return NOTHING
        until = self._until(case)
        since = case.at - limits["before_hours"] * HOUR_NS
        after = [bar for bar in history.since(_bar_of(case.at)) if bar.start <= until]
        before = [bar for bar in history.since(since) if bar.start < _bar_of(case.at)]
        linked = self.market.groups.named(case.poster) or [self.market.groups.of_owner(case.poster)]
        volume = sum(bar.volume for bar in after)
        found: list[Finding] = []
        for group in linked:
            against = -case.sign * sum(bar.net.get(group, 0) for bar in after)
            told = case.told.get(group)
            is_against = (
                against >= limits["min_qty"] and percent(against, volume) >= limits["share_percent"]
            )
            traded = against if is_against else 0
            if told is not None and traded * 10 <= told * 11:
                continue
            case.told[group] = traded
            with_it = case.sign * sum(bar.net.get(group, 0) for bar in before)
            found.append(self._finding(event, case, group, effect, (with_it, traded), after))
        return found

    def _until(self, case: _Case) -> int:
        return case.at + self.limits_of(case.symbol)["after_hours"] * HOUR_NS

    def _effect(self, history: History, case: _Case) -> _Effect:
        """Measure the hour after a statement; without bars enough the price says nothing."""
        within = self.limits_of(case.symbol)["within_minutes"] * NS_PER_MINUTE
        bars = [bar for bar in history.since(_bar_of(case.at)) if bar.start <= case.at + within]
        reached, times = case.before, 0
        for bar in bars:
            move = (bar.close - case.before) * case.sign
            lasted = bar.start + BAR_NS - _bar_of(case.at)
            if move > 0 and history.is_ready():
                usual = max(1, history.usual_move(lasted))
                here = move * PPM // case.before * 100 // usual
                if here > times:
                    reached, times = bar.close, here
        volume = sum(bar.volume for bar in bars)
        usual_volume = case.usual_volume * len(bars)
        return _Effect(reached, times, volume * 100 // usual_volume if usual_volume else 0)

    def _finding(
        self, event: Stated | Traded | DayEnded, case: _Case, group: str, effect: _Effect,
        qty: tuple[int, int], after: Sequence[Bar],
    ) -> Finding:  # fmt: skip
        before, against = qty
        gain = sum(
            (bar.turnover - case.before * bar.volume) * -bar.net.get(group, 0) // bar.volume
            for bar in after
            if bar.volume
        )
        return Finding(
            episode=f"{case.number}/{group}",
            severity="warning" if against else "info",
            score=min(
                100, 30 + effect.usual_moves_percent // 20 + 20 * (against > 0) + 15 * (before > 0)
            ),
            symbol=case.symbol,
            owner=group,
            members=self.market.groups.accounts_of(group),
            seq=event.seq,
            transact_time=event.time,
            gain=max(0, gain),
            is_of_the_day=False,
            facts={
                "side": "sell" if case.sign > 0 else "buy",
                "poster": case.poster,
                "from_price": case.before,
                "to_price": effect.reached,
                "usual_moves_percent": effect.usual_moves_percent,
                "usual_volume_percent": effect.volume_percent,
                "against_qty": against,
                "before_qty": max(0, before),
            },
        )


def _bar_of(time: int) -> int:
    return time - time % BAR_NS


def _usual_volume(history: History, at: int) -> int:
    """Return the mean tonnes of the bars before a time."""
    bars = [bar.volume for bar in history.bars if bar.start < _bar_of(at)]
    return sum(bars) // len(bars) if bars else 0
