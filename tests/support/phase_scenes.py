"""A venue in each phase, with the day open or not, for the phase matrix."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bashu_daemon.core import Venue
from bashu_protocol.messages import (
    AddMember,
    AddUser,
    AuctionRules,
    BlockRules,
    CallAuctionRules,
    CloseDay,
    Deposit,
    HaltInstrument,
    InstrumentRules,
    ListInstrument,
    NewOrder,
    OpenDay,
    OrderFeatures,
    Phase,
    SetPhase,
    StateCommand,
    VolatilityRules,
)
from bashu_protocol.topics import VENUE_USER

SYMBOL = "CEA24"
NS_PER_SECOND = 1_000_000_000
DAY, NEXT_DAY = 20_240_102, 20_240_103


def rules(symbol: str = SYMBOL) -> InstrumentRules:
    """Return rules with every optional mode and order feature switched on."""
    return InstrumentRules(
        symbol=symbol,
        name_zh="x",
        name_en="x",
        product="CEA",
        reference_price=7_000,
        call_auction=CallAuctionRules(),
        volatility=VolatilityRules(dynamic_bps=200, auction_seconds=60),
        auction=AuctionRules(),
        within_price="taker_choice",
        block=BlockRules(),
        features=OrderFeatures(
            max_gtd_days=10, post_only=True, min_qty=True, iceberg_min_display=1, stop=True
        ),
    )


@dataclass
class Scene:
    """A venue with the instrument `symbol` in one phase.

    `anna` trades for member A, `bo` for B, `sue` supervises. Where the phase lets orders stand,
    anna's buy order `own` rests, and bo's sell orders do above it.
    """

    title: str
    symbol: str = SYMBOL
    venue: Venue = field(default_factory=Venue)
    now_ns: int = 0
    ids: int = 0

    def id(self) -> str:
        self.ids += 1
        return f"c{self.ids}"

    def send(self, user: str, command: StateCommand) -> str:
        """Apply a command; return `accepted`, or the code of its refusal."""
        self.now_ns += NS_PER_SECOND
        events = self.venue.apply(user, command, self.now_ns)
        for total in self.venue.ledger_totals().values():
            assert sum(total.values()) == 0
        reports = [event.report for event in events if hasattr(event, "report")]
        answers = [report for report in reports if report.cl_ord_id == command.cl_ord_id]
        assert answers, f"{command} was not answered"
        return str(getattr(answers[0], "reject_code", "")) or "accepted"

    def must(self, user: str, command: StateCommand) -> None:
        outcome = self.send(user, command)
        assert outcome == "accepted", (command, outcome)

    def phase(self, phase: Phase) -> None:
        self.must(VENUE_USER, SetPhase(self.id(), phase, self.symbol))

    @property
    def trade_date(self) -> int:
        """The present day, or the next where it is over."""
        return DAY if self.venue.day_is_open else NEXT_DAY

    def orders(self) -> None:
        self.must("anna", NewOrder("own", self.symbol, "buy", 10, 6_990))
        for price in (7_010, 7_140, 7_150):
            self.must("bo", NewOrder(self.id(), self.symbol, "sell", 10, price))

    def halt(self) -> None:
        self.must("sue", HaltInstrument(self.id(), self.symbol, "a reason"))

    def copy(self) -> "Scene":
        copied = Scene(self.title, self.symbol, Venue.load(self.venue.dump()))
        copied.now_ns, copied.ids = self.now_ns, self.ids
        return copied


def founded(title: str) -> Scene:
    """Return a venue with members and holdings, before its first day."""
    scene = Scene(title)
    scene.must(VENUE_USER, ListInstrument(scene.id(), rules()))
    for member, user, role in (
        ("A", "anna", "trader"),
        ("B", "bo", "trader"),
        ("S", "sue", "supervisor"),
    ):
        scene.must(VENUE_USER, AddMember(scene.id(), member, member, f"owner of {member}"))
        scene.must(VENUE_USER, AddUser(scene.id(), user, member, role))  # type: ignore[arg-type]  # literals of this table
        scene.must(VENUE_USER, Deposit(scene.id(), member, "CNY", 10**12))
        scene.must(VENUE_USER, Deposit(scene.id(), member, SYMBOL, 10**6))
    return scene


def scenes() -> Iterator[Scene]:
    """Yield a scene for each phase, with the day open or not where that makes a difference."""
    scene = founded("closed, day over")
    scene.must(VENUE_USER, OpenDay(scene.id(), DAY))
    scene.phase("continuous")
    scene.orders()
    scene.must(VENUE_USER, CloseDay(scene.id()))
    yield scene
    scene = founded("closed, day open")
    scene.must(VENUE_USER, OpenDay(scene.id(), DAY))
    scene.symbol = "NEW"
    scene.must(VENUE_USER, ListInstrument(scene.id(), rules("NEW")))
    for member in "AB":
        scene.must(VENUE_USER, Deposit(scene.id(), member, "NEW", 10**6))
    yield scene
    steps: dict[str, tuple[Phase | Callable[[Scene], Any], ...]] = {
        "pre_open": (),
        "call_auction": ("call_auction", Scene.orders),
        "call_auction_no_cancel": ("call_auction", Scene.orders, "call_auction_no_cancel"),
        "continuous": ("continuous", Scene.orders),
        "volatility_auction": ("continuous", Scene.orders, breach),
        "pause": ("continuous", Scene.orders, "pause"),
        "halted, day open": ("continuous", Scene.orders, Scene.halt),
        "halted, day over": ("continuous", Scene.orders, Scene.halt, close),
    }
    for title, path in steps.items():
        scene = founded(title)
        scene.must(VENUE_USER, OpenDay(scene.id(), DAY))
        for step in path:
            if isinstance(step, str):
                scene.phase(step)
            else:
                step(scene)
        assert scene.venue.stat(scene.symbol).phase == title.split(",")[0]
        yield scene


def breach(scene: Scene) -> None:
    """Let an order of bo run into the upper end of the dynamic collar."""
    scene.must("bo", NewOrder(scene.id(), scene.symbol, "buy", 1, 6_900))
    scene.must("anna", NewOrder(scene.id(), scene.symbol, "buy", 25, 7_200))


def close(scene: Scene) -> None:
    scene.must(VENUE_USER, CloseDay(scene.id()))
