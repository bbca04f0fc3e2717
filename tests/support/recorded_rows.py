"""Rows of a recorded market without end, for surveillance over CSV."""

import random
from collections.abc import Iterator

COLUMNS = "ts_ns,account,symbol,event,order_id,side,price,qty,counter_order_id"
START_NS = 1_767_576_600_000_000_000
"""2026-01-05, 09:30 in Shanghai."""
ACCOUNTS = 40
MOST_LIVE = 400


def recorded_rows(seed: int, count: int, mean_ns: int = 100_000_000) -> Iterator[dict[str, str]]:
    """Yield so many rows; every order ends, and only the newest ones are live."""
    chance = random.Random(seed)
    live: dict[str, tuple[str, str, int, int]] = {}
    time, middle, number = START_NS, 7_000, 0
    names: list[str] = []
    for _ in range(count):
        time += chance.randrange(2 * mean_ns)
        middle = max(1_000, middle + chance.choice((-1, 0, 0, 0, 1)))
        if names and (len(names) >= MOST_LIVE or chance.random() < 0.5):
            at = chance.randrange(len(names))
            names[at], names[-1] = names[-1], names[at]
            name = names.pop()
            account, side, price, qty = live.pop(name)
            if chance.random() < 0.3:
                yield _row(time, account, "trade", name, side, price, qty)
            else:
                yield _row(time, account, "cancel", name, side, price, qty)
            continue
        number += 1
        side = chance.choice(("buy", "sell"))
        price = middle + (-1 if side == "buy" else 1) * chance.randrange(1, 40)
        account, name, qty = (
            f"acc{chance.randrange(ACCOUNTS)}",
            f"X{number}",
            chance.randint(1, 900),
        )
        live[name] = account, side, price, qty
        names.append(name)
        yield _row(time, account, "new", name, side, price, qty)


def _row(
    time: int, account: str, event: str, name: str, side: str, price: int, qty: int
) -> dict[str, str]:
    return {
        "ts_ns": str(time), "account": account, "symbol": "CEA25", "event": event,
        "order_id": name, "side": side, "price": f"{price // 100}.{price % 100:02}",
        "qty": str(qty), "counter_order_id": "",
    }  # fmt: skip
