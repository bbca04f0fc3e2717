"""How the daemon opens and closes days: the setting `sessions`."""

from typing import Literal

SessionsMode = Literal["all_day", "calendar", "demo", "manual"]
