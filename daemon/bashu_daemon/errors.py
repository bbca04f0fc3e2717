"""Mistakes that the operator can mend."""


class OperatorError(Exception):
    """One clear sentence: what was wrong, where, and what to do."""
