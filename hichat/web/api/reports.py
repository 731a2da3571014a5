"""Reports of messages and people over HTTP: those of users, and what moderators do with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts.server_rights import ServerAct, ask
from hichat.audit.entries import Entry
from hichat.core.errors import (
    AlreadyReported,
    InvalidField,
    LastOwner,
    MessageRecalled,
    NoSuchMessage,
    NoSuchReport,
    NoSuchUser,
    NotAdministrator,
    NotPermitted,
    Oneself,
    ReportClosed,
    TooManyReports,
)
from hichat.core.events import FIRST_GROUP_ID, MAX_SAFE_INTEGER
from hichat.log import reading
from hichat.reports.copies import MessageCopy
from hichat.reports.records import FiledReport, Reason, ReportOutcome
from hichat.web.api.named import KnownUsers, NamedUser, know, named, named_if
from hichat.web.api.operation import Caller, Operation, Section, Time, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.services import ApiServices

REPORT_TEXT = 1000
"""The most characters of what a reporter, or a moderator, says."""

RECALL_REPORTED = "recall_reported"
DISABLE_REPORTED = "disable_reported"
"""Acts in the audit log: what the outcome of a report did to whom. The report itself is deleted after a while."""

ReportText = Annotated[str, Meta(max_length=REPORT_TEXT)]
_ReportNumber = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="A report's number.")]
_MessageId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER)]


class ReportWanted(msgspec.Struct, forbid_unknown_fields=True):
    """
    A report of a message or of a user: one of the two.

    @ivar reason: what is wrong with it.
    @ivar message: the message's id.
    @ivar user: the user's id.
    @ivar text: more about it, for the moderators.
    """

    reason: Reason
    message: _MessageId | UnsetType = UNSET
    user: UserId | UnsetType = UNSET
    text: ReportText = ""


class ReportMade(msgspec.Struct):
    """
    A report that was taken.

    @ivar id: its number, by which you can speak of it to the moderators.
    """

    id: int


class ReportsQuery(Paging, kw_only=True):
    """
    Which reports are wanted.

    @ivar state: C{open}, the newest first; or C{closed}, those that were closed last first.
    """

    state: Literal["open", "closed"] = "open"


class ReportPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a report."""

    report: _ReportNumber


class Verdict(msgspec.Struct, forbid_unknown_fields=True):
    """
    The end of a report.

    @ivar outcome: C{dismissed}: nothing is done. C{recalled}: the message is taken back. C{disabled}: the user who is
        reported cannot log in any more. A report of a user cannot be C{recalled}.
    @ivar note: more about it, for other moderators.
    """

    outcome: ReportOutcome
    note: ReportText = ""


class ReportedMessage(msgspec.Struct, omit_defaults=True):
    """
    A message, as the reporter saw it.

    @ivar id: the message's id.
    @ivar name: its author's display name then.
    @ivar time: when it was sent.
    @ivar text: its text.
    @ivar format: how the text is to be read.
    @ivar files: the names of its files; of one without a name, what it is, such as C{picture}.
    @ivar group: the group's id; absent: it was not in a group.
    @ivar groupName: the group's name then.
    @ivar user: of a private message: the id of the user to whom it was sent.
    @ivar edited: when it was edited; absent: it was not.
    @ivar recalled: it was taken back since.
    """

    id: int
    name: str
    time: Time
    text: str
    files: list[str]
    format: Literal["markdown"] | UnsetType = UNSET
    group: Annotated[int, Meta(ge=FIRST_GROUP_ID)] | UnsetType = UNSET
    groupName: str | UnsetType = UNSET  # noqa: N815
    user: int | UnsetType = UNSET
    edited: Time | UnsetType = UNSET
    recalled: bool = False


class ReportedProfile(msgspec.Struct):
    """
    A user's profile, as it was then.

    @ivar name: the name to log in with.
    @ivar displayName: the name that people see.
    @ivar bio: what the user said of oneself.
    """

    name: str
    displayName: str  # noqa: N815
    bio: str


class ShownReport(msgspec.Struct, omit_defaults=True):
    """
    A report.

    @ivar time: when it was made.
    @ivar text: what the reporter says.
    @ivar about: who is reported: of a message, its author.
    @ivar reporter: who reports; absent: the account was deleted.
    @ivar message: the message that is reported; absent: the user is reported.
    @ivar profile: the profile of a user who is reported.
    @ivar closed: when it was closed; absent: it is open.
    @ivar closedBy: the moderator who closed it.
    @ivar note: what that moderator says.
    """

    id: int
    time: Time
    reason: Reason
    text: str
    about: NamedUser
    reporter: NamedUser | UnsetType = UNSET
    message: ReportedMessage | UnsetType = UNSET
    profile: ReportedProfile | UnsetType = UNSET
    closed: Time | UnsetType = UNSET
    closedBy: NamedUser | UnsetType = UNSET  # noqa: N815
    outcome: ReportOutcome | UnsetType = UNSET
    note: str | UnsetType = UNSET


async def report(services: ApiServices, caller: Caller, body: ReportWanted) -> ReportMade:
    """
    Reports a message that you may read, or a user, to the moderators of the server. They see the message as you see it
    now, also if it is edited or taken back later; of the conversation around it they see nothing. The user who is
    reported is not told, neither of the report nor of you. You can make 20 reports a day.
    """
    if (body.message is UNSET) == (body.user is UNSET):
        raise InvalidField("message")
    if body.message is not UNSET:
        return ReportMade(
            await services.reports.report_message(caller.user, body.message, body.reason, body.text.strip())
        )
    assert body.user is not UNSET
    return ReportMade(await services.reports.report_person(caller.user, body.user, body.reason, body.text.strip()))


async def get_reports(services: ApiServices, caller: Caller, query: ReportsQuery) -> Page[ShownReport]:
    """
    Gives reports, for moderators. Reports of yourself are left out. A closed report is deleted after 90 days.
    """
    ask(caller.user, ServerAct.SEE_REPORTS)
    after = query.after(tuple[int, int])
    found = await services.reports.listed(caller.user, query.state == "open", after, query.limit + 1)
    page = query.page(found, lambda each: (each.closed_at or 0, each.id))
    return Page(await services.store.read(_shown, page.items), page.next)


async def get_report(services: ApiServices, caller: Caller, path: ReportPath) -> ShownReport:
    """Gives one report, for moderators."""
    ask(caller.user, ServerAct.SEE_REPORTS)
    found = await services.reports.find(caller.user, path.report)
    (shown,) = await services.store.read(_shown, [found])
    return shown


async def close_report(services: ApiServices, caller: Caller, path: ReportPath, body: Verdict) -> ShownReport:
    """
    Closes a report, for moderators. The message is taken back as the owner of a group takes one back; in a private chat
    it looks as if its author had done that. Neither of the two users is told of the report. What is done to a user
    needs a higher role than the user has.
    """
    ask(caller.user, ServerAct.JUDGE_REPORT)
    closed = await services.reports.close(caller.user, path.report, body.outcome, body.note.strip())
    for act, words in ((RECALL_REPORTED, "recalled"), (DISABLE_REPORTED, "disabled")):
        if words in body.outcome:
            entry = Entry(act=act, actor=caller.user.id, whose=closed.about, device=caller.device, via="v2")
            services.note(msgspec.structs.replace(entry, detail=f'{{"report":{closed.id}}}'))
    return await get_report(services, caller, path)


def _shown(connection: Connection, found: Sequence[FiledReport]) -> list[ShownReport]:
    people = know(connection, {id for each in found for id in (each.reporter, each.about, each.closed_by)})
    messages = [each.copy.id for each in found if isinstance(each.copy, MessageCopy)]
    there = reading.texts_left(connection, messages)
    return [_show(each, people, there) for each in found]


def _show(found: FiledReport, people: KnownUsers, there: set[int]) -> ShownReport:
    copy = found.copy
    shown = ShownReport(
        id=found.id,
        time=found.created_at,
        reason=found.reason,
        text=found.text,
        about=named(found.about, people),
        reporter=named_if(found.reporter, people),
    )
    if isinstance(copy, MessageCopy):
        shown.message = _message(copy, copy.id not in there)
    else:
        shown.profile = ReportedProfile(copy.name, copy.display_name, copy.bio)
    if found.closed_at is not None:
        shown.closed, shown.closedBy = found.closed_at, named(found.closed_by, people)
        shown.outcome = found.outcome  # type: ignore[assignment]
        shown.note = found.note
    return shown


def _message(copy: MessageCopy, is_gone: bool) -> ReportedMessage:
    return ReportedMessage(
        id=copy.id,
        name=copy.name,
        time=copy.time,
        text=copy.text,
        files=copy.files,
        format="markdown" if copy.format else UNSET,
        group=copy.group or UNSET,
        groupName=copy.group_name if copy.group else UNSET,
        user=copy.user or UNSET,
        edited=copy.edited or UNSET,
        recalled=is_gone,
    )


SECTION = Section(
    "Reports",
    "Users report messages and other users; moderators look at what was reported, and close the reports.",
    (
        Operation(
            "POST",
            "/reports",
            report,
            "Report a message or a user",
            (NoSuchMessage, MessageRecalled, NoSuchUser, Oneself, AlreadyReported, TooManyReports),
            status=201,
        ),
        Operation("GET", "/admin/reports", get_reports, "List reports", (NotAdministrator,)),
        Operation("GET", "/admin/reports/{report}", get_report, "Get a report", (NotAdministrator, NoSuchReport)),
        Operation(
            "POST",
            "/admin/reports/{report}/close",
            close_report,
            "Close a report",
            (NotAdministrator, NotPermitted, LastOwner, NoSuchReport, ReportClosed),
            audited=True,
        ),
    ),
)
