"""Cross-product manipulation: a push in one product for the sake of a position in another.

Source: reference/surveillance.md A1 #23 (MAR Annex II, inter-trading-venue and cross-product
manipulation); `linked_markets` says how. Allowances and credits are different products, and so are
vintages.
"""

from bashu_daemon.surveillance.linked_markets import LinkedMarkets, LinkedState


class CrossProduct(LinkedMarkets[LinkedState]):
    """All related instruments that are not of the two cities."""

    name = "cross_product"
    relation = "cross_product"
    state_type = LinkedState
