"""A v2 connection without its I/O: hello, catching up, and one method for each C{op} (see L{hichat.wire.frames})."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast, get_args

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection as Database
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from hichat.accounts.bot_passes import BotPass, TokenPlace
from hichat.conversations import catchup, history, marks
from hichat.core.drafts import Draft, IOrigin
from hichat.core.errors import (
    InvalidField,
    Language,
    NoSuchCommand,
    NoSuchPosition,
    NotAMember,
    NotNow,
    NotStored,
    NotText,
    OtherDevice,
    Refused,
    ResyncRequired,
    SignedOut,
    StoreAway,
    TooManyConnections,
    Unauthorized,
)
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.core.ports import IPresence
from hichat.core.words import Words
from hichat.log import epochs, reading
from hichat.log.watch import LogWatch
from hichat.media.media import MediaUses
from hichat.pipeline.gateway import permits
from hichat.pipeline.gateway.drafting import make_draft
from hichat.pipeline.gateway.roster import Encoder, Roster
from hichat.pipeline.gateway.session import ChatSession, Connection, Inlet
from hichat.pipeline.routing.delivery import Routing
from hichat.storage.store import Store
from hichat.wire import closing, frames, v2, view


@dataclass(frozen=True)
class SignedIn:
    """
    The user and the device of a connection.

    @ivar device: the device's number.
    @ivar counter: the largest counter that the device has used.
    @ivar generation: the token's generation.
    @ivar login: the number of the session that the token is bound to; 0: it is bound to none.
    @ivar bound: the number of the device whose session that is, if it is another one than C{device}.
    @ivar administrator: whether the user may send any number of messages.
    @ivar guest: whether the user is a guest, who sees only people with whom the guest is in a group.
    @ivar by_app_password: whether an app password began the token's session. Then an administrator is none here.
    @ivar bot_pass: the token by which a bot was recognised; None: it was not by one.
    """

    user: int
    device: int
    counter: int
    generation: int
    login: int = 0
    bound: int = 0
    administrator: bool = False
    guest: bool = False
    by_app_password: bool = False
    bot_pass: BotPass | None = None

    @property
    def owner(self) -> int:
        """Of a bot: the person whose it is; 0: it is the server's, or the user is no bot."""
        return 0 if self.bot_pass is None else self.bot_pass.owner


async def no_calls(_who: SignedIn, _said: frames.Calling, _language: Language) -> msgspec.Struct:
    """There are no commands."""
    raise NoSuchCommand


@dataclass(frozen=True)
class SessionServices:
    """
    The services that v2 sessions use beside the inlet.

    @ivar sign_in: gives the user and the device for a token and a device's name; raises L{Refused}.
    @ivar read_generation: a query: the generation of a user's tokens that is valid now; see
        L{hichat.pipeline.routing.arrivals.read_generation}.
    @ivar sync_page: the most events in a page.
    @ivar now: the time in milliseconds since the epoch.
    @ivar media: the files that messages name.
    @ivar watch: knows the log's epoch.
    @ivar call: calls a command or a bot for a user, or has a bot answer; returns the frame that tells the
        outcome.
    """

    sign_in: Callable[[str, str], Awaitable[SignedIn]]
    store: Store
    routing: Routing
    roster: Roster
    presence: IPresence
    marks: marks.MarkWriter
    read_generation: Callable[[Database, int, int, int, int], int | None]
    sync_page: int
    now: Callable[[], int]
    media: MediaUses
    watch: LogWatch
    call: Callable[[SignedIn, frames.Calling, Language], Awaitable[msgspec.Struct]] = no_calls


T = TypeVar("T")

PLACES_KEPT = 1000
"""The most messages whose conversations a session of a limited bot remembers."""

HELLO_FRAMES = 32
"""
The most frames before the hello that are no text: pings, pongs and fragments. No honest client sends more: the
connection is closed.
"""

FLOOD_PAUSE = 0.5
"""Seconds for which such a connection is not read while the Close frame is on its way."""

SYNC_PAGE_SIZE = 128 * 1024
"""Bytes of bodies after which a page is full."""


class V2Connection(Connection, Protocol):
    """The connection of a v2 session: it has more methods than those of other dialects."""

    number: int
    generation: int
    login: int
    bound: int
    encode: Encoder

    def framed(self, message: msgspec.Struct) -> Any:
        """@return: a frame, as L{write_frame} takes it."""

    @property
    def may_send(self) -> bool:
        """Whether frames may be sent."""

    def drained(self) -> Deferred[None]:
        """@return: fires when nothing waits to be written, or the connection is gone."""

    def greeted(self) -> None:
        """The client has said hello."""

    def close(self, code: frames.Close, reason: Words) -> None:
        """Close the connection."""

    def deliver(self, frame: bytes) -> None:
        """Write a frame."""


@implementer(IOrigin)
class _Sent:
    """The origin of a draft: the session, and the frame's reference."""

    __slots__ = ("_ref", "_session")

    def __init__(self, session: V2Session, ref: frames.Ref | UnsetType) -> None:
        self._session = session
        self._ref = ref

    def accepted(self, draft: Draft, event: Event, duplicate: bool) -> None:
        self._session.say(
            frames.Ack(
                ref=self._ref,
                conversation=event.conversation,
                seq=event.seq,
                id=event.position,
                time=event.time,
                duplicate=duplicate,
            )
        )

    def refused(self, draft: Draft, error: Refused) -> None:
        self._session.complain(error, self._ref)


class V2Session(ChatSession):
    """
    @param token: the token of the handshake's header; empty if there was none.
    """

    _log = Logger()
    connection: V2Connection
    pause_after = 0.25

    __slots__ = (
        "_ending",
        "_groups",
        "_live",
        "_places",
        "_services",
        "_shows",
        "_strange",
        "_synced",
        "_token",
        "_users",
        "_who",
        "_work",
    )

    def __init__(
        self, token: str, language: Language, connection: V2Connection, inlet: Inlet, services: SessionServices
    ) -> None:
        super().__init__(language, connection, inlet)
        self._token = token
        self._services = services
        self._who: SignedIn | None = None
        self._work: set[Deferred[None]] = set()
        # Frames before the hello that are no text.
        self._strange = 0
        self._synced = False
        self._live = False
        self._shows = True
        self._users: frozenset[int] = frozenset()
        self._groups: frozenset[int] = frozenset()
        # Of a bot whose token ends: the end.
        self._ending: IDelayedCall | None = None
        # Of a bot whose token is limited: where messages are that it has named.
        self._places: dict[int, TokenPlace | None] = {}

    @property
    def user(self) -> int:
        """The user's id; 0 before the hello."""
        return self._who.user if self._who is not None else 0

    @property
    def owner(self) -> int:
        """See L{SignedIn.owner}; 0 before the hello."""
        return self._who.owner if self._who is not None else 0

    # To the client

    def say(self, message: msgspec.Struct) -> None:
        """Send a frame."""
        self.connection.write_frame(self.connection.framed(message))

    def complain(self, error: Refused, ref: frames.Ref | UnsetType = UNSET) -> None:
        """Answer a frame with an error."""
        self.inlet.metrics.frames_refused += 1
        if self._who is not None:
            self.inlet.refused(self._who.user, self._who.device, error.code)
        retry = UNSET if error.retry_after is None else error.retry_after
        found = error.position if isinstance(error, ResyncRequired) else None
        position = UNSET if found is None else found
        text = error.text(self.language)
        self.say(frames.Error(ref=ref, code=error.code, message=text, retryAfter=retry, position=position))

    def signal(self, event: Event) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.signal}."""
        who = self._who
        if who is None or (event.sender == who.user and event.device == who.device):
            return
        if who.bot_pass is not None and not permits.shows(who.bot_pass, who.user, event):
            return
        if event.kind == Kind.TYPING:
            watched = event.target in self._groups if event.scope == Scope.GROUP else event.sender in self._users
            if not watched or event.sender == who.user or (event.scope == Scope.USER and self._is_hidden(event.sender)):
                return
        elif event.kind == Kind.PERSON and self._is_strange(event.sender):
            return
        self.say(view.signal(event))

    def present(self, user: int, online: bool) -> None:
        """See L{hichat.pipeline.gateway.presence.Watcher.present}."""
        if not self._is_hidden(user):
            self._tell_present(user, online)

    def hide(self, user: int, hidden: bool) -> None:
        """See L{hichat.pipeline.gateway.roster.ConnectedDevice.hide}."""
        if user in self._users and self._services.presence.is_online(user) and (hidden or not self._is_hidden(user)):
            self._tell_present(user, not hidden)

    def _tell_present(self, user: int, online: bool) -> None:
        self.say(frames.Presence(online=[user] if online else [], offline=[] if online else [user]))

    # From the client

    def take(self, frames: list[bytes]) -> int:
        """See L{ChatSession.take}."""
        taken = 0
        for frame in frames:
            if not self._take(frame):
                # The frame waits, and is counted when it is taken.
                self.used(-1)
                break
            taken += 1
            if self._busy or self._late:
                break
        return taken

    def _take(self, frame: bytes) -> bool:
        """@return: whether the frame was taken; False: there is no room for it, and the session is paused now."""
        try:
            if self.allowance() < 1:
                raise self.too_fast()
            self.used(1)
            said = v2.parse(frame)
        except Refused as e:
            self.complain(e, v2.ref_of(frame))
            if self._who is None:
                self._refuse()
            return True
        try:
            if self._who is None and not isinstance(said, frames.Hello):
                self.complain(NotNow(), said.ref)
                self._refuse()
                return True
            if self._who is not None and self._who.bot_pass is not None and not self._is_permitted(self._who, said):
                return False
            return _TAKE[type(said)](self, said) is not False
        except Refused as e:
            self.complain(e, said.ref)
            return True

    def _is_permitted(self, who: SignedIn, said: frames.FromClient) -> bool:
        """
        @return: whether the bot may say this; False: that is being looked up, and the frame waits.
        @raise Refused: it may not.
        """
        assert who.bot_pass is not None
        permits.ask_frame(who.bot_pass, said)
        message = permits.message_in(who.bot_pass, said)
        if not message:
            return True
        if message not in self._places:
            self.begin()
            self._spawn(self._look_where(message))
            if self._busy:
                return False
        permits.ask_message_place(who.bot_pass, self._places.get(message))
        return True

    async def _look_where(self, message: int) -> None:
        try:
            place = await self._services.store.read(permits.place_of_message, self.user, message)
            if len(self._places) >= PLACES_KEPT:
                self._places.clear()
            self._places[message] = place
        finally:
            self.end()

    def take_binary(self) -> None:
        """See L{ChatSession.take_binary}."""
        self.complain(NotText())
        if self._who is None:
            self._refuse()

    def count(self, frames: int) -> None:
        """See L{ChatSession.count}. Before the hello only L{HELLO_FRAMES} are allowed."""
        super().count(frames)
        if self._who is None:
            self._strange += frames
            if self._strange > HELLO_FRAMES:
                self._strange = 0
                self._refuse()
                self.delay(FLOOD_PAUSE)

    def _refuse(self) -> None:
        self.connection.close(frames.Close.NO_HELLO, closing.HELLO_FIRST)

    def gone(self) -> None:
        """The connection is lost, or about to be."""
        if self._who is None and self._held:
            # Frames that wait for the sign-in get no answer. If they were taken now they would be errors: the session
            # has no user.
            self._held.clear()
        if self._ending is not None and self._ending.active():
            self._ending.cancel()
        for work in tuple(self._work):
            work.cancel()
        if self._who is not None:
            self._services.presence.unwatch(self, self._users)
            self._users = self._groups = frozenset()
            self._leave()
            self._services.roster.dismiss(self.user, self.connection)  # type: ignore[arg-type]

    def _leave(self) -> None:
        if self._live:
            self._live = False
            last = self._services.roster.leave(self.user, self.connection)  # type: ignore[arg-type]
            if self._shows:
                # Before routing forgets the users whom this one has blocked: they must not be told.
                self._services.presence.hide(self.user)
            if last:
                self._services.routing.leave(self.user)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        spawned = Deferred.fromCoroutine(work)
        self._work.add(spawned)
        spawned.addErrback(self._failed)
        spawned.addBoth(lambda _: self._work.discard(spawned))

    def _failed(self, failure: Failure) -> None:
        if failure.check(CancelledError):
            return
        if failure.check(SignedOut):
            self.connection.close(frames.Close.SIGNED_OUT, closing.SIGNED_OUT)
            return
        if not failure.check(StoreAway):
            self._log.failure("a frame of user {user} could not be answered", failure, user=self.user)
        self.connection.close(frames.Close.TROUBLE, closing.LATER)

    def _ask(self, said: frames.FromClient, work: Coroutine[Any, Any, None]) -> None:
        """Begin to answer a question; the client's next frames wait for the answer."""
        self.begin()
        self._spawn(self._answer(said, work))

    async def _answer(self, said: frames.FromClient, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SignedOut:
            raise
        except Refused as e:
            self.complain(e, said.ref)
        except CancelledError:
            raise
        except Exception:
            self._log.failure("a question of user {user} could not be answered", user=self.user)
            self.complain(NotStored(), said.ref)
        finally:
            self.end()

    # Hello

    def _hello(self, said: frames.Hello) -> None:
        if self._who is not None:
            raise NotNow
        if said.language is not UNSET:
            self.language = said.language
        token = self._token or ("" if said.token is UNSET else said.token)
        self._token = ""
        # The hello has come in time. How long the sign-in takes is not the client's fault.
        self.connection.greeted()
        self._ask(said, self._sign_in(token, said.device))

    async def _sign_in(self, token: str, device: str) -> None:
        services = self._services
        try:
            who = await services.sign_in(token, device)
        except Refused as e:
            if isinstance(e, Unauthorized) and e.user:
                self.inlet.refused(e.user, e.device, e.code)
            self.complain(e)
            self.connection.close(_close_code(e), Words(e.code, e.code))
            return
        except CancelledError:
            raise
        except Exception:
            self._log.failure("a client could not be signed in")
            self.complain(NotStored())
            self.connection.close(frames.Close.TROUBLE, closing.LATER)
            return
        if not self.connection.may_send:
            return
        if services.roster.is_full(who.user, who.device):
            self.inlet.refused(who.user, who.device, TooManyConnections.code)
            self.complain(TooManyConnections())
            self.connection.close(frames.Close.TOO_MANY, Words(TooManyConnections.code, TooManyConnections.code))
            return
        self.connection.number, self.connection.generation = who.device, who.generation
        self.connection.login = who.login
        if who.bound:
            self.connection.bound = who.bound
        self._let_in(who)
        self.say(
            frames.Welcome(
                user=who.user,
                device=who.device,
                counter=who.counter,
                position=services.routing.position,
                epoch=services.watch.place.epoch,
                time=services.now(),
                limits={
                    "rate": self.inlet.rate,
                    "text": frames.TEXT_LIMIT,
                    "frame": frames.FRAME_LIMIT,
                    "watch": frames.WATCH_LIMIT,
                }
                | ({} if self.quota is None else self.quota.limits),
            )
        )

    def _limit(self, who: SignedIn, shown: BotPass) -> None:
        """A bot has come, with limits of its own: it sees the conversations of its token, until that ends."""
        self.quota = self.inlet.bot_quota
        if shown.conversations is not None:
            encode = self.connection.encode
            self.connection.encode = lambda event: encode(event) if permits.shows(shown, who.user, event) else None
        if shown.ends_at is not None:
            left = max(0, shown.ends_at - self._services.now()) / 1000
            self._ending = self.inlet.clock.callLater(
                left, self.connection.close, frames.Close.SIGNED_OUT, closing.SIGNED_OUT
            )

    def _let_in(self, who: SignedIn) -> None:
        self._who = who
        if who.administrator:
            self.quota = None
        if who.bot_pass is not None:
            self._limit(who, who.bot_pass)
        self._services.roster.admit(who.user, self.connection, who.owner)  # type: ignore[arg-type]

    def follow(self, who: SignedIn, said: frames.Sync, shows: bool, watched: frames.Watch) -> None:
        """
        Tell a client that cannot say anything, such as a stream's, what happens.

        @param who: the user and the device, who are known and for whom there is room.
        @param shows: whether it shows the user as online.
        """
        self._let_in(who)
        self._shows = shows
        self._synced = True
        if watched.users or watched.groups:
            self._watch(watched)
        self._spawn(self._follow(said))

    async def _follow(self, said: frames.Sync) -> None:
        try:
            cursor = None if said.since is UNSET else await self._find_cursor(said.since, said.epoch, said.check)
        except ResyncRequired as e:
            self.complain(e)
            cursor = e.position
        except NoSuchPosition as e:
            self.complain(e)
            cursor = None
        await self._live_from(cursor, UNSET)

    # Catching up

    def _sync(self, said: frames.Sync) -> None:
        if self._synced:
            raise NotNow
        self._synced = True
        self._spawn(self._catch_up(said))

    async def _catch_up(self, said: frames.Sync) -> None:
        try:
            cursor = None if said.since is UNSET else await self._find_cursor(said.since, said.epoch, said.check)
            await self._live_from(cursor, said.ref)
        except Refused as e:
            if isinstance(e, SignedOut | StoreAway):
                raise
            self._synced = False
            self.complain(e, said.ref)

    async def _live_from(self, cursor: int | None, ref: frames.Ref | UnsetType) -> None:
        """@param cursor: the client has all events up to it; None: it wants none from before now."""
        while not await self._go_live(cursor, ref):
            assert cursor is not None
            cursor = await self._send_pages(cursor)

    async def _find_cursor(self, since: int, epoch: str, check: str) -> int:
        """
        @raise ResyncRequired: the cursor is of another log.
        @raise NoSuchPosition: the log does not reach so far.
        """
        routing = self._services.routing
        if epoch or check:
            await self._services.watch.admit(since, epoch, check)
        if since > routing.position:
            if since > await self._services.store.read(reading.head):
                raise NoSuchPosition
            await routing.reached(since)
        return since

    async def _send_pages(self, cursor: int) -> int:
        """
        Send the missed events, page by page as the client reads them.

        @return: the cursor behind them.
        """
        services, who = self._services, self._signed_in()
        while True:
            until = services.routing.position
            missed, check = await services.store.read(_page, services, who, cursor, until)
            cursor = missed.position
            found = (
                view.happened(event, event.position in missed.expired)
                for event in missed.events
                if who.bot_pass is None or permits.shows(who.bot_pass, who.user, event)
            )
            events = [shown for shown in found if shown is not None]
            self.inlet.metrics.messages_out += len(events)
            if events or cursor == until:
                self.say(frames.Page(events=events, position=cursor, epoch=services.watch.place.epoch, check=check))
            if cursor == until:
                return cursor
            await self.connection.drained()

    async def _go_live(self, cursor: int | None, ref: frames.Ref | UnsetType) -> bool:
        """@return: whether the session is live; False: the cursor is too old, and pages have to be sent first."""
        who = self._signed_in()

        def listen(position: int, missed: list[Event]) -> bool:
            watch = self._services.watch
            self.say(frames.Synced(ref=ref, position=position, epoch=watch.place.epoch, check=watch.check(position)))
            if not self.connection.may_send:
                # The connection ended meanwhile, or is too slow for this frame.
                return False
            self._live = True
            # Before the device enters the roster, where it replaces its earlier connection: others would see it go
            # offline and come back.
            if self._shows:
                self._services.presence.show(who.user)
            if not self._live:
                # The client watches its own user, and was too slow for the Presence frame: it was closed.
                return False
            self._services.roster.enter(who.user, self.connection)  # type: ignore[arg-type]
            for event in missed:
                # A client with a cursor gets all events behind it, as in a page: this device's own too.
                frame = (
                    self.connection.encode(event)
                    if cursor is not None or event.device != self.connection.number
                    else None
                )
                if frame is not None:
                    self.connection.deliver(frame)
                    self.inlet.metrics.messages_out += 1
            # False if the client was too slow for these events, and was closed.
            return self._live

        return await self._services.routing.arrive(
            who.user, who.generation, listen, cursor, who.device, who.login, bound=who.bound
        )

    def _signed_in(self) -> SignedIn:
        assert self._who is not None
        return self._who

    # Frames that are written to the log

    def _submit(self, said: frames.Counted) -> bool:
        who = self._signed_in()
        origin = _Sent(self, said.ref)
        media, is_bot = self._services.media, who.bot_pass is not None
        draft = make_draft(said, who.user, who.device, media, origin, who.by_app_password, is_bot)
        quota = self.quota
        if quota is not None and not quota.room(self.user):
            quota.hold(self)
            return False
        if not self.inlet.intake.admit(self):
            return False
        if quota is not None:
            quota.took(self.user, 1)
        self.inlet.metrics.messages_in += 1
        self.inlet.submit([draft])
        return True

    # Commands

    def _call(self, said: frames.Calling) -> bool:
        if self.quota is not None and not self.quota.room(self.user):
            self.quota.hold(self)
            return False
        self._ask(said, self._tell_called(said))
        return True

    async def _tell_called(self, said: frames.Calling) -> None:
        self.say(await self._services.call(self._signed_in(), said, self.language))

    # Marks

    def _received(self, said: frames.Received) -> None:
        self._mark(said, said.id, 0)

    def _read(self, said: frames.Read) -> None:
        self._mark(said, said.id, said.id)

    def _mark(self, said: frames.Received | frames.Read, received: int, read: int) -> None:
        marked = self._services.marks.put(self.user, self._key(said), received, read, self._signed_in().device)
        marked.addCallbacks(lambda _: self._done(said.ref), lambda failure: self._not_marked(failure, said.ref))

    def _not_marked(self, failure: Failure, ref: frames.Ref | UnsetType) -> None:
        failure.trap(Refused)
        self.complain(cast(Refused, failure.value), ref)

    def _done(self, ref: frames.Ref | UnsetType) -> None:
        if ref is not UNSET:
            self.say(frames.Done(ref=ref))

    def _key(self, said: frames.Addressed) -> tuple[int, int, int]:
        scope, target = v2.scope_of(said)
        return reading.conversation_key(scope, self.user, target)

    # Questions

    def _marks(self, said: frames.Marks) -> None:
        self._ask(said, self._tell_marks(said, self._key(said)))

    async def _tell_marks(self, said: frames.Marks, key: tuple[int, int, int]) -> None:
        found = await self._look_up(marks.standing, self.user, key)
        others = [frames.Mark(*mark) for mark in found.others]
        own = found.own
        self.say(
            frames.MarksPage(
                ref=said.ref, unread=found.unread, received=own.received, read=own.read, others=others, last=found.last
            )
        )

    async def _look_up(self, query: Callable[..., T], *args: Any) -> T:
        """
        Run a query, and check in the same snapshot that the user is still signed in.

        @raise SignedOut: the session has ended, and the event of that has not come to this worker yet.
        """
        who, services = self._signed_in(), self._services

        def read(database: Database) -> T:
            _check_signed_in(database, services, who)
            return query(database, *args)

        return await services.store.read(read)

    def _history(self, said: frames.History) -> None:
        self._ask(said, self._tell_history(said, self._key(said)))

    async def _tell_history(self, said: frames.History, key: tuple[int, int, int]) -> None:
        before = None if said.before is UNSET else said.before
        after = None if said.after is UNSET else said.after
        found = await self._look_up(history.history, self.user, key, before, after, said.limit, SYNC_PAGE_SIZE)
        messages = [view.folded(message) for message in found.messages]
        days = found.days or UNSET
        self.say(frames.HistoryPage(ref=said.ref, messages=messages, more=found.more, keepDays=days))
        await self.connection.drained()

    # Frames that are never stored

    def _ping(self, said: frames.Ping) -> None:
        self.say(frames.Pong(ref=said.ref))

    def _speak(self, said: frames.Speak) -> None:
        self.language = said.language
        self._done(said.ref)

    def _typing(self, said: frames.Typing) -> None:
        scope, target = v2.scope_of(said)
        services, who = self._services, self._signed_in()
        if scope == Scope.GROUP and self._live and not services.routing.is_member(who.user, target):
            raise NotAMember
        if scope == Scope.USER and (services.routing.has_blocked(who.user, target) or self._is_strange(target)):
            return
        if self._live and self._shows and services.presence.enabled and scope != Scope.EVERYONE:
            owner = b"%d" % who.owner if who.owner else b""
            self.inlet.signal(make_signal(Kind.TYPING, scope, who.user, target, who.device, owner))

    def _watch(self, said: frames.Watch) -> None:
        if len(said.users) + len(said.groups) > frames.WATCH_LIMIT:
            raise InvalidField("users")
        if not self.connection.may_send:
            # The connection has ended meanwhile: gone() would not be called again, so the watch would stay for ever.
            return
        presence = self._services.presence
        presence.unwatch(self, self._users)
        self._users, self._groups = frozenset(said.users), frozenset(said.groups)
        presence.watch(self, self._users)
        online = [user for user in said.users if self._sees(user)]
        offline = [user for user in said.users if not self._sees(user)]
        self.say(frames.Presence(ref=said.ref, online=online, offline=offline))

    def _sees(self, user: int) -> bool:
        return self._services.presence.is_online(user) and not self._is_hidden(user)

    def _is_hidden(self, user: int) -> bool:
        services, own = self._services, (self.user, self.owner)
        if services.routing.has_blocked(user, *own) or services.presence.is_hidden(user, *own):
            return True
        return self._is_strange(user)

    def _is_strange(self, user: int) -> bool:
        """@return: whether this session is a guest's, who is in no group with the user."""
        who = self._signed_in()
        return who.guest and user != who.user and not self._services.routing.meets(who.user, user)

    def _show(self, said: frames.Show) -> None:
        if said.presence != self._shows:
            self._shows = said.presence
            if self._live:
                presence = self._services.presence
                (presence.show if self._shows else presence.hide)(self.user)
        self._done(said.ref)


def make_signal(
    kind: Kind, scope: int, sender: int, target: int, device: int = 0, body: bytes = b"", subject: int = 0
) -> Event:
    """
    @param subject: the only user who may hear of it; 0: everybody concerned.
    @return: a signal, which is an event without a position.
    """
    return Event(
        position=0,
        conversation=0,
        seq=0,
        n=0,
        kind=int(kind),
        scope=int(scope),
        sender=sender,
        target=target,
        subject=subject,
        time=0,
        body=body,
        device=device,
    )


def _close_code(error: Refused) -> frames.Close:
    """@return: the code with which a connection is closed whose hello is refused."""
    if error.retry_after is not None:
        return frames.Close.TROUBLE
    # OtherDevice: the token is valid with its own device's name, so the client must not take it for expired.
    return frames.Close.NO_HELLO if isinstance(error, OtherDevice) else frames.Close.UNAUTHORIZED


def _page(
    database: Database, services: SessionServices, who: SignedIn, since: int, until: int
) -> tuple[catchup.Missed, str]:
    """
    @return: the page, and the check of the cursor behind it.
    @raise SignedOut: the token or the device is void by now; then the client must not get anything more.
    """
    _check_signed_in(database, services, who)
    missed = catchup.page(database, who.user, since, until, services.sync_page, SYNC_PAGE_SIZE)
    return missed, epochs.check_at(database, missed.position, services.now())


def _check_signed_in(database: Database, services: SessionServices, who: SignedIn) -> None:
    if services.read_generation(database, who.user, who.device, who.login, who.bound) != who.generation:
        raise SignedOut


_TAKE: dict[type, Callable[[V2Session, Any], bool | None]] = {
    frames.Hello: V2Session._hello,
    frames.Ping: V2Session._ping,
    frames.Sync: V2Session._sync,
    **dict.fromkeys(get_args(frames.Counted), V2Session._submit),
    frames.Received: V2Session._received,
    frames.Read: V2Session._read,
    frames.Marks: V2Session._marks,
    frames.History: V2Session._history,
    frames.Typing: V2Session._typing,
    frames.Watch: V2Session._watch,
    frames.Show: V2Session._show,
    frames.Speak: V2Session._speak,
    **dict.fromkeys(get_args(frames.Calling), V2Session._call),
}
