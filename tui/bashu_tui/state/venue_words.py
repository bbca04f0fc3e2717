"""The venue's own sentences in the user's language.

Reports and notices carry English. Those that the venue makes by a pattern are said in the user's
words; what a person wrote, and what a newer venue says, stays as it is.
"""

import re
from typing import Final

from bashu_tui.i18n import Texts

_PATTERNS: Final = tuple(
    (key, re.compile(pattern))
    for key, pattern in {
        "halted": r"Trading in (?P<symbol>\S+) is halted",
        "resumes": r"Trading in (?P<symbol>\S+) resumes: (?P<phase>\w+)",
        "suspended": r"(?P<member>\S+) is suspended from trading",
        "reinstated": r"(?P<member>\S+) may trade again",
        "volatile": r"Volatility interruption in (?P<symbol>\S+)",
        "volatile_body": r"An order would have traded more than (?P<percent>[\d.]+) % from the last"
        r" price\. A call auction of (?P<seconds>\d+) s follows\.",
        "calm": r"The volatility interruption in (?P<symbol>\S+) is over: (?P<phase>\w+)",
        "uncrossed": r"The call auction traded (?P<qty>\d+) t at (?P<price>[\d.]+) CNY\.",
        "uncrossed_nothing": r"The call auction traded nothing\.",
        "trade_cancelled": r"Trade (?P<id>\d+) in (?P<symbol>\S+) is cancelled",
        "trade_repriced": r"Trade (?P<id>\d+) in (?P<symbol>\S+) is repriced to (?P<price>[\d.]+)",
        "auction": r"Auction (?P<id>\d+), (?P<symbol>\S+): (?P<state>\w+)",
        "auction_completed": r"(?P<qty>[\d,]+) t (?P<offer>\w+), (?P<done>[\d,]+) t \w+ for"
        r" (?P<money>[\d,.]+) CNY; marginal bid (?P<price>[\d.]+), (?P<bids>\d+) bids\.",
        "auction_terms": r"(?P<qty>[\d,]+) t (?P<offer>\w+) on (?P<date>\d+), bids from"
        r" (?P<floor>[\d.]+) to (?P<cap>[\d.]+), (?P<pricing>[\w-]+) pricing\.",
        "auction_paid": r"(?P<qty>[\d,]+) t (?P<offer>\w+) on (?P<date>\d+), bids from"
        r" (?P<floor>[\d.]+) to (?P<cap>[\d.]+), (?P<pricing>[\w-]+) pricing, emitters only\.",
        "auction_ended": r"(?P<qty>[\d,]+) t (?P<offer>\w+)\. (?P<why>\S.*)",
        "by_mass_cancel": r"Withdrawn by a mass cancel\.",
        "by_supervisor": r"Withdrawn by a supervisor\.",
        "by_colleague": r"Withdrawn by (?P<user>\S+) of the same member\.",
        "self_trade": r"Withdrawn: it would have met an order of the same beneficial owner\.",
        "decremented": r"Reduced by an order of the same beneficial owner that it met\.",
        "remainder": r"Nothing more to trade at once; the remainder is withdrawn\.",
        "reach": r"The best (?P<levels>\d+) price levels are taken; the remainder is withdrawn\.",
        "member_suspended": r"Withdrawn: the member is suspended\.",
        "barred": r"Withdrawn: the person may not trade\.",
        "blocked": r"Withdrawn: entry is blocked\.",
        "day_over": r"The trading day is over\.",
        "date_over": r"Its last day (?P<date>\d+) is over\.",
        "session_over": r"The block session is over\.",
        "not_approved": r"Nobody approved it today\.",
        "waits": r"The order waits for a colleague's approval\.",
        "declined": r"Declined by (?P<user>\S+)\.",
        "offer_withdrawn": r"The offer was withdrawn\.",
        "offer_taken": r"The offer has traded with another member\.",
        "no_bids": r"Void: there were no bids\.",
        "too_few": r"Void: less than the minimum total quantity was bid for\.",
        "reserve": r"Void: the marginal bid did not meet the reserve\.",
        "by_venue": r"Canceled by the venue\.",
        "auction_day_over": r"Canceled: its trading day is over\.",
        "bid_replaced": r"Replaced by (?P<user>\S+) of the same member\.",
    }.items()
)
_WORDS: Final = {
    "phase": "phase", "state": "said.state", "offer": "said.offer", "pricing": "said.pricing",
}  # fmt: skip
"""Values that have texts of their own."""


def in_words(text: str, texts: Texts) -> str:
    """Return what the venue said in the user's language, or as it is."""
    if texts.language == "en" or not text:
        return text
    for key, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            values = match.groupdict()
            for name, prefix in _WORDS.items():
                if name in values:
                    values[name] = texts.get(f"{prefix}.{values[name]}", values[name])
            if "why" in values:
                values["why"] = in_words(values["why"], texts)
            if "date" in values:
                values["date"] = _day(values["date"])
            return texts(f"said.{key}", **values)
    return text


def _day(digits: str) -> str:
    """Write a day of eight digits as the rest of the terminal does."""
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else digits
