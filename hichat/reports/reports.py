"""
Reports: users report messages and people, and moderators look at what was reported, and close the reports.

A moderator reads what was reported, as the reporter saw it, and nothing around it. Who has reported is told to
moderators only, and never to a moderator who is reported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from hichat.accounts import guests, users
from hichat.accounts.server_rights import ServerAct, ask, ask_now
from hichat.accounts.sign_outs import signing_out
from hichat.core.drafts import Draft
from hichat.core.errors import InvalidField, MessageRecalled, NoSuchUser, Oneself
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.log import reading
from hichat.reports import records
from hichat.reports.copies import MessageCopy, ReportedCopy, copy_of_message, copy_of_person
from hichat.reports.records import FiledReport, NewReport, Reason, ReportOutcome

if TYPE_CHECKING:
    from hichat.accounts.users import User
    from hichat.core.drafts import Appender
    from hichat.storage.store import Store


class Reports:
    """
    The reports of a store.

    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, store: Store, ledger: Appender, now: Callable[[], int]) -> None:
        self._store = store
        self._ledger = ledger
        self._now = now

    async def report_message(self, user: User, message: int, reason: Reason, text: str) -> int:
        """
        @param message: its id.
        @param text: what the reporter says; may be empty.
        @return: the report's number.
        @raise NoSuchMessage: there is no such message that the user may read.
        @raise MessageRecalled: it was recalled.
        @raise Refused: see L{records.add}; or L{Oneself}.
        """
        return await self._report(user, reason, text, lambda connection: copy_of_message(connection, user.id, message))

    async def report_person(self, user: User, person: int, reason: Reason, text: str) -> int:
        """
        @param person: the user's id.
        @return: the report's number.
        @raise NoSuchUser: there is no such user.
        @raise Refused: see L{records.add}; or L{Oneself}.
        """

        def copied(connection: Connection) -> ReportedCopy:
            if not guests.sees(connection, user.id, person):
                raise NoSuchUser
            return copy_of_person(connection, person)

        return await self._report(user, reason, text, copied)

    async def _report(self, user: User, reason: Reason, text: str, copied: Callable[[Connection], ReportedCopy]) -> int:
        def look(connection: Connection) -> NewReport:
            found = NewReport(user.id, reason, text, copied(connection))
            if found.about == user.id:
                raise Oneself
            records.check(connection, found, self._now())
            return found

        # What is refused takes no transaction that writes.
        found = await self._store.read(look)
        return await self._store.write(records.add, found, self._now())

    async def listed(self, actor: User, is_open: bool, before: tuple[int, int] | None, limit: int) -> list[FiledReport]:
        """
        @param before: only reports before this end (of an open one: 0) and number; None: the first ones.
        @return: open reports, the newest first; or closed ones, those that were closed last first.
        """
        if is_open:
            return await self._store.read(records.open_ones, actor.id, before[1] if before else None, limit)
        return await self._store.read(records.closed_ones, actor.id, before, limit)

    async def find(self, actor: User, number: int) -> FiledReport:
        """@raise NoSuchReport: there is none that the moderator may read."""
        return await self._store.read(records.find, number, actor.id)

    async def close(self, actor: User, number: int, outcome: ReportOutcome, note: str) -> FiledReport:
        """
        Close a report, and do what its outcome says: take the message back, disable the user, or both. The report is
        closed in the transaction of the last of these; so whoever closes it again after a failure completes it.

        @param note: what the moderator says about it, for other moderators.
        @return: it, as it was.
        @raise NoSuchReport: there is none that the moderator may read.
        @raise ReportClosed: it is closed already.
        @raise Refused: the actor is no moderator, or may not do this to this user; or by the ledger, such as L{Busy}.
        """
        report = await self.find(actor, number)
        if "recalled" in outcome and not isinstance(report.copy, MessageCopy):
            raise InvalidField("outcome")
        disables = outcome in ("disabled", "recalled_and_disabled")
        recalls = outcome in ("recalled", "recalled_and_disabled") and isinstance(report.copy, MessageCopy)

        def closing(connection: Connection) -> None:
            _check(connection, actor, report.about if disables or recalls else 0, disables)
            records.close(connection, number, actor.id, outcome, note, self._now())

        is_closed = recalls and await self._recall(actor, report, closing, disables)
        if disables:
            await self._disable(report.about, closing)
        elif not is_closed:
            await self._store.write(closing)
        return report

    async def _recall(
        self, actor: User, report: FiledReport, closing: Callable[[Connection], None], disables: bool
    ) -> bool:
        """
        Take the message back.

        @return: whether the report is closed, too. It is not if the user is to be disabled, or if the message was taken
            back already.
        """
        message = await self._store.read(reading.find, report.copy.id)
        if message is None or not message.body:
            return False

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            if disables:
                _check(connection, actor, report.about, disables)
                records.check_open(connection, report.id)
            else:
                closing(connection)

        try:
            await self._ledger.append(
                kind=Kind.RECALLED,
                scope=Scope(message.scope),
                # Only a group knows who looks after it. Elsewhere it is as if the author had taken it back.
                sender=actor.id if message.scope == Scope.GROUP else message.sender,
                target=message.target,
                subject=message.position,
                change=change,
            )
        except MessageRecalled:
            return False
        return not disables

    async def _disable(self, user: int, closing: Callable[[Connection], None]) -> None:
        def change(connection: Connection, draft: Draft, _position: int) -> None:
            closing(connection)
            users.disable(connection, user, self._now())
            draft.body = b"%d" % users.get(connection, user).generation

        try:
            await self._ledger.append(**signing_out(user, change))
        except NoSuchUser:
            # The account was deleted meanwhile.
            await self._store.write(closing)

    # Leaves

    async def leave_all(self, user_id: int) -> None:
        """See L{hichat.core.ports.Leaves.leave_all}. Nobody is told."""

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """See L{hichat.core.ports.Leaves.forget}."""
        records.forget(connection, user_id)

    async def forget_old(self) -> int:
        """See L{records.forget_old}."""
        return await self._store.write(records.forget_old, self._now())


def _check(connection: Connection, actor: User, whose: int, disables: bool) -> None:
    """
    @param whose: the user to whom something is done; 0: to nobody.
    @param disables: whether that user is disabled.
    @raise Refused: the actor may not do that any more, or the actor's tokens were voided.
    """
    current = ask_now(connection, actor, ServerAct.JUDGE_REPORT)
    concerned = users.find(connection, whose) if whose else None
    for act in (ServerAct.JUDGE_REPORT, ServerAct.DISABLE) if disables else (ServerAct.JUDGE_REPORT,):
        ask(current, act, concerned)
