"""The few seams: what one room asks of the next without knowing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NotRequired, Protocol, TypedDict, Unpack

from zope.interface import Interface

from hichat.core.errors import Refused
from hichat.core.events import Draft, Event, Kind, Scope

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from twisted.internet.defer import Deferred


class IOrigin(Interface):
    """Where a draft came from: a session, or a call that waits for the answer."""

    def accepted(draft: Draft, event: Event, duplicate: bool) -> None:
        """
        The draft is durable. Called in the reactor's thread, once; not both this and L{refused}.

        @param duplicate: it was so before: this is the event of the first time.
        """

    def refused(draft: Draft, error: Refused) -> None:
        """The draft was not written, and why. Called in the reactor's thread, once."""


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


class IBatchReceiver(Interface):
    """Routing as the plane sees it."""

    def received(first: int, last: int, events: list[Event], knew: bool) -> bool:
        """
        A batch came off the plane; see L{hichat.core.events.Batch} for the parameters.

        @param knew: whether the sender knew all that is wanted here; else what is missing in the batch may be wanted.
        @return: whether it brought anything new.
        """


class Wanted(TypedDict):
    """What is to be appended to the log: the fields of a L{Draft} that a caller may set."""

    kind: Kind
    scope: Scope
    sender: int
    target: int
    body: NotRequired[bytes]
    subject: NotRequired[int]
    change: NotRequired[Callable[[Connection, Draft, int], None] | None]


def drafted(wanted: Wanted, origin: IOrigin) -> Draft:
    """@return: the draft that says so, and whom it tells how it went."""
    return Draft(
        wanted["kind"],
        wanted["scope"],
        wanted["sender"],
        wanted["target"],
        wanted.get("body", b""),
        origin,
        wanted.get("subject", 0),
        change=wanted.get("change"),
    )


class Appender(Protocol):
    """The ledger as accounts, contacts, groups and conversations see it."""

    def append(self, **wanted: Unpack[Wanted]) -> Deferred[Event]:
        """
        Append one event and wait for it.

        @return: the durable event. Fails with L{Refused}: L{hichat.core.errors.Busy} when too much is in flight,
            L{hichat.core.errors.NotStored} when the store fails, or what C{change} raised.
        """


class Leaves(Protocol):
    """A room in which an account leaves traces, as accounts see it when one is deleted."""

    async def leave_all(self, user_id: int) -> None:
        """
        Before an account is deleted: do what others hear of, each as an event of its own. May be called again.

        @raise Refused: of the ledger; then the account is not deleted.
        """

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """
        In the transaction that deletes the account: remove what is left of it.

        @param position: of the event that says so.
        """
