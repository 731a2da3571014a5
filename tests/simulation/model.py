"""The model: checks the log of a run, and compares with it what each client has heard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from hichat.accounts.conversation_settings import Setting
from hichat.core.events import Event, Scope
from hichat.core.kinds import ENDINGS, MEETINGS, Kind
from hichat.wire import stored

if TYPE_CHECKING:
    from tests.simulation.clients import Page, Phone
    from tests.simulation.world import World


OWNERS = {6: 5}
"""By bot: the user whose it is."""


def check(world: World, events: list[Event], kept: Kept) -> None:
    """
    @param events: the whole log.
    @param kept: the rows that are kept beside it.
    """
    _check_numbers(events)
    _check_client_ids(events)
    _check_recalls(events)
    _check_blocks(events)
    visible = _visible(events)
    _check_copies(events, visible)
    _check_kept(events, visible, kept)
    for page in world.pages:
        _check_page(page, events, visible)
    for phone in world.phones:
        _check_phone(phone, events, visible)
    _check_senders(world, events)


def _check_numbers(events: list[Event]) -> None:
    assert [event.position for event in events] == list(range(1, len(events) + 1)), "positions have gaps"
    last: dict[int, tuple[int, int]] = {}
    for event in events:
        seq, n = last.get(event.conversation, (0, 0))
        last[event.conversation] = event.seq, event.n
        assert event.seq == seq + 1, "a seq has a gap"
        assert event.n == n + (event.kind == Kind.MESSAGE), "n does not count"


def _check_client_ids(events: list[Event]) -> None:
    ids = [(event.device, event.counter) for event in events if event.counter]
    assert len(ids) == len(set(ids)), "a client id stands in the log twice"


def _check_recalls(events: list[Event]) -> None:
    """A recalled message and its edits are blank, and no others. It is not edited or reacted to after the recall."""
    recalled: dict[int, int] = {}
    for event in events:
        if event.kind in (Kind.EDITED, Kind.RECALLED, Kind.REACTED):
            assert events[event.subject - 1].kind == Kind.MESSAGE
            assert events[event.subject - 1].conversation == event.conversation, "in another conversation"
            assert event.subject not in recalled, "a change of a message that was recalled"
        if event.kind == Kind.RECALLED:
            recalled[event.subject] = event.position
    for event in events:
        if event.kind == Kind.MESSAGE:
            assert bool(event.body) == (event.position not in recalled), "a message is blank, or a recalled one is not"
        elif event.kind == Kind.EDITED:
            assert bool(event.body) == (event.subject not in recalled), "an edit is blank, or a recalled one is not"


def _check_copies(events: list[Event], visible: dict[int, set[int]]) -> None:
    """A forwarded message is a copy of one that its sender sees, as the sender saw it then, and not recalled."""
    for event in events:
        if event.kind != Kind.MESSAGE or not event.device or not event.body:
            continue
        copy = stored.read_message(event)
        if not copy.forwarded:
            assert not copy.forwardedFrom
            continue
        original = events[copy.forwarded - 1]
        assert original.kind == Kind.MESSAGE
        assert event.sender in visible[original.position], f"{event} was made of what its sender does not see"
        done = [each for each in events[: event.position - 1] if each.subject == original.position]
        assert not [each for each in done if each.kind == Kind.RECALLED], f"{event} was made of a recalled message"
        if original.body:
            first = stored.read_message(original)
            seen = [each for each in done if each.kind == Kind.EDITED and event.sender in visible[each.position]]
            text = stored.read_edit(seen[-1]).text if seen else first.Content
            assert copy.Content == text, f"{event} says something else than {original} did for its sender"
            assert copy.forwardedFrom == (first.forwardedFrom or original.sender), "it was somebody else's"


class Kept(NamedTuple):
    """
    The rows of the store that follow from the log.

    @ivar pins: the places of pinned messages, by conversation and message.
    @ivar saved: the places of saved messages, by user and message.
    @ivar settings: the settings of conversations, by user, scope and target.
    """

    pins: dict[tuple[int, int], int]
    saved: dict[tuple[int, int], int]
    settings: dict[tuple[int, int, int], Setting]


def _check_kept(events: list[Event], visible: dict[int, set[int]], kept: Kept) -> None:
    """The rows are what the events say, and nobody keeps what they may not read."""
    expected = Kept({}, {}, {})
    recalled: set[int] = set()
    for event in events:
        if event.kind == Kind.RECALLED:
            recalled.add(event.subject)
        elif event.kind in (Kind.PINNED, Kind.SAVED):
            message = events[event.subject - 1]
            assert message.kind == Kind.MESSAGE
            assert message.position not in recalled, f"{event} keeps a recalled message"
            assert event.sender in visible[message.position], f"{event} keeps what its sender does not see"
        if event.kind == Kind.PINNED:
            assert message.conversation == event.conversation
            for conversation, position in [*expected.pins]:
                if conversation == event.conversation and position in recalled:
                    del expected.pins[conversation, position]
            expected.pins[event.conversation, event.subject] = event.position
        elif event.kind == Kind.UNPINNED:
            expected.pins.pop((event.conversation, event.subject), None)
        elif event.kind == Kind.SAVED:
            expected.saved[event.sender, event.subject] = event.position
        elif event.kind == Kind.UNSAVED:
            expected.saved.pop((event.sender, event.subject), None)
        elif event.kind == Kind.CONVERSATION_SET:
            setting = msgspec.json.decode(event.body, type=Setting)
            key = event.sender, setting.scope, setting.target
            expected.settings.pop(key, None)
            if setting != Setting(setting.scope, setting.target):
                expected.settings[key] = setting
        elif event.kind in ENDINGS:
            expected.settings.pop((event.subject, Scope.GROUP, event.target), None)
    assert kept == expected, f"{kept}, not {expected}"


def _check_blocks(events: list[Event]) -> None:
    """
    A blocked user, and a blocked user's bot, sends, edits, reacts to and pins nothing in the conversation with the
    blocker; but recalls.
    """
    blocked: set[tuple[int, int]] = set()
    for event in events:
        if event.kind == Kind.BLOCKED:
            blocked.add((event.subject, event.sender))
        elif event.kind == Kind.UNBLOCKED:
            blocked.discard((event.subject, event.sender))
        elif event.scope == Scope.USER and event.kind in (Kind.MESSAGE, Kind.EDITED, Kind.REACTED, Kind.PINNED):
            for user in (event.sender, OWNERS.get(event.sender, 0)) if event.sender != event.target else ():
                assert (user, event.target) not in blocked, f"by a blocked user: {event}"


def _visible(events: list[Event]) -> dict[int, set[int]]:
    """@return: by position, the users who may see the event."""
    members: dict[int, set[int]] = {}
    rules: dict[int, _Rules] = {}
    found = {}
    for event in events:
        of_group = members.setdefault(event.target, set()) if event.scope == Scope.GROUP else set()
        before = set(of_group)
        if event.kind == Kind.JOINED:
            of_group.add(event.subject)
        elif event.kind in ENDINGS:
            of_group.discard(event.subject)
        if event.scope == Scope.GROUP:
            found[event.position] = before | of_group
            if event.kind in MEETINGS:
                found[event.position].add(event.subject)
            assert event.kind >= Kind.JOINED or event.sender in before, "written by a user who is no member"
            rules.setdefault(event.target, _Rules()).follow(event)
        elif event.scope == Scope.USER:
            found[event.position] = {event.sender, event.target}
        else:
            found[event.position] = set()
    return found


class _Rules:
    """The users who may not write in a group, found by reading the log."""

    def __init__(self) -> None:
        self.muted: set[int] = set()
        self.admins = {1}

    def follow(self, event: Event) -> None:
        if event.kind == Kind.MUTED:
            self.muted.add(event.subject)
        elif event.kind == Kind.UNMUTED:
            self.muted.discard(event.subject)
        elif event.kind == Kind.ROLE:
            (self.admins.discard if event.body == b"member" else self.admins.add)(event.subject)
        elif event.kind in ENDINGS and event.subject != 1:
            self.admins.discard(event.subject)
        if event.kind in (Kind.PINNED, Kind.UNPINNED):
            assert event.sender in self.admins, "pinned by a member"
        if event.kind in (Kind.MESSAGE, Kind.EDITED, Kind.REACTED):
            assert event.sender not in self.muted, "written by a muted user"
            assert 0 not in self.muted or event.sender in self.admins, "written while all are muted"


def is_for_page(event: Event, user: int) -> bool:
    """@return: whether v1 delivers an event to a user: own messages only if they are to oneself."""
    return event.sender != user or (event.scope == Scope.USER and event.target == user)


def _check_page(page: Page, events: list[Event], visible: dict[int, set[int]]) -> None:
    if page.since is None:
        assert page.gone, "a page that was never let in"
        assert not page.heard
        return
    until = page.worker.way.routing.position if page.until is None else page.until
    mine = [
        event
        for event in events
        if event.kind == Kind.MESSAGE and page.user in visible[event.position] and is_for_page(event, page.user)
    ]
    expected = [event for event in mine if page.since < event.position <= until]
    assert len(page.heard) == len(expected), f"user {page.user}: {page.heard}, not {expected}"
    for body, event in zip(page.heard, expected, strict=True):
        assert event.body in (body, b""), f"user {page.user}: {body!r}, not {event}"
    before = [event for event in mine if event.position <= page.since]
    for body, event in zip(reversed(page.early), reversed(before), strict=False):
        assert event.body in (body, b""), "what came while it was let in"
    assert len(page.early) <= len(before)
    for event in events:
        if _ends(event, page):
            assert not page.since < event.position < until, "it listened on after it was signed out"


def _ends(event: Event, page: Page) -> bool:
    if event.kind != Kind.SIGNED_OUT or event.target != page.user or event.subject:
        return False
    return int(event.body) > page.generation


def _check_phone(phone: Phone, events: list[Event], visible: dict[int, set[int]]) -> None:
    end = len(events)
    for event in events:
        if event.kind == Kind.SIGNED_OUT and event.subject and event.subject == phone.number and not event.body:
            end = event.position
    assert not [position for position in {*phone.heard} - phone.of_lost_log if position > end], (
        "a revoked device heard on"
    )
    for counter, position in phone.acked.items():
        event = events[position - 1]
        assert (event.device, event.counter) == (phone.number, counter), "an ack names something else"
    for event in events:
        if event.device and event.device == phone.number and event.counter and not phone.revoked:
            # Of a frame that was sent twice the first one may be refused, and the second one taken: then the client
            # does not wait for an answer any more.
            twice = event.counter in phone.refused and event.counter in phone.repeated
            assert event.counter in phone.acked or twice, "an event in the log whose sender has no ack"
    if phone.start is None or phone.revoked:
        return
    heard = set(phone.heard)
    for event in events:
        wanted = event.position > phone.start and phone.user in visible[event.position]
        if event.device == phone.number:
            continue
        assert (event.position in heard) == wanted, f"{phone.name} of {phone.user}: {event}, wanted: {wanted}"


def _check_senders(world: World, events: list[Event]) -> None:
    """A v1 frame is in the log at most once. Without a crash, each frame that was not refused is in it."""
    stored = [event for event in events if event.kind == Kind.MESSAGE and not event.device]
    bodies = [event.body for event in stored if event.body]
    assert len(bodies) == len(set(bodies)), "a frame stands in the log twice"
    in_log = set(bodies)
    for page in world.pages:
        stored_of_page = sum(frame in in_log for frame in page.taken)
        assert stored_of_page + page.complaints <= len(page.taken), "a frame was refused, and stands in the log"
    complaints = sum(page.complaints for page in world.pages)
    if not world.crashes:
        taken = sum(frame in world.reached for frames in world.said.values() for frame in frames)
        assert len(stored) + complaints == taken, f"{taken} taken, {len(stored)} stored, {complaints} refused"
    for body in bodies:
        assert body in world.said[json.loads(body)["userId"]]
