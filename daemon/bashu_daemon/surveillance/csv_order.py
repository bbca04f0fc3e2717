"""Rows of one time in the order in which they can have happened.

Programs that record a market write what happened at once in any order: a trade before the order
that made it, or one row for each side with neither naming the other.
"""

from collections.abc import Iterable, Iterator

from bashu_daemon.surveillance.csv_fields import counter_name, order_name

Row = dict[str, str]
Numbered = tuple[int, Row]
"""A row and its line's number."""
Name = tuple[str, str]
"""A symbol and an order's id within it."""
MAX_GROUP = 1_000
"""Rows looked at together; a file whose times are all one is taken in pieces."""


def in_order(rows: Iterable[Numbered]) -> Iterator[Numbered]:
    """Yield the same rows, those of one time put right."""
    group: list[Numbered] = []
    for numbered in rows:
        if group and (numbered[1]["ts_ns"] != group[0][1]["ts_ns"] or len(group) >= MAX_GROUP):
            yield from _put_right(group)
            group = []
        group.append(numbered)
    yield from _put_right(group)


def _put_right(group: list[Numbered]) -> list[Numbered]:
    if len(group) < 2:
        return group
    _join_sides(group)
    _name_counterparties(group)
    return _entries_first(group)


def _event(row: Row) -> str:
    return row["event"].strip().lower()


def _entries_first(group: list[Numbered]) -> list[Numbered]:
    """Put an order's entry before what names the order, and its end after its trades.

    A change of an order comes before its trade with one that did nothing at that time: nobody
    else can have come to the other.
    """
    first_named: dict[Name, int] = {}
    last_traded: dict[Name, int] = {}
    met: dict[Name, list[tuple[int, Name | None]]] = {}
    came: set[Name] = set()
    for place, (_number, row) in enumerate(group):
        event, own, counter = _event(row), _own(row), _counter(row)
        if event in ("new", "replace"):
            came.add(own)
        if event == "new":
            continue
        for name, other in ((own, counter), (counter, own)):
            if name is not None:
                first_named.setdefault(name, place)
                if event == "trade":
                    last_traded[name] = place
                    met.setdefault(name, []).append((place, other))
    places: list[float] = []
    for place, (_number, row) in enumerate(group):
        event, own = _event(row), _own(row)
        to: float = place
        if event == "new":
            to = min(place, first_named.get(own, place) - 0.5)
        elif event == "replace":
            passive = [at for at, other in met.get(own, ()) if other and other not in came]
            to = min([place, *(at - 0.25 for at in passive)])
        elif event == "cancel":
            to = max(place, last_traded.get(own, place) + 0.5)
        places.append(to)
    order = sorted(range(len(group)), key=lambda place: (places[place], place))
    return [group[place] for place in order]


def _own(row: Row) -> Name:
    return row["symbol"].strip(), order_name(row["order_id"])


def _counter(row: Row) -> Name | None:
    name = counter_name(row)
    return (row["symbol"].strip(), name) if name else None


def _join_sides(group: list[Numbered]) -> None:
    """Let two rows about the two sides of a trade name each other's order."""
    waiting: dict[tuple[str, str, str], list[Row]] = {}
    for _number, row in group:
        if _event(row) != "trade" or counter_name(row):
            continue
        same = waiting.setdefault(
            (row["symbol"].strip(), row["price"].strip(), row["qty"].strip()), []
        )
        side = row["side"].strip().lower()
        other = next((one for one in same if one["side"].strip().lower() != side), None)
        if other is None:
            same.append(row)
            continue
        same[:] = [one for one in same if one is not other]
        row["counter_order_id"], other["counter_order_id"] = other["order_id"], row["order_id"]


def _name_counterparties(group: list[Numbered]) -> None:
    """Let a trade's row name the account of the other side, where that has a row of its own."""
    trades = [row for _number, row in group if _event(row) == "trade"]
    accounts = {_own(row): row["account"] for row in trades}
    for row in trades:
        counter = _counter(row)
        if counter is not None and not row.get("counter_account"):
            row["counter_account"] = accounts.get(counter, "")
