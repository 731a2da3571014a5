"""The stored reports: queries of a connection."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import Connection, Row, Select, delete, func, insert, select, tuple_, update

from hichat.core.errors import AlreadyReported, NoSuchReport, ReportClosed, TooManyReports
from hichat.reports.copies import MessageCopy, PersonCopy, ReportedCopy
from hichat.storage.tables import reports

Reason = Literal["spam", "harassment", "hate", "sexual", "violence", "private", "impersonation", "other"]
"""Why something is reported."""

ReportOutcome = Literal["dismissed", "recalled", "disabled", "recalled_and_disabled"]
"""What a moderator did as a report was closed."""

REPORTS_A_DAY = 20
"""The most reports of one user within 24 hours."""

OPEN_REPORTS = 50
"""The most open reports of one user."""

REPORT_DAY = 24 * 3600 * 1000
"""Milliseconds."""

KEPT_DAYS = 90
"""Days after which a closed report is deleted."""

FORGOTTEN_AT_ONCE = 1000
"""The most reports that are deleted in one transaction."""


class FiledReport(msgspec.Struct, frozen=True, kw_only=True):
    """
    A report.

    @ivar reporter: the id of who reports; 0: the account was deleted.
    @ivar about: the id of who is reported.
    @ivar text: what the reporter says.
    @ivar closed_at: when it was closed, in milliseconds since the epoch; None: it is open.
    @ivar closed_by: the id of the moderator who closed it.
    @ivar outcome: what the moderator did; empty: it is open.
    @ivar note: what the moderator says.
    """

    id: int
    reporter: int
    about: int
    reason: Reason
    text: str
    copy: ReportedCopy
    created_at: int
    closed_at: int | None
    closed_by: int
    outcome: str
    note: str


class NewReport(msgspec.Struct, frozen=True):
    """A report that is to be stored."""

    reporter: int
    reason: Reason
    text: str
    copy: ReportedCopy

    @property
    def about(self) -> int:
        """The id of who is reported."""
        return self.copy.author if isinstance(self.copy, MessageCopy) else self.copy.id

    @property
    def message(self) -> int:
        """The message's id; 0: a user is reported."""
        return self.copy.id if isinstance(self.copy, MessageCopy) else 0


def check(connection: Connection, report: NewReport, now: int) -> None:
    """
    @raise AlreadyReported: the reporter has an open report of the same.
    @raise TooManyReports: the reporter has made too many.
    """
    mine, is_open = reports.c.reporter == report.reporter, reports.c.closed_at.is_(None)
    same = select(reports.c.id).where(
        mine, is_open, reports.c.about == report.about, reports.c.message == report.message
    )
    if connection.scalar(same.limit(1)) is not None:
        raise AlreadyReported
    recent = select(reports.c.created_at).where(mine, reports.c.created_at > now - REPORT_DAY)
    times = connection.scalars(recent.order_by(reports.c.created_at.desc()).limit(REPORTS_A_DAY)).all()
    if len(times) == REPORTS_A_DAY:
        raise TooManyReports((times[-1] + REPORT_DAY - now) / 1000)
    if (connection.scalar(select(func.count()).select_from(reports).where(mine, is_open)) or 0) >= OPEN_REPORTS:
        raise TooManyReports


def add(connection: Connection, report: NewReport, now: int) -> int:
    """
    Store a report.

    @return: its number.
    @raise Refused: see L{check}.
    """
    check(connection, report, now)
    row = {
        "reporter": report.reporter,
        "about": report.about,
        "message": report.message,
        "reason": report.reason,
        "text": report.text,
        "copy": msgspec.json.encode(report.copy),
        "created_at": now,
    }
    found: int = connection.execute(insert(reports).values(row)).inserted_primary_key[0]  # type: ignore[index]
    return found


def find(connection: Connection, number: int, reader: int) -> FiledReport:
    """
    @param reader: the id of the moderator. Nobody reads who has reported oneself.
    @raise NoSuchReport: there is none that this moderator may read.
    """
    row = connection.execute(select(reports).where(reports.c.id == number, reports.c.about != reader)).first()
    if row is None:
        raise NoSuchReport
    return _report(row)


def open_ones(connection: Connection, reader: int, before: int | None, limit: int) -> list[FiledReport]:
    """
    @param before: only reports with a smaller number; None: the newest.
    @return: open reports, the newest first.
    """
    found = select(reports).where(reports.c.closed_at.is_(None)).order_by(reports.c.id.desc())
    if before is not None:
        found = found.where(reports.c.id < before)
    return _read(connection, found, reader, limit)


def closed_ones(connection: Connection, reader: int, before: tuple[int, int] | None, limit: int) -> list[FiledReport]:
    """
    @param before: only reports before this end and number; None: the newest.
    @return: closed reports, those that were closed last first.
    """
    order = reports.c.closed_at, reports.c.id
    found = select(reports).where(reports.c.closed_at.is_not(None)).order_by(*(each.desc() for each in order))
    if before is not None:
        found = found.where(tuple_(*order) < before)
    return _read(connection, found, reader, limit)


def made_by(connection: Connection, user: int) -> list[FiledReport]:
    """@return: the reports that a user has made, the oldest first."""
    found = select(reports).where(reports.c.reporter == user).order_by(reports.c.id)
    return [_report(row) for row in connection.execute(found)]


def _read(connection: Connection, found: Select[tuple[object, ...]], reader: int, limit: int) -> list[FiledReport]:
    rows = connection.execute(found.where(reports.c.about != reader).limit(limit))
    return [_report(row) for row in rows]


def close(connection: Connection, number: int, reader: int, outcome: ReportOutcome, note: str, now: int) -> FiledReport:
    """
    Close an open report.

    @param reader: the id of the moderator.
    @return: it, as it was.
    @raise NoSuchReport: see L{find}.
    @raise ReportClosed: it is closed already.
    """
    report = find(connection, number, reader)
    values = {"closed_at": now, "closed_by": reader, "outcome": outcome, "note": note}
    closing = update(reports).where(reports.c.id == number, reports.c.closed_at.is_(None)).values(values)
    if connection.execute(closing).rowcount == 0:
        raise ReportClosed
    return report


def check_open(connection: Connection, number: int) -> None:
    """@raise ReportClosed: the report is closed, or there is none."""
    if connection.scalar(select(reports.c.id).where(reports.c.id == number, reports.c.closed_at.is_(None))) is None:
        raise ReportClosed


def forget(connection: Connection, user: int) -> None:
    """
    An account is deleted. Reports that it has made stay, without its name. Closed ones about it go; open ones stay
    until they are closed and L{KEPT_DAYS} have passed, so that nobody escapes a moderator by leaving.
    """
    connection.execute(update(reports).where(reports.c.reporter == user).values(reporter=0))
    connection.execute(delete(reports).where(reports.c.about == user, reports.c.closed_at.is_not(None)))


def has_old(connection: Connection, now: int) -> bool:
    """@return: whether there are reports that were closed long ago."""
    old = select(reports.c.id).where(reports.c.closed_at < now - KEPT_DAYS * REPORT_DAY)
    return connection.scalar(old.limit(1)) is not None


def forget_old(connection: Connection, now: int) -> int:
    """
    Delete reports that were closed long ago.

    @return: the number of those; if it is L{FORGOTTEN_AT_ONCE}, there may be more.
    """
    old = select(reports.c.id).where(reports.c.closed_at < now - KEPT_DAYS * REPORT_DAY).limit(FORGOTTEN_AT_ONCE)
    return connection.execute(delete(reports).where(reports.c.id.in_(old.scalar_subquery()))).rowcount


def _report(row: Row[tuple[object, ...]]) -> FiledReport:
    fields = dict(row._mapping)
    kind = MessageCopy if fields.pop("message") else PersonCopy
    fields["copy"] = msgspec.json.decode(fields["copy"], type=kind)
    return FiledReport(**fields)
