"""The ports between rooms: interfaces that one room uses, and another one implements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, Protocol, TypeVar

from zope.interface import Interface

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
