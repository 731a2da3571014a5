"""The few seams: what one room asks of the next without knowing it."""

from collections.abc import Iterable

from zope.interface import Interface

from hichat.core.errors import Refused
from hichat.core.events import Draft, Event


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
