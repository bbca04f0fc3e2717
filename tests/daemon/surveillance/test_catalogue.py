"""Every rule of the catalogue has its sentences, its words on the screens and its parameters."""

import json
import tomllib
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import bashu_daemon
import bashu_tui
from bashu_daemon.surveillance import stories
from bashu_daemon.surveillance.blind_spot import Kind
from bashu_daemon.surveillance.canary import UNHEARD, VERSES
from bashu_daemon.surveillance.catalogue import RULES

OWN_WORDS = {"symbol", "owner", "accounts", "count", "gain", "side_word", "disclosure_word"}
NAMES = [rule.name for rule in RULES]
RULEBOOK = Path(bashu_daemon.__file__).parent / "rulebooks" / "bashu.toml"
LOCALES = Path(bashu_tui.__file__).parent / "locales"


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name} - OWN_WORDS


def test_names_are_given_once() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_tells_the_same_facts_in_both_languages(name: str) -> None:
    templates = [stories.load(language)[name] for language in ("en", "zh")]
    assert fields(templates[0]) == fields(templates[1])
    assert fields(templates[0])


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
@pytest.mark.parametrize("name", NAMES)
def test_a_rule_and_its_facts_have_words_on_the_screens(name: str, locale: str) -> None:
    words = json.loads((LOCALES / f"{locale}.json").read_text("utf-8"))
    told = {f"fact.{fact}" for fact in fields(stories.load("en")[name])}
    (rule,) = (rule for rule in RULES if rule.name == name)
    told |= {f"param.{parameter}" for parameter in rule.defaults}
    assert {f"rule.{name}", *told} - set(words) == set()


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_rulebook_names_every_parameter(rule: type) -> None:
    written = tomllib.loads(RULEBOOK.read_text("utf-8"))["surveillance"]
    assert set(written[rule.name]) == set(rule.defaults)  # type: ignore[attr-defined]  Rule's own


def test_the_canary_sings_for_every_rule_or_it_is_said_why_not() -> None:
    """A rule gets a verse in `canary.VERSES`, or a reason in `canary.UNHEARD`."""
    assert {*VERSES, *UNHEARD} == set(NAMES)
    assert not {*VERSES} & {*UNHEARD}
    assert all(len(reason.split()) > 3 for reason in UNHEARD.values())


def test_there_are_no_sentences_about_rules_that_do_not_exist() -> None:
    known = {*NAMES, *(f"blind_spot.{kind}" for kind in get_args(Kind))}
    words = {f"listing.{word}" for word in stories.listing_words("en")}
    assert set(stories.load("en")) == known | words == set(stories.load("zh"))


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_blind_spot_has_words_in_both_languages(kind: str) -> None:
    templates = [stories.load(language)[f"blind_spot.{kind}"] for language in ("en", "zh")]
    assert fields(templates[0]) == fields(templates[1])
    for locale in ("en", "zh_CN"):
        words = json.loads((LOCALES / f"{locale}.json").read_text("utf-8"))
        facts = {f"fact.{fact}" for fact in (*fields(templates[0]), "kind")}
        assert {"rule.blind_spot", *facts} - set(words) == set()
