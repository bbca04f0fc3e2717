"""Groups that are joined by pairs."""

from collections.abc import Iterable, Mapping


def join(partners: dict[str, set[str]], one: str, other: str) -> None:
    """Note a pair."""
    partners.setdefault(one, set()).add(other)
    partners.setdefault(other, set()).add(one)


def components(partners: Mapping[str, set[str]], groups: Iterable[str]) -> list[list[str]]:
    """Return the groups that are joined by partners among them, each set sorted."""
    left = dict.fromkeys(groups)
    found = []
    while left:
        first = next(iter(left))
        del left[first]
        joined, at = [first], 0
        while at < len(joined):
            for partner in sorted(partners[joined[at]]):
                if partner in left:
                    del left[partner]
                    joined.append(partner)
            at += 1
        found.append(sorted(joined))
    return found
