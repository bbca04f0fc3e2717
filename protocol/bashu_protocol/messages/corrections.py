"""Cancelling and repricing trades: two supervisors, correcting entries, nothing erased."""

from bashu_protocol.messages.base import CorrectionAction, Int64, Message, Name, Sentence


class ProposeTradeCorrection(Message, frozen=True, tag="propose_trade_correction"):
    """Ask that a trade of the present day be cancelled, or its price changed to `price` in fen.

    The command report's text and the audit stream tell the correction's number.
    """

    cl_ord_id: Name
    exec_id: Int64
    action: CorrectionAction
    reason: Sentence
    price: Int64 = 0


class ConfirmTradeCorrection(Message, frozen=True, tag="confirm_trade_correction"):
    """Carry out a proposed correction, as another supervisor than who proposed it.

    With `approve` false it is declined, which its author may do as well.
    """

    cl_ord_id: Name
    correction_id: Int64
    approve: bool = True


class TradeCorrection(Message, frozen=True, tag="trade_correction"):
    """A public trade was cancelled, or its price changed; on the trades' topic and in their count.

    Price 0 for a cancelled one. The statistics that follow have it already.
    """

    symbol: str
    md_seq: int
    epoch: int
    seq: int
    transact_time: int
    exec_id: int
    action: CorrectionAction
    price: int
    previous_price: int
    qty: int
