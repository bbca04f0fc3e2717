"""The rules, in the order in which they see an event."""

from typing import Any, Final

from bashu_daemon.surveillance.rule import Rule
from bashu_daemon.surveillance.rules.auction_manipulation import AuctionManipulation
from bashu_daemon.surveillance.rules.barred_person import BarredPerson
from bashu_daemon.surveillance.rules.benford import Benford
from bashu_daemon.surveillance.rules.block_pricing import BlockPricing
from bashu_daemon.surveillance.rules.burst_rate import BurstRate
from bashu_daemon.surveillance.rules.circular import Circular
from bashu_daemon.surveillance.rules.clique import Clique
from bashu_daemon.surveillance.rules.collusive import Collusive
from bashu_daemon.surveillance.rules.cornering import Cornering
from bashu_daemon.surveillance.rules.cross_product import CrossProduct
from bashu_daemon.surveillance.rules.dynamic_layering import DynamicLayering
from bashu_daemon.surveillance.rules.fat_finger import FatFinger
from bashu_daemon.surveillance.rules.floor_ceiling import FloorCeiling
from bashu_daemon.surveillance.rules.frequent_cancel import FrequentCancel
from bashu_daemon.surveillance.rules.front_running import FrontRunning
from bashu_daemon.surveillance.rules.insider import Insider
from bashu_daemon.surveillance.rules.large_holder import LargeHolder
from bashu_daemon.surveillance.rules.layering import Layering
from bashu_daemon.surveillance.rules.limit_touch import LimitTouch
from bashu_daemon.surveillance.rules.marking_close import MarkingClose
from bashu_daemon.surveillance.rules.misinformation import Misinformation
from bashu_daemon.surveillance.rules.order_to_trade import OrderToTrade
from bashu_daemon.surveillance.rules.painting import Painting
from bashu_daemon.surveillance.rules.prearranged import Prearranged
from bashu_daemon.surveillance.rules.price_swing import PriceSwing
from bashu_daemon.surveillance.rules.pump_and_dump import PumpAndDump
from bashu_daemon.surveillance.rules.ramping import Ramping
from bashu_daemon.surveillance.rules.regional import Regional
from bashu_daemon.surveillance.rules.self_trade import SelfTrade
from bashu_daemon.surveillance.rules.spoofing import Spoofing
from bashu_daemon.surveillance.rules.unusual_volume import UnusualVolume

RULES: Final[tuple[type[Rule[Any]], ...]] = (
    SelfTrade,
    FrequentCancel,
    OrderToTrade,
    BurstRate,
    LimitTouch,
    Spoofing,
    Layering,
    DynamicLayering,
    Prearranged,
    Circular,
    Clique,
    Collusive,
    FrontRunning,
    Benford,
    Ramping,
    MarkingClose,
    AuctionManipulation,
    Painting,
    FloorCeiling,
    FatFinger,
    UnusualVolume,
    PriceSwing,
    PumpAndDump,
    BlockPricing,
    LargeHolder,
    Cornering,
    CrossProduct,
    Regional,
    Insider,
    Misinformation,
    BarredPerson,
)
