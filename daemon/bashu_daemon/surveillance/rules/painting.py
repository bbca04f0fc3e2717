"""Painting the tape: tiny trades that make a price, or the look of a market.

Source: reference/surveillance.md A1 #13 (2016/522 Annex II, "painting the tape"); runs of five
tiny trades at successive up (down) ticks, and 60 % of the last prints with 5 % of their volume, are
ours. Tiny is a quarter of what is usual in a trade of the instrument, or 10 t where that is half of
it. A trade at an up tick is its buyer's, one at a down tick its seller's, whoever came to the
other: two who act together may come from either side. An order that takes several levels is one
print. A slow buyer in a rising market also trades at up ticks: so in the time of a run its group
makes most of the prints with next to none of the volume; and unless the run is traded with tiny
orders of one and the same other group, or within the group, or moves the price by a floor or
further than it usually goes in that time, it is information. So are most of the last prints, unless
they moved the price or the group kept on making most of them, as it was seen at every quarter of so
many prints, which is this venue's own.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from bashu_daemon.surveillance.finding import NOTHING, Finding, percent
from bashu_daemon.surveillance.rule import EVIDENCE, Handler, Rule, remember
from bashu_daemon.surveillance.seen import DayBegan, Seen, Traded
from bashu_daemon.surveillance.swing import SETTLED, Swing
from bashu_protocol.units import NS_PER_MINUTE


class _Run(Struct, array_like=True):
    """Tiny trades of one group at successive ticks to one side."""

    began: int
    begin_price: int
    begin_print: int
    begin_volume: int
    price: int
    prints: int = 0
    qty: int = 0
    last_id: int = 0
    last_print: int = 0
    order_ids: list[int] = []
    exec_ids: list[int] = []
    accounts: list[str] = []
    others: dict[str, int] = {}
    """Prints by the group on the other side, where its order was tiny, too."""
    is_told: bool = False


class _Tape(Struct, array_like=True):
    """The last prints of an instrument, and the runs that go on."""

    prints: list[tuple[str, int, int, int]] = []
    """The side and group that came to the market, tonnes, order and trade; oldest first."""
    prices: list[int] = []
    """Before each of them."""
    counts: dict[str, int] = {}
    tonnes: dict[str, int] = {}
    whole: int = 0
    """Tonnes of those prints."""
    number: int = 0
    """Prints today."""
    swing: Swing = field(default_factory=Swing)
    last_id: int = 0
    """The order that came with the last one."""
    runs: dict[str, _Run] = {}
    times: dict[str, int] = {}
    told: dict[str, int] = {}
    """At which print a window was told."""


class _State(Struct):
    tapes: dict[str, _Tape] = {}


class Painting(Rule[_State]):
    """One episode for each group, instrument and side a day, with each run as an observation."""

    name = "painting"
    version = 2
    defaults = {  # noqa: RUF012  as in self_trade
        "run_prints": 5,
        "run_minutes": 10,
        "tiny_percent": 25,
        "tiny_qty": 10,
        "window_prints": 40,
        "prints_percent": 60,
        "volume_percent": 5,
        "move_bps": 20,
        "pair_percent": 80,
        "repeats": 3,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade, DayBegan: self._on_day}

    def prepare(self) -> None:
        limits = self.limits
        self._window = max(1, limits["window_prints"])
        self._line = -(-self._window * limits["prints_percent"] // 100)
        self._within = limits["run_minutes"] * NS_PER_MINUTE

    def _on_day(self, event: DayBegan) -> Sequence[Finding]:
        self.state.tapes.clear()
        return NOTHING

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "listing":
            return NOTHING
        tape = self.state.tapes.get(event.symbol)
        if tape is None:
            tape = self.state.tapes[event.symbol] = _Tape()
        key = ("+" if event.sign > 0 else "-") + event.group(event.sign)
        tape.swing.add(event.time, event.price)
        self._print(tape, event, key)
        found: Sequence[Finding] = NOTHING
        if tape.counts[key] >= self._line:
            found = self._judge_window(event, tape, key)
        tick = event.price - event.previous if event.previous else 0
        if tick:
            found = (*found, *self._extend(event, tape, 1 if tick > 0 else -1)) or NOTHING
        return found

    def _print(self, tape: _Tape, event: Traded, key: str) -> None:
        """Count a print; what one order takes is one."""
        qty, prints = event.qty, tape.prints
        order_id = event.order_id(event.sign)
        tape.whole += qty
        tape.tonnes[key] = tape.tonnes.get(key, 0) + qty
        if prints and order_id and order_id == tape.last_id:
            prints[-1] = (key, prints[-1][1] + qty, order_id, event.exec_id)
            return
        tape.last_id = order_id
        tape.number += 1
        prints.append((key, qty, order_id, event.exec_id))
        tape.prices.append(event.previous or event.price)
        tape.counts[key] = tape.counts.get(key, 0) + 1
        if len(prints) > self._window:
            old, gone, _order, _exec = prints.pop(0)
            del tape.prices[0]
            tape.whole -= gone
            tape.counts[old] -= 1
            tape.tonnes[old] -= gone
            if not tape.counts[old]:
                del tape.counts[old], tape.tonnes[old]

    def _is_tiny(self, symbol: str, qty: int) -> bool:
        usual = self.market.instrument(symbol).trade_size.median
        if qty * 100 <= self.limits["tiny_percent"] * usual:
            return True
        return qty <= self.limits["tiny_qty"] and 2 * qty <= usual

    def _extend(self, event: Traded, tape: _Tape, sign: int) -> Sequence[Finding]:
        """Let a run go on with a trade at a tick to its side, or end."""
        key = ("+" if sign > 0 else "-") + event.group(sign)
        order, contra = (event.buy, event.sell) if sign > 0 else (event.sell, event.buy)
        run = tape.runs.get(key)
        if not self._is_tiny(event.symbol, event.qty if order is None else order.qty):
            if run is not None:
                del tape.runs[key]
            return NOTHING
        day = self.market.instrument(event.symbol).day
        if (
            run is None
            or event.time - run.began > self._within
            or tape.number - run.last_print > self.limits["run_prints"]
            or (event.price - run.price) * sign < 0
        ):
            run = tape.runs[key] = _Run(
                event.time, event.previous, tape.number - 1, day.volume - event.qty, event.previous
            )
        if (event.price - run.price) * sign <= 0 or len(key) == 1:
            return NOTHING
        run.price = event.price
        run.qty += event.qty
        order_id, other = event.order_id(sign), event.group(-sign)
        if not order_id or order_id != run.last_id:
            run.prints += 1
            if contra is not None and self._is_tiny(event.symbol, contra.qty):
                run.others[other] = run.others.get(other, 0) + 1
        run.last_id, run.last_print = order_id, tape.number
        remember(run.order_ids, order_id)
        remember(run.exec_ids, event.exec_id)
        account = event.account(sign)
        if account and account not in run.accounts:
            run.accounts.append(account)
        if run.prints < self.limits["run_prints"]:
            return NOTHING
        return self._judge_run(event, tape, run, key, sign, day.volume - run.begin_volume)

    def _judge_run(
        self, event: Traded, tape: _Tape, run: _Run, key: str, sign: int, volume: int
    ) -> Sequence[Finding]:
        limits, group = self.limits, key[1:]
        prints = tape.number - run.begin_print
        share = percent(run.prints, prints)
        instrument = self.market.instrument(event.symbol)
        whole = max(instrument.day.volume, instrument.average_volume)
        if share < limits["prints_percent"] or run.qty * 100 > limits["volume_percent"] * whole:
            return NOTHING
        if not run.is_told:
            run.is_told = True
            tape.times[key] = tape.times.get(key, 0) + 1
        moved = (run.price - run.begin_price) * sign * 10_000 // run.begin_price
        other = max(run.others, key=lambda name: run.others[name], default="")
        together = percent(run.others.get(other, 0), run.prints)
        is_pair = other != "" and together >= limits["pair_percent"]
        is_within = is_pair and other == group
        minutes = 1 + (event.time - run.began) // NS_PER_MINUTE
        usual = tape.swing.over(minutes) if tape.swing.minutes > SETTLED else 0
        is_unusual = 0 < usual <= abs(run.price - run.begin_price)
        painted = is_pair or is_unusual or moved >= limits["move_bps"]
        finding = Finding(
            episode=f"{key}/{event.symbol}",
            severity="violation" if is_within else "warning" if painted else "info",
            score=min(100, 40 + 4 * run.prints + (20 if painted else 0)),
            symbol=event.symbol,
            owner=group,
            members=sorted(run.accounts),
            seq=event.seq,
            transact_time=event.time,
            order_ids=run.order_ids[-EVIDENCE:],
            exec_ids=run.exec_ids[-EVIDENCE:],
            count=tape.times[key],
            facts={
                "side": "buy" if sign > 0 else "sell",
                "prints": run.prints,
                "prints_percent": share,
                "traded_qty": run.qty,
                "volume_percent": percent(run.qty, volume),
                "from_price": run.begin_price,
                "to_price": run.price,
                "moved_bps": moved,
                "other": other or "-",
                "together_percent": together,
                "times": tape.times[key],
            },
        )
        return (finding,)

    def _judge_window(self, event: Traded, tape: _Tape, key: str) -> Sequence[Finding]:
        limits, sign, group = self.limits, event.sign, event.group(event.sign)
        prints, qty = tape.counts[key], tape.tonnes[key]
        is_new = tape.number >= tape.told.get(key, -self._window) + self._window // 4
        if not group or not is_new or qty * 100 > limits["volume_percent"] * tape.whole:
            return NOTHING
        tape.told[key] = tape.number
        tape.times[key] = tape.times.get(key, 0) + 1
        moved = (event.price - tape.prices[0]) * sign * 10_000 // tape.prices[0]
        own = [entry for entry in tape.prints if entry[0] == key]
        is_kept_on = tape.times[key] >= limits["repeats"]
        finding = Finding(
            episode=f"{key}/{event.symbol}",
            severity="warning" if is_kept_on or moved >= limits["move_bps"] else "info",
            score=min(100, 40 + prints),
            symbol=event.symbol,
            owner=group,
            members=[event.account(sign)],
            seq=event.seq,
            transact_time=event.time,
            order_ids=[entry[2] for entry in own][-EVIDENCE:],
            exec_ids=[entry[3] for entry in own][-EVIDENCE:],
            count=tape.times[key],
            facts={
                "side": "buy" if sign > 0 else "sell",
                "prints": prints,
                "prints_percent": percent(prints, len(tape.prints)),
                "traded_qty": qty,
                "volume_percent": percent(qty, tape.whole),
                "from_price": tape.prices[0],
                "to_price": event.price,
                "moved_bps": max(0, moved),
                "other": "-",
                "together_percent": 0,
                "times": tape.times[key],
            },
        )
        return (finding,)
