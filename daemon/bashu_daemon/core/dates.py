"""Trading days as numbers."""

from datetime import date


def is_date(yyyymmdd: int) -> bool:
    """Whether a number such as 20260105 is a day of the calendar."""
    try:
        date(yyyymmdd // 10_000, yyyymmdd // 100 % 100, yyyymmdd % 100)
    except ValueError:
        return False
    return True
