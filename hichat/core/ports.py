"""The ports between rooms: interfaces that one room uses, and another one implements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, ParamSpec, Protocol, TypeVar

from zope.interface import Attribute, Interface

from hichat.core.events import Batch, Event

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from twisted.internet.defer import Deferred


P = ParamSpec("P")
T = TypeVar("T")


class Runner(Protocol):
    """Runs a function, usually in a thread; its answer comes in the reactor's thread."""

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
        Give the event to every device of these users, except the device that it came from; of the sender, only to
        devices that want to see what the user does elsewhere, or says to oneself.
        """

    def signal(users: Iterable[int], event: Event) -> None:
        """Give a signal to those devices of these users that want it."""

    def hide(user: int, other: int, hidden: bool) -> None:
        """From now on the other must not see whether the user is online; or may see it again."""

    def sign_out(user: int, generation: int) -> None:
        """Close every connection of this user whose token is of an older generation."""

    def revoke(user: int, device: int, login: int | None) -> None:
        """
        Close the connections of this user's device.

        @param login: only those whose session has a smaller number.
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
        Begin to carry, and to receive.

        @raise StartError: that is not possible.
        """

    def stop() -> Deferred[None] | None:
        """Carry and receive no more. May be called again."""

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

        @param knew: whether the sender knew all interests of this worker; else events that it left out may be wanted
            here.
        @return: whether the batch brought anything new.
        """


class Leaves(Protocol):
    """A room in which an account leaves traces, as accounts see it when one is deleted."""

    async def leave_all(self, user_id: int) -> None:
        """
        Before an account is deleted: leave groups and the like, each with an event that others get. May be called
        again.

        @raise Refused: of the ledger; then the account is not deleted.
        """

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """
        In the transaction that deletes the account: remove its remaining rows.

        @param position: the position of the event that deletes it.
        """


class Watcher(Protocol):
    """A device that wants to be told of some users."""

    def present(self, user: int, online: bool) -> None:
        """A watched user came, or went."""


class IPresence(Interface):
    """
    Who is online, and who is told of it. Nothing of it is stored.

    A user is online to others while one of the user's devices shows it.
    """

    enabled: bool = Attribute("Whether anybody is told of anybody.")

    def is_online(user: int) -> bool:
        """@return: whether others may know that the user is online."""

    def show(user: int) -> None:
        """One more device of the user shows that the user is online."""

    def hide(user: int) -> None:
        """One less."""

    def watch(watcher: Watcher, users: Iterable[int]) -> None:
        """From now on the watcher is told of these users."""

    def unwatch(watcher: Watcher, users: Iterable[int]) -> None:
        """The watcher is not told of these users any more."""


class Unfinished(NamedTuple):
    """A file that is being written."""

    file: IO[bytes]
    path: Path


class IFileStore(Interface):
    """
    Where uploaded files are, by their ids. A file is there whole or not at all, whenever the process ends; beside a
    picture there may be its thumbnail. All of it may wait: not for the reactor's thread.
    """

    scratch: Path = Attribute("A directory of this machine for what is on its way; nobody else may read there.")

    def start() -> None:
        """Get ready; remove what a crash left unfinished."""

    def unfinished() -> AbstractContextManager[Unfinished]:
        """A file to write, for nobody else to read. It is gone at the end, unless L{finish} was called."""

    def finish(unfinished: Unfinished, id: str, thumbnail: bool = False) -> None:
        """
        The file is whole: from now on it is there.

        @raise OSError: it cannot be stored.
        """

    def sync() -> None:
        """What was finished stays, whatever happens to the machine after this."""

    def place(id: str, thumbnail: bool = False) -> Path:
        """@return: where on this machine a file or its thumbnail can be read, if it is there."""

    def remove(ids: Iterable[str]) -> None:
        """Remove files and their thumbnails; some may be gone already."""

    def old(now: int) -> list[str]:
        """
        @param now: milliseconds since the epoch.
        @return: the ids of all files that have been there for long enough that no upload is under way that they are of.
        """
