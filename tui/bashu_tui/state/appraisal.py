"""What an order would do now, as far as the terminal can know: for the card before it is sent.

An estimate. The book moves, shows no hidden quantities, and does not say whose its orders are;
what the venue says afterwards is the truth.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from bashu_protocol.feed import Level
from bashu_protocol.messages import AccountRow, InstrumentRules, MemberLimits, Phase, Side
from bashu_tui.state.draft import OrderDraft

_BASIS: Final = 10_000
FAR_BPS: Final = 100
"""How far beyond the best opposite price an order is called far: 1 %."""


class Market(Struct, frozen=True):
    """What is known of the instrument; prices in fen, 0 where there is none."""

    rules: InstrumentRules
    phase: Phase
    reference_price: int
    last: int
    limit_up: int
    limit_down: int
    bids: Sequence[Level]
    asks: Sequence[Level]

    @property
    def base(self) -> int:
        """The last price, or the reference before the first trade of the day."""
        return self.last or self.reference_price

    def opposite(self, side: Side) -> Sequence[Level]:
        return self.asks if side == "buy" else self.bids


class Means(Struct, frozen=True):
    """What the member has, may do, and has working already."""

    cash: AccountRow | None
    """None, like the holding, where the user may not see the account."""
    holding: AccountRow | None
    limits: MemberLimits
    open_value: int = 0
    """Fen of all its working orders."""
    own_opposite: Sequence[int] = ()
    """Prices of its working orders on the other side, in the instrument."""


class Share(Struct, frozen=True):
    """A part of a bound; `key` is the text that names the bound."""

    key: str
    part: int
    whole: int

    @property
    def is_beyond(self) -> bool:
        return self.part > self.whole


class Caution(Struct, frozen=True):
    """Something to look at twice; `key` is its text, `percent_bps` fills it where it has one."""

    key: str
    percent_bps: int = 0


class Appraisal(Struct, frozen=True):
    """Fill in tonnes and fen at once; distances in fen, with sign, None where unknown."""

    fill_qty: int
    fill_value: int
    from_last: int | None
    from_best: int | None
    shares: list[Share]
    cautions: list[Caution]


def immediate_fill(draft: OrderDraft, market: Market) -> tuple[int, int]:
    """Return tonnes and fen that the order would trade at once against the present book."""
    if market.phase != "continuous" or draft.ord_type in ("stop", "stop_limit"):
        return 0, 0
    if draft.is_post_only:
        return 0, 0
    levels = market.opposite(draft.side)
    if market.rules.reach_levels:
        levels = levels[: market.rules.reach_levels]
    bound = _bound(draft, market)
    left, value = draft.quantity, 0
    for price, quantity, _orders in levels:
        if not left or not _reaches(draft.side, bound, price):
            break
        taken = min(left, quantity)
        left -= taken
        value += taken * price
    filled = draft.quantity - left
    if filled < draft.min_qty or (draft.time_in_force == "fok" and left):
        return 0, 0
    return filled, value


def buying_power(draft: OrderDraft, market: Market, means: Means) -> int | None:
    """Return the most tonnes that the account covers: the `max` of the ticket.

    Rounded down to the lot and to the instrument's largest order. A purchase at the market is
    counted at the day's upper limit, the least that is sure to suffice. None while the price or
    the account is not known.
    """
    rules = market.rules
    account = means.cash if draft.side == "buy" else means.holding
    price = 1 if draft.side == "sell" else cover_price(draft, market)
    if account is None or not price:
        return None
    most = min(account.available // price, rules.max_order_qty)
    if means.limits.max_order_qty:
        most = min(most, means.limits.max_order_qty)
    return most - most % rules.lot


def cover_price(draft: OrderDraft, market: Market) -> int:
    """Return what a tonne has to be covered with, in fen; 0 where it is not known.

    It is the limit; without one, as of a stop order, the day's upper limit.
    """
    return draft.price or (0 if draft.ord_type in ("limit", "stop_limit") else market.limit_up)


def appraise(draft: OrderDraft, market: Market, means: Means) -> Appraisal:
    """Judge an order against the present market and what the member has."""
    fill_qty, fill_value = immediate_fill(draft, market)
    opposite = market.opposite(draft.side)
    best = opposite[0][0] if opposite else 0
    price = draft.bound
    value = draft.value if draft.ord_type != "market" else fill_value
    return Appraisal(
        fill_qty,
        fill_value,
        price - market.base if price and market.base else None,
        price - best if price and best else None,
        _shares(draft, market, means, value),
        [
            *_against_market(draft, market, best, fill_qty),
            *_against_means(draft, market, means, value),
        ],
    )


def _bound(draft: OrderDraft, market: Market) -> int:
    """Return the worst price it may trade at; 0 where there is none."""
    if draft.ord_type != "market":
        return draft.price
    limit = market.limit_up if draft.side == "buy" else market.limit_down
    collar = market.rules.features.market_collar_bps
    opposite = market.opposite(draft.side)
    if not collar or not opposite:
        return limit
    width = opposite[0][0] * collar // _BASIS
    if draft.side == "buy":
        end = opposite[0][0] + width
        return min(limit, end) if limit else end
    return max(limit, opposite[0][0] - width)


def _reaches(side: Side, bound: int, price: int) -> bool:
    if not bound:
        return True
    return price <= bound if side == "buy" else price >= bound


def _shares(draft: OrderDraft, market: Market, means: Means, value: int) -> list[Share]:
    limits = means.limits
    shares = [Share("share.order_size", draft.quantity, market.rules.max_order_qty)]
    if draft.side == "buy" and means.cash is not None:
        shares.append(Share("share.cash", _cost(draft, market, value), means.cash.available))
    elif draft.side == "sell" and means.holding is not None:
        shares.append(Share("share.holding", draft.quantity, means.holding.available))
    if limits.max_order_qty:
        shares.append(Share("share.member_qty", draft.quantity, limits.max_order_qty))
    if limits.max_order_value:
        shares.append(Share("share.member_value", value, limits.max_order_value))
    if limits.max_open_value:
        shares.append(Share("share.open_value", means.open_value + value, limits.max_open_value))
    return shares


def _against_market(draft: OrderDraft, market: Market, best: int, fill_qty: int) -> list[Caution]:
    found: list[Caution] = []
    trades = bool(best) and draft.ord_type == "limit" and _reaches(draft.side, draft.price, best)
    if draft.ord_type == "market" and not fill_qty:
        found.append(Caution("caution.nothing_to_trade"))
    if trades and draft.is_post_only:
        found.append(Caution("caution.post_only"))
    elif trades and market.phase == "continuous":
        beyond = abs(draft.price - best) * _BASIS // best
        found.append(
            Caution("caution.far_through", beyond)
            if beyond >= FAR_BPS
            else Caution("caution.crosses")
        )
    if draft.stop_px and market.last and _reaches(draft.side, market.last, draft.stop_px):
        found.append(Caution("caution.stop_reached"))
    if draft.time_in_force == "fok" and not fill_qty and market.phase == "continuous":
        found.append(Caution("caution.fok"))
    if draft.min_qty and not fill_qty:
        found.append(Caution("caution.min_qty"))
    return found


def _cost(draft: OrderDraft, market: Market, value: int) -> int:
    """Return the fen that a purchase has to be covered with."""
    is_stop = draft.ord_type == "stop"
    return draft.quantity * cover_price(draft, market) if is_stop else value


def _against_account(draft: OrderDraft, market: Market, means: Means, value: int) -> list[Caution]:
    if draft.side == "buy":
        cash = means.cash
        is_short = cash is not None and _cost(draft, market, value) > cash.available
        return [Caution("caution.cash")] if is_short else []
    holding = means.holding
    if holding is None or draft.quantity <= holding.available:
        return []
    is_of_today = draft.quantity <= holding.available + holding.bought_today
    return [Caution("caution.bought_today" if is_of_today else "caution.holding")]


def _against_means(draft: OrderDraft, market: Market, means: Means, value: int) -> list[Caution]:
    limits, found = means.limits, _against_account(draft, market, means, value)
    bound, base = limits.max_price_deviation_bps, market.base
    if bound and draft.bound and base and abs(draft.bound - base) * _BASIS > bound * base:
        found.append(Caution("caution.deviation", bound))
    if 0 < limits.max_order_qty < draft.quantity:
        found.append(Caution("caution.member_qty"))
    if 0 < limits.max_order_value < value:
        found.append(Caution("caution.member_value"))
    if 0 < limits.max_open_value < means.open_value + value:
        found.append(Caution("caution.open_value"))
    if 0 < limits.approval_qty < draft.quantity or 0 < limits.approval_value < value:
        found.append(
            Caution("caution.approval_refused" if draft.has_conditions else "caution.approval")
        )
    price = draft.price if draft.ord_type == "limit" else 0
    is_stop = draft.ord_type in ("stop", "stop_limit")
    if not is_stop and any(_reaches(draft.side, price, own) for own in means.own_opposite):
        found.append(Caution("caution.own_order"))
    return found
