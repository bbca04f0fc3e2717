"""The rules, in the order in which they see an event."""

from typing import Any, Final

from bashu_daemon.surveillance.rule import Rule
from bashu_daemon.surveillance.rules.burst_rate import BurstRate
from bashu_daemon.surveillance.rules.circular import Circular
from bashu_daemon.surveillance.rules.dynamic_layering import DynamicLayering
from bashu_daemon.surveillance.rules.frequent_cancel import FrequentCancel
from bashu_daemon.surveillance.rules.layering import Layering
from bashu_daemon.surveillance.rules.limit_touch import LimitTouch
from bashu_daemon.surveillance.rules.marking_close import MarkingClose
from bashu_daemon.surveillance.rules.order_to_trade import OrderToTrade
from bashu_daemon.surveillance.rules.prearranged import Prearranged
from bashu_daemon.surveillance.rules.ramping import Ramping
from bashu_daemon.surveillance.rules.self_trade import SelfTrade
from bashu_daemon.surveillance.rules.spoofing import Spoofing

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
    Ramping,
    MarkingClose,
)
