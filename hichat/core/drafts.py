"""
Drafts: events that are not in the log yet. The ledger makes L{Event}s of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, NotRequired, Protocol, TypedDict, Unpack

import msgspec
from zope.interface import Interface

from hichat.core.errors import Refused
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from twisted.internet.defer import Deferred


class IOrigin(Interface):
    """The origin of a draft: a session, or a call that waits for the answer."""

    def accepted(draft: Draft, event: Event, duplicate: bool) -> None:
        """
        The draft's event is durable. Either this or L{refused} is called, once, in the reactor's thread.

        @param duplicate: whether the draft repeats an earlier one; then this is the earlier one's event.
        """

    def refused(draft: Draft, error: Refused) -> None:
        """The draft was not written; the error is the reason. See L{accepted}."""


class Draft(msgspec.Struct, eq=False, gc=False):
    """
    An event that is not written yet. L{Event} describes the other fields.

    @ivar scope: for an edit, a recall or a reaction the ledger sets this and the target to those of the message.
    @ivar origin: is told the outcome, in the reactor's thread.
    @ivar key: of L{hichat.core.repeats.make_draft_key}; empty: none. What a user sends under a key is written once.
    @ivar to_all: whether it mentions all members of its group, which only the owner and the admins may do.
    @ivar change: changes other tables together with this event, in the same transaction. It is called with the
        connection, the draft and the draft's future position. It may complete C{kind}, C{target}, C{subject} and
        C{body}, and may raise L{hichat.core.errors.Refused}: then neither the event nor its changes are written.
    """

    kind: Kind
    scope: Scope
    sender: int
    target: int
    body: bytes
    origin: IOrigin
    subject: int = 0
    device: int = 0
    counter: int = 0
    change: Callable[[Connection, Draft, int], None] | None = None
    to_all: bool = False
    key: bytes = b""


class Duplicate(NamedTuple):
    """The outcome of a draft that repeats an earlier one, with the same client id or the same key."""

    event: Event


Outcome = Event | Duplicate | Refused
"""The outcome of a draft: its event, the event of an earlier draft that it repeats, or its refusal."""


def group_of(draft: Draft) -> int:
    """@return: the group in which it is; 0: it is in none."""
    return draft.target if draft.scope == Scope.GROUP else 0


class DraftFields(TypedDict):
    """The fields of a L{Draft} that a caller may set."""

    kind: Kind
    scope: Scope
    sender: int
    target: int
    body: NotRequired[bytes]
    subject: NotRequired[int]
    change: NotRequired[Callable[[Connection, Draft, int], None] | None]


def drafted(wanted: DraftFields, origin: IOrigin) -> Draft:
    """@return: a draft with these fields; its origin is told the outcome."""
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

    def append(self, **wanted: Unpack[DraftFields]) -> Deferred[Event]:
        """
        Append one event and wait for it.

        @return: the durable event. Fails with L{Refused}: L{hichat.core.errors.Busy} when too much is in flight,
            L{hichat.core.errors.NotStored} when the store fails, or what C{change} raised.
        """
