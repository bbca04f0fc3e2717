"""Limits and blocks of one member, user or holder, and the commands that set them."""

from typing import Annotated

from msgspec import Meta, Struct

from bashu_protocol.messages.base import Int64, KillScope, Message, Name, Permission, Sentence

Limit = Annotated[int, Meta(ge=0, le=2**62)]
"""An upper bound; 0 switches it off."""


class MemberLimits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Fat-finger limits of one member, for new orders and replacements; 0 switches one off.

    The venue's own: no Chinese carbon rule names numbers (ICE has such limits, market_rules.md 7).
    """

    max_price_deviation_bps: Limit = 0
    """1/10,000 of the last price, or of the reference before the first trade of the day."""
    max_order_qty: Limit = 0
    """Tonnes."""
    max_order_value: Limit = 0
    """Fen of one order; of a market order what it would trade at once."""
    max_open_value: Limit = 0
    """Fen of all that rests and the new order together, purchases and sales."""
    max_orders_per_second: Limit = 0
    """Accepted orders and replacements in one whole second of the venue's time."""
    duplicate_window_ms: Limit = 0
    """For so long an order of the same user, client, symbol, side, price and quantity is a
    duplicate."""
    approval_qty: Limit = 0
    """Tonnes; a larger order waits for a colleague's approval, and so with the next."""
    approval_value: Limit = 0
    """Fen."""


class HoldingRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Bounds on what a member may hold and sell of an instrument; tonnes, and 0 for none.

    The numbers of a compliance entity (member kind `emitter`) come on top of its annual
    allocation. Template, Beijing 2014 (market_rules.md 1.7): maximum 1,000,000 t, report from
    500,000 t. No national number is published [G].
    """

    max_emitter: Limit = 0
    max_other: Limit = 0
    report_emitter: Limit = 0
    """The level from which supervisors are told of a holder."""
    report_other: Limit = 0
    sell_cap_bps: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """Share of its annual free allocation, in 1/10,000, that an emitter may sell (Chongqing 2014
    Art. 23: 5,000; market_rules.md 5.1, whether it is still in force: [G])."""


class SetAllocation(Message, frozen=True, tag="set_allocation"):
    """Record a member's annual free allocation of an instrument, and what it banked before.

    It books nothing: the tonnes themselves come by `deposit`. `new_period` begins a year: what
    was sold and bought so far counts no more. Without it the two numbers are only corrected.
    """

    cl_ord_id: Name
    member: Name
    symbol: Name
    tonnes: Limit
    banked: Limit = 0
    new_period: bool = False


class SetMemberLimits(Message, frozen=True, tag="set_member_limits"):
    """Replace a member's limits; those not named are switched off."""

    cl_ord_id: Name
    member: Name
    limits: MemberLimits


class MassCancelFor(Message, frozen=True, tag="mass_cancel_for"):
    """Withdraw what fits every given name, as `mass_cancel` does; without any, all."""

    cl_ord_id: Name
    reason: Sentence
    user: Name = ""
    member: Name = ""
    symbol: Name = ""


class KillSwitch(Message, frozen=True, tag="kill_switch"):
    """Withdraw the orders of a user or member and block entry, until it is released."""

    cl_ord_id: Name
    scope: KillScope
    name: Name
    """Of the user or member."""
    engaged: bool
    reason: Sentence


class SetPermissions(Message, frozen=True, tag="set_permissions"):
    """Replace what a trader may do; see `Permission`."""

    cl_ord_id: Name
    user: Name
    permissions: tuple[Permission, ...]


class SuspendUser(Message, frozen=True, tag="suspend_user"):
    """Block one user's order entry and withdraw its resting orders; its member trades on."""

    cl_ord_id: Name
    user: Name
    reason: Sentence


class ReinstateUser(Message, frozen=True, tag="reinstate_user"):
    """Lift a user's suspension; withdrawn orders stay withdrawn."""

    cl_ord_id: Name
    user: Name
    reason: Sentence


class BarPerson(Message, frozen=True, tag="bar_person"):
    """Bar a beneficial owner from the market, or with `barred` false admit it again.

    Staff of regulators, registry, exchange and service bodies may not trade (Decree 775 Art. 7).
    """

    cl_ord_id: Name
    person: Name
    """The `owner` of members and clients."""
    reason: Sentence
    barred: bool = True


class AddClient(Message, frozen=True, tag="add_client"):
    """Admit a client for whom a member trades as an agent; `owner` is the client's own.

    The member's account holds the client's cash and tonnes; the member keeps them apart.
    """

    cl_ord_id: Name
    member: Name
    client_account: Name
    name: Name
    owner: Name


class SetClientActive(Message, frozen=True, tag="set_client_active"):
    """Stop or allow new orders for a client; resting ones stay."""

    cl_ord_id: Name
    member: Name
    client_account: Name
    active: bool


class ApproveOrder(Message, frozen=True, tag="approve_order"):
    """Let a colleague's held order go to the market; needs the permission `approve`."""

    cl_ord_id: Name
    order_id: Int64


class DeclineOrder(Message, frozen=True, tag="decline_order"):
    """End a held order: a colleague's, with the permission `approve`, or one's own."""

    cl_ord_id: Name
    order_id: Int64
