"""What is due: the commands that bring the venue to where the schedule says it should be.

The journal is the memory. A step's command has an id that follows from its date and time, and
the venue remembers the day's commands, so a step is taken once, whoever restarts when. What
supervisors and registrar do by hand stands until the next step: a halted instrument is not moved
by any, and a day that was closed stays closed.
"""

from msgspec import Struct

from bashu_daemon.core import Venue
from bashu_daemon.schedule.plan import Schedule, Step, TradingDay
from bashu_protocol.messages import CloseDay, Phase, SetBlockSession, SetPhase, StateCommand
from bashu_protocol.topics import VENUE_USER


class Outlook(Struct, frozen=True):
    """What comes next, for the heartbeat and the log."""

    next_phase: Phase | None = None
    next_phase_time: int = 0
    """Nanoseconds since 1970; 0 where nothing is planned."""
    closed_reason: str = ""
    """Why there is no trading day; empty where there is one."""
    warning: str = ""
    """What the operator should see to soon; empty for nothing."""

    @property
    def words(self) -> str:
        """What the operator is told, once."""
        return self.closed_reason or self.warning


def due_commands(venue: Venue, schedule: Schedule | None, now_ns: int) -> list[StateCommand]:
    """Return what is due, in order; nothing if the venue is where it should be.

    * An open day of an earlier date is closed first, whatever today is.
    * A day is opened between its opening and its close only; late, the venue goes straight to
      the phase that should be now. A day that is over, or was closed, is not opened again.
    * Nothing is due while the venue's date is ahead of the schedule's.

    Args:
        venue: as it is now.
        schedule: None where the registrar does everything.
        now_ns: the time, which may also step backwards.
    """
    if schedule is None:
        return []
    date = schedule.trade_date_at(now_ns)
    commands: list[StateCommand] = []
    is_open = venue.day_is_open
    if is_open and venue.trade_date < date:
        commands.append(CloseDay(f"close-{venue.trade_date}"))
        is_open = False
    day = schedule.day_at(now_ns)
    if day is None:
        return commands
    if not is_open:
        if venue.trade_date < date and _is_running(day, now_ns):
            commands.append(day.opening.command)
            commands += _missing(venue, day, now_ns)
    elif venue.trade_date == date:
        closing = day.closing
        if closing is not None and closing.time_ns <= now_ns:
            commands.append(closing.command)
        else:
            commands += _missing(venue, day, now_ns)
    return commands


def ending_volatility_auctions(venue: Venue, now_ns: int) -> list[StateCommand]:
    """Return the commands that end the volatility auctions whose time is over.

    Ask after `due_commands` were carried out: a pause also ends such an auction.
    """
    return [
        SetPhase(f"uncross-{venue.seq}-{symbol}", "continuous", symbol)
        for symbol in venue.volatility_auctions_due(now_ns)
    ]


def _is_running(day: TradingDay, now_ns: int) -> bool:
    closing = day.closing
    return day.opening.time_ns <= now_ns and (closing is None or now_ns < closing.time_ns)


def _last_steps(day: TradingDay, now_ns: int) -> list[Step]:
    """Return of each track the last step that is due, in order of time."""
    last = {
        step.track: step for step in day.steps if step.time_ns <= now_ns and step.track != "day"
    }
    return sorted(last.values(), key=lambda step: step.time_ns)


def _missing(venue: Venue, day: TradingDay, now_ns: int) -> list[StateCommand]:
    """Return the day's due steps that were not taken, nor any after them on their track."""
    found: list[StateCommand] = []
    for due in _last_steps(day, now_ns):
        later = [s for s in day.steps if s.track == due.track and s.time_ns >= due.time_ns]
        if not any(venue.has_command(VENUE_USER, step.command.cl_ord_id) for step in later):
            if due.after and not venue.has_command(VENUE_USER, due.after.cl_ord_id):
                found.append(due.after)
            found.append(due.command)
    return [command for command in found if _concerns(venue, command)]


def _concerns(venue: Venue, command: StateCommand) -> bool:
    """Whether any instrument has what the command begins or ends: a call auction, or blocks."""
    rows = venue.instrument_rows()
    if isinstance(command, SetBlockSession):
        blocks = [row.block_session for row in rows if row.rules.block is not None]
        return any(is_open != command.open for is_open in blocks)
    if isinstance(command, SetPhase) and command.phase.startswith("call_auction"):
        return any(row.rules.call_auction is not None for row in rows)
    return True


def outlook(venue: Venue, schedule: Schedule | None, now_ns: int) -> Outlook:
    """Say what comes next, and why nothing trades where that needs a word."""
    if schedule is None:
        return Outlook()
    date = schedule.trade_date_at(now_ns)
    if venue.trade_date > date:
        return Outlook(closed_reason=_ahead(venue.trade_date, date))
    reason, warning = schedule.closed_reason(now_ns), schedule.warning(now_ns)
    coming = _coming(venue, schedule, now_ns)
    if coming is None:
        return Outlook(None, 0, reason, warning)
    return Outlook(coming.phase, coming.time_ns, reason, warning)


def _ahead(trade_date: int, date: int) -> str:
    return (
        f"The venue's trading day {trade_date} is after today, {date}: nothing opens or closes "
        "until then. Check the machine's clock, or what was opened by hand."
    )


def _coming(venue: Venue, schedule: Schedule, now_ns: int) -> Step | None:
    """Return the next step that changes the market's phase."""
    day = schedule.day_at(now_ns)
    if day is not None and (venue.day_is_open or venue.trade_date < day.trade_date):
        for step in day.steps:
            if step.time_ns > now_ns and step.phase is not None:
                return step
    following = schedule.next_day(now_ns)
    return following.opening if following is not None else None
