"""The looks that a user may choose, by name; `palette` makes colours of them."""

from typing import Literal

MarketColors = Literal["red_up", "green_up", "blue_orange"]
ThemeName = Literal["dark", "light", "ansi", "ansi_light"]
