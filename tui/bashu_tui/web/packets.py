"""What a terminal's process tells its web server beyond textual-serve's own packets."""

from typing import Final

BELL: Final = "bell"
"""The type of the packet that asks for a sound."""
