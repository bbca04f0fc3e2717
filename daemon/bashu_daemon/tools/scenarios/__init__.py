"""Labelled markets: honest flow with manipulation in it whose orders are known."""
