"""Price alerts in words, and the strict reading of their values."""

import re
from typing import Final

from bashu_protocol.units import format_price
from bashu_tui.cells import signed_percent
from bashu_tui.i18n import Texts
from bashu_tui.state.alert_rules import PRICES, PriceAlert, Reading, Watch, rearm_at, seen
from bashu_tui.state.entry import Bounds, Entry, normalize, price_within, quantity_within

_PERCENT: Final = re.compile(r"([+-]?)(\d{1,4})(?:\.(\d{1,2}))?", re.ASCII)
_SIGNS: Final = {ord("＋"): "+", ord("－"): "-", ord("％"): "%"}
_NO_VOLUME_BEYOND: Final = 10**12


def read_value(watch: Watch, text: str, tick: int) -> Entry:
    """Read the value of a condition: yuan, percent with a sign, or whole tonnes."""
    if watch in PRICES:
        return price_within(text, Bounds(tick))
    if watch == "volume":
        return quantity_within(text, Bounds(high=_NO_VOLUME_BEYOND))
    return read_percent(text)


def read_percent(text: str) -> Entry:
    """Read percent with at most two decimals as 1/10,000."""
    plain = normalize(text).translate(_SIGNS).removesuffix("%").rstrip()
    if not plain:
        return Entry(None, "entry.empty")
    match = _PERCENT.fullmatch(plain)
    if match is None:
        return Entry(None, "alerts.not_percent")
    sign, whole, decimals = match.groups()
    value = int(whole) * 100 + int((decimals or "").ljust(2, "0"))
    return Entry(-value if sign == "-" else value)


def show_value(watch: Watch, value: int, texts: Texts) -> str:
    """Show a value in the unit of what is watched."""
    if watch in PRICES:
        return format_price(value)
    if watch == "change":
        return signed_percent(value, 10_000)
    return texts("alerts.tonnes", qty=f"{value:,}")


def plain_value(alert: PriceAlert) -> str:
    """Return a value as it would be typed."""
    if alert.watch in PRICES:
        return format_price(alert.value)
    if alert.watch == "change":
        return signed_percent(alert.value, 10_000).rstrip("%")
    return str(alert.value) if alert.watch == "volume" else ""


def condition(alert: PriceAlert, texts: Texts) -> str:
    """Say when an alert fires."""
    if alert.watch == "phase":
        return texts("alerts.when.phase")
    return texts(
        f"alerts.when.{alert.direction}",
        watch=texts(f"alerts.watch.{alert.watch}"),
        value=show_value(alert.watch, alert.value, texts),
    )


def condition_short(alert: PriceAlert, texts: Texts) -> str:
    """Say the same where there is little room."""
    if alert.watch == "phase":
        return texts("alerts.when.phase")
    sign = ">=" if alert.direction == "above" else "<="
    value = show_value(alert.watch, alert.value, texts)
    return f"{texts(f'alerts.short.{alert.watch}')} {sign} {value}"


def standing(alert: PriceAlert, texts: Texts) -> str:
    """Say whether an alert is on: armed, waiting to be armed again, fired for good, or asleep."""
    if alert.armed:
        return texts("alerts.state.armed")
    if alert.repeats and alert.count:
        return texts("alerts.state.waits")
    return texts("alerts.state.fired" if alert.count else "alerts.state.off")


def saw(alert: PriceAlert, texts: Texts) -> str:
    """Say what an alert saw when it last fired."""
    if not alert.fired_at:
        return ""
    if alert.watch == "phase":
        return texts.get(f"phase.{alert.fired_at}", alert.fired_at)
    return show_value(alert.watch, int(alert.fired_at), texts)


def present(alert: PriceAlert, reading: Reading | None, texts: Texts) -> str:
    """Show what the market has now of what an alert watches; "-" where there is nothing."""
    if reading is None:
        return "-"
    if alert.watch == "phase":
        return texts.get(f"phase.{reading.phase}", "-")
    number = seen(alert, reading)
    return "-" if number is None else show_value(alert.watch, number, texts)


def rearms(alert: PriceAlert, tick: int, texts: Texts) -> str:
    """Say when a repeating alert is armed again."""
    if alert.watch == "phase" or not alert.repeats:
        return ""
    if alert.watch == "volume":
        return texts("alerts.rearms.volume")
    other = "below" if alert.direction == "above" else "above"
    value = show_value(alert.watch, rearm_at(alert, tick), texts)
    return texts(f"alerts.rearms.{other}", value=value)
