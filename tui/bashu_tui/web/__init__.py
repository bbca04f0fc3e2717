"""The terminal in a browser behind the venue's login, and the public board."""
