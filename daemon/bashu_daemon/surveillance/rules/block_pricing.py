"""Abusive block prices: tonnes change hands far from the market, or come back at another price.

Source: reference/surveillance.md A1 #25. The hard limit of a block is 30 % from the previous close
(SEEE 2021 No. 34). What is within it and more than 10 % from the listed average price of the time
is a warning, again between the same two a violation. Where tonnes come back between the same two
within five days, within 1 %, what counts is the difference of the two distances from the market:
that is what one gave the other. The numbers below 30 % are this venue's own. A pledge or a
repurchase agreement looks alike where it is priced near the market, and is information then.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bashu_daemon.surveillance.finding import NOTHING, Finding
from bashu_daemon.surveillance.rule import Handler, Rule
from bashu_daemon.surveillance.seen import Seen, Traded
from bashu_protocol.messages import Severity
from bashu_protocol.units import NS_PER_DAY

REMEMBERED_BLOCKS = 20
"""Of one pair."""
REMEMBERED_PAIRS = 2_000
_BASIS = 10_000


class _Block(Struct, array_like=True):
    """A block of a pair; `sign` is 1 where the first of the two by name bought."""

    time: int
    sign: int
    price: int
    qty: int
    off_bps: int
    """From the listed average price, in 1/10,000."""
    exec_id: int


class _State(Struct):
    pairs: dict[str, list[_Block]] = {}


class BlockPricing(Rule[_State]):
    """One episode for each pair and instrument a day."""

    name = "block_pricing"
    defaults = {  # noqa: RUF012  as in self_trade
        "warning_bps": 1_000,
        "violation_count": 2,
        "within_days": 20,
        "reverse_days": 5,
        "reverse_percent": 1,
        "transfer_bps": 100,
    }
    state_type = _State

    def handlers(self) -> Mapping[type[Seen], Handler]:
        return {Traded: self._on_trade}

    def _on_trade(self, event: Traded) -> Sequence[Finding]:
        if event.mode != "block":
            return NOTHING
        day = self.market.instrument(event.symbol).day
        usual = day.turnover // day.volume if day.volume else day.last or day.reference
        buyer, seller = event.buy_group, event.sell_group
        if not (usual and buyer and seller) or buyer == seller:
            return NOTHING
        one, two = sorted((buyer, seller))
        sign = 1 if one == buyer else -1
        off = (event.price - usual) * _BASIS // usual
        blocks = self._blocks(f"{one}/{two}/{event.symbol}", event.time)
        block = _Block(event.time, sign, event.price, event.qty, off, event.exec_id)
        back = self._came_back(blocks, block)
        blocks.append(block)
        severity, because = self._judge(blocks, block, back)
        if severity is None:
            return NOTHING
        # Who bought dear, or sold cheap, gave the other the difference.
        moved = _transfer(block, usual) + (_transfer(back, usual) if back is not None else 0)
        gainer = one if moved > 0 else two
        worst = max(abs(off), abs(off - back.off_bps) if back is not None else 0)
        finding = Finding(
            episode=f"{one}/{two}/{event.symbol}",
            severity=severity,
            score=min(100, 40 + worst * 40 // max(1, self.limits["warning_bps"])),
            symbol=event.symbol,
            owner=gainer,
            members=self._accounts(one, two),
            seq=event.seq,
            transact_time=event.time,
            exec_ids=[each.exec_id for each in because],
            count=len(because),
            gain=abs(moved),
            facts={
                "gainer": gainer,
                "giver": two if gainer == one else one,
                "buyer": buyer,
                "seller": seller,
                "block_qty": event.qty,
                "block_price": event.price,
                "usual_price": usual,
                "block_off_bps": abs(off),
                "blocks": len(because),
                "came_back": int(back is not None),
            },
        )
        return (finding,)

    def _blocks(self, key: str, time: int) -> list[_Block]:
        """Return what is remembered of a pair, which is the last to be forgotten from here on."""
        pairs = self.state.pairs
        since = time - self.limits["within_days"] * NS_PER_DAY
        blocks = [block for block in pairs.pop(key, ()) if block.time >= since]
        pairs[key] = blocks = blocks[1 - REMEMBERED_BLOCKS :]
        if len(pairs) > REMEMBERED_PAIRS:
            del pairs[next(iter(pairs))]
        return blocks

    def _came_back(self, blocks: list[_Block], block: _Block) -> _Block | None:
        """Find the block the other way round, of nearly as many tonnes, some days before."""
        limits = self.limits
        for before in reversed(blocks):
            if block.time - before.time > limits["reverse_days"] * NS_PER_DAY:
                return None
            differs = abs(block.qty - before.qty) * 100
            if before.sign != block.sign and differs <= limits["reverse_percent"] * before.qty:
                return before
        return None

    def _judge(
        self, blocks: list[_Block], block: _Block, back: _Block | None
    ) -> tuple[Severity | None, list[_Block]]:
        """Return how bad it is, and by which blocks."""
        limits = self.limits
        far = [each for each in blocks if abs(each.off_bps) > limits["warning_bps"]]
        if back is not None:
            given = abs(block.off_bps - back.off_bps)
            severity: Severity = "info"
            if given >= limits["warning_bps"]:
                severity = "violation"
            elif given >= limits["transfer_bps"]:
                severity = "warning"
            if severity != "info" or block not in far:
                return severity, [back, block]
        if block not in far:
            return None, []
        return "violation" if len(far) >= limits["violation_count"] else "warning", far

    def _accounts(self, one: str, two: str) -> list[str]:
        groups = self.market.groups
        return sorted({*groups.accounts_of(one), *groups.accounts_of(two)})


def _transfer(block: _Block, usual: int) -> int:
    """Return the fen that the first of a pair got from the other by a price off the market."""
    return -block.sign * block.off_bps * usual * block.qty // _BASIS
