"""
Sends the mails of the queue, one after the other, in one daemon for all.

A mail is sent at least once. It is sent twice only if the connection, or this process, breaks off after the mail server
has got all of it and before the queue has noted that; both have the same C{Message-ID}.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from hichat.accounts import resets, users
from hichat.accounts.roles import ServerRole
from hichat.accounts.telling import MailKind
from hichat.accounts.tokens import RESET_LIFETIME, CodeClaims, TokenSigner
from hichat.accounts.users import User
from hichat.core.errors import StoreAway
from hichat.log.follower import AskWhetherOurs, Claim, Follower, Progress, StepFailed, always
from hichat.mail import addresses, queue
from hichat.mail.addresses import CLAIM_LIFETIME
from hichat.mail.codes import AddressCodes
from hichat.mail.letters import Letter, MailSender, compose
from hichat.mail.queue import GIVEN_UP, MAIL_DROPPED, MAIL_KEPT, MAIL_OUTCOMES, REFUSED, SENT, QueuedMail, QueueState
from hichat.mail.smtp import Envelope, MailFailed, SmtpServer, deliver

if TYPE_CHECKING:
    from hichat.storage.store import Store

MAIL_POLL = 2.0
"""Seconds until the next look into the queue if no mail was due."""

SEND_DEADLINE = 180.0
"""Seconds after which the connection of a mail is cut off."""

TIDYING = 600.0
"""Seconds between two looks for old rows."""

HandOver = Callable[[Envelope], Deferred[None]]
"""Hands a mail over; fails with L{MailFailed}."""


class PostOffice(NamedTuple):
    """
    What mails are made with.

    @ivar site: the public URL, which begins all links.
    @ivar passwords_on: whether passwords let in others than owners.
    """

    sender: MailSender
    site: str
    tokens: TokenSigner
    codes: AddressCodes
    passwords_on: bool = True


class Postman:
    """
    @param send: see L{ThreadedSender.send}.
    @param now: the time in milliseconds since the epoch.
    @param is_ours: asked before each step: is it this daemon's work?
    @ivar counts: how many mails ended so, by L{MAIL_OUTCOMES}.
    @ivar state: how the queue was; None: another daemon, or another worker, looks after it.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        office: PostOffice,
        send: HandOver,
        clock: IReactorTime,
        now: Callable[[], int],
        claim: Claim | None = None,
        is_ours: AskWhetherOurs = always,
    ) -> None:
        self.counts = Counter(dict.fromkeys(MAIL_OUTCOMES, 0))
        self._state = QueueState(0, 0, 0)
        self._store = store
        self._office = office
        self._send = send
        self._clock = clock
        self._now = now
        self._tidy_at = clock.seconds()
        # What became of a mail while the store could not note it.
        self._unnoted: tuple[QueuedMail, str] | None = None
        self._follower = Follower(
            "the queue of mails",
            lambda: Deferred.fromCoroutine(self.step()),
            clock,
            claim,
            poll=MAIL_POLL,
            is_ours=is_ours,
        )

    @property
    def state(self) -> QueueState | None:
        return self._state if self._follower.leads else None

    def age(self) -> float | None:
        """@return: seconds since the oldest mail that waits was put in; 0: none waits; None: see C{state}."""
        if self.state is None:
            return None
        return max(0.0, (self._now() - self.state.oldest) / 1000) if self.state.oldest else 0.0

    def start(self) -> None:
        """Begin, and go on by itself."""
        self._follower.start()

    def stop(self) -> None:
        """Stop. May be called again."""
        self._follower.stop()

    async def step(self) -> Progress:
        """Send the next mail. See L{Follower}."""
        try:
            return await self._step()
        except StoreAway as e:
            # The store has logged its failure.
            raise StepFailed from e

    async def _step(self) -> Progress:
        if self._unnoted is not None:
            await self._note(*self._unnoted)
        self._state = await self._store.read(queue.look, self._now())
        if not self._state.next:
            await self._tidy()
            return Progress(0, 0)
        prepared = await self._store.write(_prepare, self._office, self._state.next, self._now())
        if prepared is None:
            return _MORE_MAIL
        mail, letter = prepared
        if letter is None:
            self.counts[MAIL_DROPPED] += 1
            return _MORE_MAIL
        await self._note(mail, await self._hand_over(mail, letter))
        return _MORE_MAIL

    async def _hand_over(self, mail: QueuedMail, letter: Letter) -> str:
        """@return: the outcome; empty: it is to be tried again."""
        sender = self._office.sender
        try:
            try:
                content = compose(letter, sender, self._office.site)
            except Exception as e:
                # Such as of an address that was stored before such ones were refused. Other mails do not wait for it.
                raise MailFailed(f"it cannot be written ({type(e).__name__})", for_good=True) from None
            await self._send(Envelope(sender.address, letter.to, content))
        except MailFailed as e:
            outcome = REFUSED if e.for_good else GIVEN_UP if self._is_too_late(mail) else ""
            self._log.warn(
                "mail {number} ({kind}, to user {user}) was not sent at try {tries}, and {what}: {cause}",
                number=mail.id,
                kind=str(mail.kind),
                user=mail.user,
                tries=mail.tries,
                what="will not be" if outcome else "is tried again",
                cause=str(e),
            )
            return outcome
        return SENT

    def _is_too_late(self, mail: QueuedMail) -> bool:
        lasts = _LIFETIMES.get(mail.kind, MAIL_KEPT)
        pause = queue.PAUSES[min(mail.tries, len(queue.PAUSES)) - 1]
        return self._now() + pause * 1000 >= mail.created_at + lasts * 1000

    async def _note(self, mail: QueuedMail, outcome: str) -> None:
        self._unnoted = (mail, outcome)
        if outcome:
            await self._store.write(queue.finish, mail.id, outcome)
            self.counts[outcome] += 1
        else:
            await self._store.write(queue.try_later, mail, self._now())
        self._unnoted = None

    async def _tidy(self) -> None:
        if self._clock.seconds() < self._tidy_at:
            return
        if await self._store.write(queue.remove_old_mails, self._now()) < queue.REMOVED_ROWS:
            self._tidy_at = self._clock.seconds() + TIDYING


_MORE_MAIL = Progress(0, 1)

_LIFETIMES: Mapping[MailKind, int] = {MailKind.FORGOTTEN: RESET_LIFETIME, MailKind.ADDRESS_CODE: CLAIM_LIFETIME}
"""Seconds after which it makes no sense any more to send a mail of a kind."""


def _prepare(
    connection: Connection, office: PostOffice, mail_id: int, now: int
) -> tuple[QueuedMail, Letter | None] | None:
    """@return: a mail, and how it is sent, None: it is dropped; or None: somebody else has it."""
    mail = queue.take(connection, mail_id, now)
    if mail is None:
        return None
    user = users.find(connection, mail.user) if mail.user else None
    made = None if user is None or user.disabled else _LETTERS[mail.kind](connection, office, mail, user, now)
    if made is None:
        queue.finish(connection, mail.id, MAIL_DROPPED)
        return mail, None
    to, facts = made
    queue.direct(connection, mail.id, to)
    letter = Letter(mail.kind, to, mail.language, mail.mark, mail.created_at, {**mail.facts, **facts})
    return mail, letter


_Made = tuple[str, dict[str, str]] | None
"""The address to which a mail goes, and further facts; None: it is not sent."""


def _forgotten(connection: Connection, office: PostOffice, mail: QueuedMail, user: User, now: int) -> _Made:
    """
    Whoever has no password gets no link: an administrator has taken it away, or the user comes in another way. But
    somebody whose account was imported has none yet: nobody has ever logged in, or voided anything.
    """
    there = addresses.verified(connection, user.id)
    expires = mail.created_at + RESET_LIFETIME * 1000
    is_let_in = office.passwords_on or user.role is ServerRole.OWNER
    is_new = user.login_at is None and user.generation == 0
    if there is None or now >= expires or not (is_let_in and (is_new or users.has_password(connection, user.id))):
        return None
    if queue.has_asked_often(connection, user.id, mail.kind, there.address, now, before=mail.id):
        return None
    number = resets.renew_reset(connection, user.id, mail.mark, mail.created_at, now)
    if number is None:
        return None
    code = office.tokens.issue_code(CodeClaims(user.id, user.created_at, user.generation, expires, number))
    return there.address, {"name": user.name, "link": f"{office.site}/#/password/{code}"}


def _address_code(connection: Connection, office: PostOffice, mail: QueuedMail, user: User, now: int) -> _Made:
    claim = addresses.claimed(connection, user.id, now)
    if claim is None or str(claim.number) != mail.facts.get("number"):
        return None
    return mail.address, {"code": office.codes.code(user.id, claim)}


def _notice(_connection: Connection, _office: PostOffice, mail: QueuedMail, user: User, _now: int) -> _Made:
    return mail.address, {"name": user.name}


_LETTERS: Mapping[MailKind, Callable[[Connection, PostOffice, QueuedMail, User, int], _Made]] = {
    **dict.fromkeys(MailKind, _notice),
    MailKind.FORGOTTEN: _forgotten,
    MailKind.ADDRESS_CODE: _address_code,
}


class ThreadedSender:
    """
    Hands mails over, each in a thread of its own: there is one at a time. No stop of the daemon waits for it.

    @param hello: the name by which this machine calls itself.
    """

    def __init__(self, server: SmtpServer, hello: str, reactor: Any) -> None:
        self._server = server
        self._hello = hello
        self._reactor = reactor

    def send(self, mail: Envelope) -> Deferred[None]:
        """Hand a mail over. @return: fires when it is accepted; fails with L{MailFailed}."""
        done: Deferred[None] = Deferred()
        connections: list[socket.socket] = []
        deadline = self._reactor.callLater(SEND_DEADLINE, _cut_off, connections)

        def finish(result: Failure | None) -> None:
            if deadline.active():
                deadline.cancel()
            done.callback(result)

        def opened(connection: socket.socket) -> None:
            connections.append(connection)
            if not deadline.active():
                _cut_off(connections)

        def work() -> None:
            result: Failure | None = None
            try:
                deliver(self._server, mail, self._hello, opened)
            except BaseException:
                result = Failure()
            with suppress(RuntimeError):
                self._reactor.callFromThread(finish, result)

        Thread(target=work, name="hichat-mail", daemon=True).start()
        return done


def _cut_off(connections: list[socket.socket]) -> None:
    for each in connections:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
