from bashu_protocol.feed import BookView, MarketFeed
from bashu_protocol.messages import BookDelta, BookRow, BookSnapshot, PublicTrade


def snapshot(md_seq: int, epoch: int = 1) -> BookSnapshot:
    return BookSnapshot("S", md_seq, epoch, 0, [(99, 5, 1)], [(101, 7, 2)])


def delta(md_seq: int, *changes: tuple[str, int, int, int], epoch: int = 1) -> BookDelta:
    return BookDelta("S", md_seq, epoch, 0, list(changes))  # type: ignore[arg-type]  # sides of the tests


def test_deltas_continue_a_snapshot() -> None:
    view = BookView("S")
    assert view.reset(snapshot(4))
    assert view.apply(delta(5, ("buy", 100, 3, 1), ("sell", 101, 0, 0)))
    assert (view.bids, view.asks) == ([(100, 3, 1), (99, 5, 1)], [])


def test_old_deltas_and_snapshots_are_passed_over() -> None:
    view = BookView("S")
    view.reset(snapshot(4))
    view.apply(delta(5, ("buy", 100, 3, 1)))
    assert not view.apply(delta(5, ("buy", 100, 9, 1)))
    assert not view.reset(snapshot(4))
    assert view.bids[0] == (100, 3, 1)


def test_a_gap_asks_for_a_whole_book_once_in_a_while() -> None:
    feed = MarketFeed()
    feed.accept(snapshot(4))
    assert not feed.accept(delta(6, ("buy", 100, 3, 1)))
    assert not feed.book("S").is_current
    assert feed.broken_books(10.0) == ["S"]
    assert feed.broken_books(10.5) == []
    assert feed.broken_books(11.5) == ["S"]
    feed.accept_rows([BookRow("S", 6, 1, [(100, 3, 1)], [])])
    assert feed.book("S").is_current
    assert feed.broken_books(20.0) == []
    assert feed.accept(delta(7, ("sell", 102, 1, 1)))


def test_a_delta_before_any_snapshot_asks_for_one() -> None:
    feed = MarketFeed()
    assert not feed.accept(delta(1, ("buy", 1, 1, 1)))
    assert feed.broken_books(1.0) == ["S"]


def test_another_run_of_the_venue_begins_anew() -> None:
    view = BookView("S")
    view.reset(snapshot(40))
    assert not view.apply(delta(1, ("buy", 100, 3, 1), epoch=2))
    assert not view.is_current
    assert view.reset(snapshot(0, epoch=2))
    assert view.apply(delta(1, ("buy", 100, 3, 1), epoch=2))
    assert not view.reset(snapshot(50, epoch=1))


def test_missed_trades_are_counted_and_repeated_ones_dropped() -> None:
    feed = MarketFeed()

    def trade(md_seq: int, epoch: int = 1) -> PublicTrade:
        return PublicTrade("S", md_seq, epoch, 1, 1, md_seq, 100, 1, "buy")

    assert feed.accept(trade(1))
    assert not feed.accept(trade(1))
    assert feed.accept(trade(4))
    assert feed.missed_trades == 2
    assert feed.accept(trade(1, epoch=2))
    assert feed.missed_trades == 2


def test_levels_that_were_read_do_not_hide_what_changed() -> None:
    view = BookView("S")
    view.reset(snapshot(4))
    assert (view.bids, view.asks) == ([(99, 5, 1)], [(101, 7, 2)])
    view.apply(delta(5, ("buy", 100, 3, 1), ("sell", 102, 4, 1)))
    assert view.bids == [(100, 3, 1), (99, 5, 1)]
    assert view.asks == [(101, 7, 2), (102, 4, 1)]
    view.lose()
    view.reset(snapshot(6))
    assert (view.bids, view.asks) == ([(99, 5, 1)], [(101, 7, 2)])
