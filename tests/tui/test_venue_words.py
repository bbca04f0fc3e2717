"""The venue's own sentences, as its core makes them, in Chinese; a person's words as they are."""

import re
from typing import Any

import pytest

from bashu_protocol.messages import (
    CancelAuction,
    CloseAuction,
    HaltInstrument,
    OpenAuction,
    PublishNotice,
    ReinstateMember,
    ResumeInstrument,
    ScheduleAuction,
    SuspendMember,
)
from bashu_tui.i18n import Texts, load
from bashu_tui.state import venue_words
from bashu_tui.state.venue_words import in_words

CHINESE, ENGLISH = Texts("zh"), Texts("en")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Trading in CEA25 resumes: continuous", "CEA25 已复牌：连续交易"),
        ("Trade 12 in CEA25 is repriced to 74.63", "CEA25 第 12 号成交价更正为 74.63"),
        ("Auction 3, CCER: completed", "第 3 号竞价，CCER：已完成"),
        (
            "100,000 t offered on 20261124, bids from 67.00 to 81.00, uniform pricing.",
            "2026-11-24 出让 100,000 吨，报价区间 67.00 至 81.00，统一定价。",
        ),
        ("100,000 t offered. Void: there were no bids.", "出让 100,000 吨。流标：无人投标。"),
        ("Withdrawn by a mass cancel.", "随批量撤单撤回。"),
        ("Trading in CEA25 is a pleasure", "Trading in CEA25 is a pleasure"),
        ("", ""),
    ],
)
def test_sentences(said: str, expected: str) -> None:
    assert in_words(said, CHINESE) == expected
    assert in_words(said, ENGLISH) == said


def test_each_pattern_has_texts_with_its_values() -> None:
    for key, pattern in venue_words._PATTERNS:
        for language in ("en", "zh"):
            wanted = set(re.findall(r"\{(\w+)\}", load(language)[f"said.{key}"]))
            assert wanted <= set(pattern.groupindex), key


async def test_the_venues_notices_are_understood(market: Any) -> None:
    """What the core really publishes, so that a change there is seen here."""
    async with market.client("sup") as client:
        number = client.new_cl_ord_id
        await client.command(HaltInstrument(number(), "CEA25", "why"))
        await client.command(ResumeInstrument(number(), "CEA25", "why"))
        await client.command(SuspendMember(number(), "bob-co", "why"))
        await client.command(ReinstateMember(number(), "bob-co", "why"))
        await client.command(PublishNotice(number(), "My own words"))
        async with market.client("reg") as registrar:
            for auction_id, end in ((1, CloseAuction), (2, CancelAuction)):
                name = registrar.new_cl_ord_id
                await registrar.command(ScheduleAuction(name(), "bob-co", "CEA25", 5_000))
                await registrar.command(OpenAuction(name(), auction_id))
                report = await registrar.command(end(name(), auction_id))
                assert report.accepted, report
        notices = (await client.query("notices")).notices
    own = [notice for notice in notices if notice.kind == "notice"]
    assert [in_words(notice.title, CHINESE) for notice in own] == ["My own words"]
    assert len(notices) == 11
    for notice in notices:
        said = [notice.title, *([notice.body] if notice.kind == "auction" else [])]
        if notice.kind != "notice":
            assert all(re.search(r"[\u3400-\u9fff]", in_words(text, CHINESE)) for text in said)
