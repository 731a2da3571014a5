"""The ports between rooms: interfaces that one room uses, and another one implements."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, ParamSpec, Protocol, TypeVar

from zope.interface import Attribute, Interface

from hichat.core.events import Batch, Event

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from twisted.internet.defer import Deferred


P = ParamSpec("P")
T = TypeVar("T")


class Runner(Protocol):
    """Runs a function, usually in a thread; its Deferred fires in the reactor's thread."""

    def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Deferred[T]: ...


class IFeeder(Interface):
    """A source of drafts that can be asked to wait: a connection."""

    def pause() -> None:
        """Submit nothing more; idempotent."""

    def resume() -> None:
        """Go on; may submit at once, and so be paused again."""


class IDelivery(Interface):
    """The gateway as routing sees it."""

    def deliver(users: Iterable[int], event: Event) -> None:
        """
        Deliver the event to every device of these users, except the device that sent it. Of the sender's own devices,
        those of v1 get it only if it is to the sender.
        """

    def signal(users: Iterable[int], event: Event) -> None:
        """Deliver a signal to those devices of these users that have subscribed to it."""

    def tell_followers(event: Event, hidden_from: Container[int]) -> None:
        """
        Deliver a signal about its sender to all devices that watch the sender, and to all of the sender's own.

        @param hidden_from: the users who must not be told, nor their bots.
        """

    def hide(user: int, other: int, hidden: bool) -> None:
        """
        From now on hide the user's presence from the other and the other's bots; or, if not C{hidden}, show it again to
        those from whom nothing else hides it.
        """

    def people_changed(guest: int, come: Iterable[int], gone: Iterable[int]) -> None:
        """
        The people of a guest have changed: from now on show the guest who of those that came is online, and hide those
        that are gone.
        """

    def sign_out(user: int, generation: int) -> None:
        """Close every connection of this user whose token is of an older generation."""

    def revoke(user: int, device: int, login: int | None) -> None:
        """
        Close the connections of this user's device.

        @param login: close only those whose session has a smaller number; None: the device was revoked, close all.
        """


class Piece(NamedTuple):
    """
    Events that a carrier takes at once.

    @ivar packed: the events in the carrier's own format.
    """

    batch: Batch
    packed: bytes


class ICarrier(Interface):
    """
    Carries durable events to the routing of every worker, which is its L{IBatchReceiver}. It may lose events or deliver
    them late: routing then reads the log.
    """

    def start() -> None:
        """
        Begin to send and to receive.

        @raise StartError: the carrier cannot start.
        """

    def stop() -> Deferred[None] | None:
        """Stop sending and receiving. May be called again."""

    def split(events: Sequence[Event]) -> Iterable[Piece]:
        """
        @param events: contiguous, in order.
        @return: the events in pieces that L{send} takes.
        """

    def room() -> Deferred[None] | None:
        """@return: None if a piece may be sent now; else fires when one may. One caller may wait at a time."""

    def send(piece: Piece) -> None:
        """Send a piece; there was L{room}. Does not raise."""


class IBatchReceiver(Interface):
    """Routing as the plane sees it."""

    def received(first: int, last: int, events: list[Event], knew: bool) -> bool:
        """
        A batch came off the plane; see L{hichat.core.events.Batch} for the parameters.

        @param knew: whether the sender knew all interests of this worker; if not, it may have left out events that this
            worker wants.
        @return: whether the batch has a new position.
        """


class Leaves(Protocol):
    """A room with rows about users, as accounts see it when a user is deleted."""

    async def leave_all(self, user_id: int) -> None:
        """
        Called before an account is deleted: leave groups and the like, each with an event that others get. May be
        called again.

        @raise Refused: by the ledger; then the account is not deleted.
        """

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """
        Called in the transaction that deletes the account: remove its remaining rows.

        @param position: the position of the event that deletes it.
        """


class Watcher(Protocol):
    """
    A device that watches some users.

    @ivar user: the device's own user.
    @ivar owner: of a bot's: the person whose the bot is; 0: it is no bot's, or the server's.
    """

    @property
    def user(self) -> int: ...

    @property
    def owner(self) -> int: ...

    def signal(self, event: Event) -> None:
        """A watched user has other names or another picture."""

    def present(self, user: int, online: bool) -> None:
        """A watched user came online, or went offline."""


class IPresence(Interface):
    """
    The presence of users, and their watchers. It is not stored.

    A user is online to others while at least one of the user's devices shows it.
    """

    enabled: bool = Attribute("Whether users see each other's presence; False: all appear offline.")

    def is_online(user: int) -> bool:
        """@return: whether the user is online to others."""

    def is_hidden(user: int, other: int, owner: int) -> bool:
        """@return: whether the user, who is online at another worker, has blocked the other, or the other's owner."""

    def blocks_changed(user: int) -> None:
        """A user who is online here has blocked somebody, or does not any more."""

    def show(user: int) -> None:
        """One more device of the user shows that the user is online."""

    def hide(user: int) -> None:
        """One device less shows it."""

    def watch(watcher: Watcher, users: Iterable[int]) -> None:
        """From now on the watcher is told of these users."""

    def unwatch(watcher: Watcher, users: Iterable[int]) -> None:
        """The watcher is not told of these users any more."""

    def watchers(user: int) -> Sequence[Watcher]:
        """@return: the watchers of a user, whether users see each other's presence or not."""


class INeighbours(Interface):
    """The other workers of the host, as one of them sees them."""

    number: int = Attribute("This worker's number.")

    def tell(topic: str, said: Any, to: int = -1) -> None:
        """
        Tell the workers something. All hear everything in the same order, this one too if it follows with C{echo}.

        @param said: what MessagePack can say.
        @param to: the number of the only worker that hears it; -1: all do.
        """

    def follow(topic: str, heard: Callable[[int, Any], object], kind: Any, echo: bool = False) -> None:
        """
        Hear what is said under a topic. A topic has one follower in each worker.

        @param heard: called with the number of the worker that says it, and with what it says.
        @param kind: the type of what is said.
        @param echo: whether this worker also hears what it says itself.
        """

    def follow_workers(came: Callable[[int], object], gone: Callable[[int], object]) -> None:
        """
        @param came: called with the number of another worker that has come: it has to be told the state of this one.
        @param gone: called with the number of another worker that is gone: its state counts no more.
        """


class ILimit(Interface):
    """
    A limit of tries: log-ins, registrations, requests to be contacts. Each key has its own count.

    The answer comes at once, in no Deferred: nothing may be done for an attempt before it is counted, or a thousand
    attempts that come together would all pass. So a limit of several workers answers from the count that it has here,
    and adds the counts that it hears from the others.

    The limits of messages and of the work of calls are no ILimit: they are asked too often for that, and tell the other
    workers what they count ten times a second. See L{hichat.pipeline.gateway.quota} and L{hichat.runtime.work}.
    """

    def attempt(key: str, multiple: int = 1) -> None:
        """
        Count an attempt.

        @param key: an empty key has no limit.
        @param multiple: the key has so many times the rate; the same in each call.
        @raise TooManyAttempts: there were too many attempts; this one is not counted.
        """

    def forgive(key: str, multiple: int = 1) -> None:
        """Take back an attempt that was counted: it was a good one."""


class Unfinished(NamedTuple):
    """A file that is being written."""

    file: IO[bytes]
    path: Path


class FileFacts(NamedTuple):
    """
    @ivar size: bytes.
    @ivar modified: when it was stored, in seconds since the epoch.
    """

    size: int
    modified: float


class ListedFile(NamedTuple):
    """
    A file of a store.

    @ivar thumbnail: whether it is the thumbnail of the file with this id.
    @ivar size: bytes.
    @ivar is_old: whether it is so old that its upload cannot be under way any more.
    """

    id: str
    thumbnail: bool
    size: int
    is_old: bool


class FilesPage(NamedTuple):
    """
    A part of the list of a store's files.

    @ivar next: the mark of the next page; empty: this is the last one.
    """

    files: list[ListedFile]
    next: str


class IFileStore(Interface):
    """
    The store of uploaded files, by their ids. A file is there whole or not at all, whenever the process ends. A picture
    or a document may have a thumbnail beside it. All methods may block: call them in a thread. A store on another
    machine may raise L{hichat.core.errors.FilesAway} from each of them but C{start} and C{unfinished}.
    """

    scratch: Path = Attribute("A directory of this machine for unfinished files; nobody else may read there.")
    shared: bool = Attribute("Whether all daemons have this store in common, and not each one its own.")
    parts: Sequence[Any] = Attribute("The stores of which this one is made, each an IFileStore; itself, if it is one.")

    def start() -> None:
        """Get ready, and remove unfinished files that a crash has left on this machine."""

    def check() -> None:
        """Ask whether the store can be reached."""

    def unfinished() -> AbstractContextManager[Unfinished]:
        """@return: a context manager of a new file that nobody else may read. Its end removes an unfinished file."""

    def finish(unfinished: Unfinished, id: str, thumbnail: bool = False) -> None:
        """
        Put a whole file into the store, under its id.

        @raise OSError: it cannot be stored.
        """

    def sync() -> None:
        """Wait until the finished files are on the disk: a crash of the machine does not lose them after this."""

    def place(id: str, thumbnail: bool = False) -> Path | None:
        """
        @return: the path on this machine at which a file or its thumbnail can be read, if there is one; None: the
            store's files are elsewhere, see L{read}.
        """

    def facts(id: str, thumbnail: bool = False) -> FileFacts | None:
        """@return: what is known of a file or its thumbnail; None: there is none."""

    def read(id: str, thumbnail: bool, start: int, length: int) -> bytes:
        """
        @return: so many bytes of a file, from C{start} on; fewer at its end.
        @raise NoSuchMedia: there is none.
        """

    def remove(ids: Iterable[str]) -> None:
        """Remove files and their thumbnails; some may be gone already."""

    def listed(now: int, after: str = "") -> FilesPage:
        """
        List files and thumbnails, a page of them. What else is there, under names of another form, is left alone.

        @param now: milliseconds since the epoch, by which a store without a clock of its own counts ages.
        @param after: the mark that the page before had; empty: begin.
        """

    def remove_halves() -> None:
        """Remove what is left of uploads that were cut off a while ago, and that L{listed} does not show."""


class ISharedFileStore(IFileStore):
    """
    A store of files that all daemons of a database share. It has a mark, by which a database knows its own store; see
    L{hichat.media.ownership}.
    """

    name: str = Attribute("The store's place, as the setting has it.")

    def mark() -> str:
        """@return: the mark; empty: there is none."""

    def put_mark(mark: str, before: str) -> bool:
        """
        Put a mark there in place of another one.

        @param before: the mark that has to be there now; empty: there has to be none.
        @return: whether the new mark is there now; if not, another one came there.
        """
