"""A trader's day in a real terminal: tmux, Mosquitto, and a venue that is killed in between."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bashu_testing import MOSQUITTO, PASSWORDS, PATIENCE_SECONDS, SYMBOL, Mosquitto, eventually
from served_venue import ServedVenue
from tmux_terminal import TMUX, TmuxTerminal

from bashu_protocol.client import Client
from bashu_protocol.messages import AccountRow, FillRow, OrderRow
from bashu_protocol.mqtt_transport import MqttTransport
from bashu_protocol.units import format_money, format_price
from bashu_tui.i18n import Texts
from bashu_tui.keymap import ACTIONS

BASHU_TUI = str(Path(sys.executable).parent / "bashu-tui")
KEYS = {action.id: action.keys[0] for action in ACTIONS}
EN, ZH = Texts("en"), Texts("zh")
OLD = EN("stale.banner").split("{")[0]
HAND_SECONDS = 0.5
"""A hand needs longer from an F-key to the digits."""
AGAIN_SECONDS = 2.0
"""After so long a key of the card is pressed again: it ignores what may be a key held down."""


class Desk:
    """Anna's terminal, and what the venue itself says of her."""

    def __init__(self, terminal: TmuxTerminal, port: int) -> None:
        self.terminal = terminal
        self._port = port

    def client(self, user: str) -> Client:
        return Client(MqttTransport("127.0.0.1", self._port, user, PASSWORDS[user]), user)

    async def log_in(self) -> None:
        terminal = self.terminal
        await self.sees(EN("login.title"))
        terminal.type("anna")
        await self.sees("anna")
        before = terminal.cursor()
        terminal.press("enter")
        await terminal.until(lambda _screen: terminal.cursor() != before, "the next field")
        terminal.type(PASSWORDS["anna"])
        terminal.press("enter")
        await self.sees(EN("link.live"), SYMBOL, EN("panel.ladder"))

    async def sees(self, *words: str) -> str:
        """Wait until all of this is on the screen."""
        return await self.terminal.until(
            lambda screen: all(word in screen for word in words), " and ".join(words)
        )

    async def sees_line(self, *words: str) -> None:
        """Wait until a line has all of this."""
        await self.terminal.until(
            lambda screen: any(all(word in line for word in words) for line in screen.splitlines()),
            f"a line with {words}",
        )

    async def send(self, action: str, quantity: int) -> None:
        """Take the chosen price of the ladder into the ticket, type the tonnes, and send."""
        terminal, title = self.terminal, EN("confirm.title")
        terminal.press(KEYS[action])
        await asyncio.sleep(HAND_SECONDS)
        terminal.press("end", *["backspace"] * 8)
        terminal.type(str(quantity))
        terminal.press("enter")
        await self.sees(title, f"{quantity:,} t")
        loop = asyncio.get_running_loop()
        pressed_at = float("-inf")
        while title in terminal.screen():
            if loop.time() - pressed_at > AGAIN_SECONDS:
                terminal.press("f4")
                pressed_at = loop.time()
            await asyncio.sleep(0.1)


async def orders_of(client: Client) -> list[tuple[int, int, int]]:
    """Return price, quantity and what is left of each working order."""
    rows = (await client.query("orders", timeout=PATIENCE_SECONDS)).rows
    return [(r.price, r.order_qty, r.leaves_qty) for r in rows if isinstance(r, OrderRow)]


async def until_orders(client: Client, expected: list[tuple[int, int, int]]) -> None:
    """Wait until the venue has exactly these working orders."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while (found := await orders_of(client)) != expected:
        assert asyncio.get_running_loop().time() < deadline, found
        await asyncio.sleep(0.1)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[tuple[Desk, ServedVenue]]:
    broker = Mosquitto(tmp_path)
    broker.start()
    venue = ServedVenue(tmp_path, broker.port)
    terminal = TmuxTerminal(tmp_path, f"bashu-{os.getpid()}-{broker.port}")
    try:
        venue.start()
        place = f"mqtt://127.0.0.1:{broker.port}"
        terminal.run(
            [BASHU_TUI, "--broker", place, "--lang", "en", "--symbol", SYMBOL],
            {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": str(tmp_path),
             "XDG_DATA_HOME": str(tmp_path)},
        )  # fmt: skip
        yield Desk(terminal, broker.port), venue
    finally:
        terminal.close()
        venue.stop()
        broker.kill()


@pytest.mark.mosquitto
@pytest.mark.skipif(TMUX is None, reason="TMUX IS NOT INSTALLED: the terminal was not driven")
@pytest.mark.skipif(MOSQUITTO is None, reason="MOSQUITTO IS NOT INSTALLED: this did not run")
async def test_a_day_with_a_venue_that_dies(desk: tuple[Desk, ServedVenue]) -> None:
    """Log in, trade, cancel; the daemon is killed and comes back; the screen tells the truth."""
    anna, venue = desk
    await anna.log_in()
    asked, bo = anna.client("anna"), anna.client("bo")
    async with asked, bo:
        await eventually(lambda: SYMBOL in bo.feed.stats)
        price = bo.feed.stats[SYMBOL].reference_price
        await _trade(anna, asked, bo, price)
        await _withdraw(anna, asked, price)
        await anna.send("order.buy", 440)
        await until_orders(asked, [(price, 440, 440)])
        await anna.sees_line("440", format_price(price), EN("status.new"))
        venue.kill()
        await _is_locked(anna)
        # It waits for the venue, and trades before or after the terminal is back.
        late = asyncio.create_task(
            bo.place(SYMBOL, "sell", 140, price, timeout=PATIENCE_SECONDS), name="late order"
        )
        venue.start()
        assert (await late).exec_type == "new"
        await until_orders(asked, [(price, 440, 300)])
        await _tells_the_truth(anna, asked, price)
    anna.terminal.press(KEYS["app.quit"])
    assert await anna.terminal.exit_code() == 0


async def _trade(anna: Desk, asked: Client, bo: Client, price: int) -> None:
    """An order works, is filled in part, and then as a whole."""
    at, partly = format_price(price), EN("status.partially_filled")
    await anna.send("order.buy", 120)
    await until_orders(asked, [(price, 120, 120)])
    await anna.sees_line("120", at, EN("status.new"))
    sold = await bo.place(SYMBOL, "sell", 50, price, timeout=PATIENCE_SECONDS)
    assert sold.exec_type == "new"
    await until_orders(asked, [(price, 120, 70)])
    await anna.sees_line("70", at)
    await anna.sees_line(at, partly)
    await bo.place(SYMBOL, "sell", 70, price, timeout=PATIENCE_SECONDS)
    await until_orders(asked, [])
    await anna.terminal.until(lambda screen: partly not in screen, "nothing in part")
    await anna.sees_line("70", at, EN("blotter.fill"))


async def _withdraw(anna: Desk, asked: Client, price: int) -> None:
    """One key takes an order back."""
    at = format_price(price)
    await anna.send("order.sell", 330)
    await until_orders(asked, [(price, 330, 330)])
    await anna.sees_line("330", at, EN("status.new"))
    anna.terminal.press(KEYS["orders.cancel_here"])
    await until_orders(asked, [])
    await anna.sees_line("330", at, EN("status.canceled"))


async def _is_locked(anna: Desk) -> None:
    """Without the venue the screen says so, and keys bring up no order."""
    terminal = anna.terminal
    await anna.sees(OLD)
    terminal.press(KEYS["order.buy"])
    await asyncio.sleep(HAND_SECONDS)
    terminal.press("enter")
    terminal.press(KEYS["app.language"])
    # The keys before this one have been handled, and no card came up.
    screen = await anna.sees(ZH("stale.banner").split("{")[0])
    assert ZH("confirm.title") not in screen
    terminal.press(KEYS["app.language"])
    await anna.sees(OLD)


async def _tells_the_truth(anna: Desk, asked: Client, price: int) -> None:
    """Orders, fills and cash on the screen are those that the venue tells when asked."""
    at = format_price(price)
    await anna.terminal.until(
        lambda screen: OLD not in screen and EN("link.live") in screen, "a live market"
    )
    await anna.sees_line("300", at)
    await anna.sees_line(at, EN("status.partially_filled"))
    fills = (await asked.query("fills", timeout=PATIENCE_SECONDS)).rows
    assert [row.last_qty for row in fills if isinstance(row, FillRow)] == [50, 70, 140]
    for quantity in (50, 70, 140):
        await anna.sees_line(str(quantity), at, EN("blotter.fill"))
    account = (await asked.query("account", timeout=PATIENCE_SECONDS)).rows
    (cash,) = [r for r in account if isinstance(r, AccountRow) and r.asset == "CNY"]
    assert cash.available == 100_000_000_000 - (120 + 440) * price
    await anna.sees(format_money(cash.available))
