"""
Examples of every frame of the v2 protocol, for the AsyncAPI document and for the page.

Together they tell one story: Ann (user 1, on her laptop, device 7) talks to Bob (user 2) in conversation 3; both are in
the group 1000000001, whose conversation is 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, get_args

import msgspec

from hichat.core.errors import Busy, NotAMember, ResyncRequired
from hichat.core.events import FIRST_GROUP_ID, Event, Scope
from hichat.core.kinds import TRAITS, V2, About, Body
from hichat.wire import frames as p
from hichat.wire import view
from hichat.wire.frames import FRAME_LIMIT, FromClient, FromServer


class Example(NamedTuple):
    """
    An example of a frame.

    @ivar title: the case that it shows.
    @ivar frame: the frame.
    """

    title: str
    frame: FromClient | FromServer


_NOON = 1_767_225_600_000
_TEAM = FIRST_GROUP_ID
_EPOCH = "5c9e1f0a7b3d2846"
_CHECK = "40-69565300-9f86d081884c7d65"

_HELLO = p.Happened(
    id=39, conversation=3, seq=7, n=7, time=_NOON, kind="message", from_=2, user=1, media="text", text="Hello Ann!"
)
_JOINED = p.Happened(
    id=40, conversation=5, seq=3, n=1, time=_NOON + 2_000, kind="joined", from_=4, group=_TEAM, member=4, size=3
)

_TOLD: tuple[Example, ...] = (
    Example("with a token", p.Hello(device="anns-laptop", token="eyJhbGciOi...")),  # noqa: S106
    Example("the token was in the header", p.Hello(device="anns-laptop")),
    Example("", p.Ping(ref=1)),
    Example("after a while away", p.Sync(ref="s1", since=38)),
    Example("from now on", p.Sync()),
    Example("with the epoch", p.Sync(ref="s2", since=38, epoch=_EPOCH, check=_CHECK)),
    Example("to a person", p.Send(ref="a", counter=1, user=2, text="Hi Bob!")),
    Example(
        "a picture, to a group, in answer to a message",
        p.Send(
            ref="b",
            counter=2,
            group=_TEAM,
            media="picture",
            url="/v2/media/9kPq0XcWm2sVtR7uYb3LdA",
            text="here it is",
            replyTo=33,
            mentions=[4],
        ),
    ),
    Example("a message of another conversation", p.Forward(ref="g", counter=7, user=2, message=33)),
    Example("", p.Edit(ref="c", counter=3, message=42, text="Hi Bob! Lunch?")),
    Example("formatted", p.Edit(ref="c", counter=3, message=42, text="Hi Bob! **Lunch?**", format="markdown")),
    Example("", p.Recall(ref="d", counter=4, message=42)),
    Example("", p.React(ref="e", counter=5, message=43, emoji="👍")),
    Example("take it back", p.React(ref="f", counter=6, message=43, emoji="👍", on=False)),
    Example("of a bot, in a group", p.Command(ref="g", counter=7, group=_TEAM, text="/deploy production")),
    Example("a button", p.Press(ref="i", counter=8, message=43, action="approve")),
    Example("for the asker alone", p.AnswerCall(ref="j", counter=9, call=44, text="It is on its way.")),
    Example("for all", p.AnswerCall(ref="k", counter=10, call=44, text="Deployed.", to="all")),
    Example("", p.Received(user=2, id=43)),
    Example("", p.Read(user=2, id=43, ref="r")),
    Example("", p.Marks(user=2, ref="m")),
    Example("the newest", p.History(user=2, limit=2, ref="h")),
    Example("the messages before these", p.History(user=2, before=39, limit=2, ref="i")),
    Example("", p.Typing(user=2)),
    Example("", p.Watch(users=[2, 4], groups=[_TEAM], ref="w")),
    Example("be invisible", p.Show(presence=False, ref="v")),
    Example("", p.Speak(language="en", ref="l")),
    Example(
        "",
        p.Welcome(
            user=1,
            device=7,
            counter=0,
            position=40,
            epoch=_EPOCH,
            time=_NOON + 60_000,
            limits={
                "rate": 5000,
                "text": p.TEXT_LIMIT,
                "frame": FRAME_LIMIT,
                "watch": p.WATCH_LIMIT,
                "messages": 500,
                "period": 10,
            },
        ),
    ),
    Example("", p.Pong(ref=1)),
    Example("", p.Ack(ref="a", conversation=3, seq=9, id=42, time=_NOON + 61_000)),
    Example("of a retry", p.Ack(ref="a", conversation=3, seq=9, id=42, time=_NOON + 61_000, duplicate=True)),
    Example(
        "come back later",
        p.Error(ref="a", code=Busy.code, message=Busy.en, retryAfter=Busy.retry_after),
    ),
    Example(
        "another try is of no use",
        p.Error(ref="b", code=NotAMember.code, message=NotAMember.en),
    ),
    Example(
        "the log is another one",
        p.Error(ref="s2", code=ResyncRequired.code, message=ResyncRequired.en, position=31),
    ),
    Example("", p.Done(ref="r")),
    Example("of a bot", p.Commanded(ref="g", name="deploy", call=44, bot=5, online=True)),
    Example("of the server", p.Commanded(ref="g", name="topic", text="The group's description is set")),
    Example(
        "somebody wrote",
        p.EventFrame(
            id=43,
            conversation=3,
            seq=10,
            n=9,
            time=_NOON + 65_000,
            kind="message",
            from_=2,
            user=1,
            media="text",
            text="Yes, at one.",
            replyTo=42,
        ),
    ),
    Example(
        "somebody edited a message",
        p.EventFrame(
            id=44,
            conversation=3,
            seq=11,
            n=9,
            time=_NOON + 70_000,
            kind="edited",
            from_=2,
            user=1,
            message=43,
            text="Yes, at two.",
        ),
    ),
    Example(
        "an admin has removed somebody from a group",
        p.EventFrame(
            id=45,
            conversation=5,
            seq=4,
            n=1,
            time=_NOON + 80_000,
            kind="removed",
            from_=2,
            group=_TEAM,
            member=4,
            size=2,
        ),
    ),
    Example(
        "nobody but the owner and the admins may write for an hour",
        p.EventFrame(
            id=46,
            conversation=5,
            seq=5,
            n=1,
            time=_NOON + 90_000,
            kind="muted",
            from_=2,
            group=_TEAM,
            until=_NOON + 3_690_000,
        ),
    ),
    Example(
        "a group has changed",
        p.EventFrame(
            id=47,
            conversation=5,
            seq=6,
            n=1,
            time=_NOON + 95_000,
            kind="changed",
            from_=2,
            group=_TEAM,
            changed=p.GroupChange(name="The team", joinPolicy="approval"),
        ),
    ),
    Example(
        "somebody asks you to be a contact",
        p.EventFrame(
            id=48,
            conversation=6,
            seq=1,
            n=0,
            time=_NOON + 100_000,
            kind="contact_requested",
            from_=4,
            user=1,
            text="It is Dan from work.",
        ),
    ),
    Example(
        "you have blocked somebody, on another device",
        p.EventFrame(
            id=49, conversation=7, seq=1, n=0, time=_NOON + 110_000, kind="blocked", from_=1, user=1, contact=4
        ),
    ),
    Example(
        "you have pinned a conversation, on another device",
        p.EventFrame(
            id=50,
            conversation=7,
            seq=2,
            n=0,
            time=_NOON + 120_000,
            kind="conversation_set",
            from_=1,
            user=1,
            settings=p.Settings(user=2, pinned=True, muted=False),
        ),
    ),
    Example("", p.Page(events=[_HELLO, _JOINED], position=40, epoch=_EPOCH, check=_CHECK)),
    Example("", p.Synced(ref="s1", position=40)),
    Example(
        "",
        p.HistoryPage(
            ref="h",
            messages=[
                p.Folded(
                    id=42,
                    conversation=3,
                    seq=9,
                    n=8,
                    time=_NOON + 61_000,
                    from_=1,
                    user=2,
                    media="text",
                    text="Hi Bob!",
                    reactions=[p.Reaction(emoji="👍", users=[2])],
                ),
                p.Folded(
                    id=43,
                    conversation=3,
                    seq=10,
                    n=9,
                    time=_NOON + 65_000,
                    from_=2,
                    user=1,
                    media="text",
                    text="Yes, at two.",
                    replyTo=42,
                    edited=_NOON + 70_000,
                ),
            ],
            more=True,
        ),
    ),
    Example(
        "",
        p.MarksPage(ref="m", unread=1, received=43, read=39, others=[p.Mark(user=2, received=43, read=42)], last=43),
    ),
    Example("Bob has read it", p.Receipt(from_=2, user=1, received=42, read=42)),
    Example("in a group", p.TypingFrame(from_=4, group=_TEAM)),
    Example("Bob has another name", p.PersonFrame(from_=2, name="bob", displayName="Bob Lee", avatar="")),
    Example("after watch", p.Presence(ref="w", online=[2], offline=[4])),
)


def _of_other_kinds() -> Iterator[Example]:
    """@return: an event of each kind of which nothing is told above, from the table of kinds."""
    told = {example.frame.kind for example in _TOLD if isinstance(example.frame, p.EventFrame)}
    for at, kind in enumerate(kind for kind in TRAITS if kind in V2 and TRAITS[kind].name not in told):
        traits = TRAITS[kind]
        alone = traits.about in (About.CONTACT, About.SAVED) or traits.body is Body.SETTING
        conversation, scope, target = 3, Scope.USER, 1
        if alone:
            conversation = 7
        elif traits.about is About.MEMBER:
            conversation, scope, target = 5, Scope.GROUP, _TEAM
        ids = {About.MESSAGE: 42, About.MEMBER: 4, About.CONTACT: 4, About.SAVED: 42, About.CALL: 42}
        subject = ids.get(traits.about, 0)
        time = _NOON + 130_000 + 10_000 * at
        sender = 1 if alone else 2
        frame = view.live(
            Event(51 + at, conversation, 11 + at, 9, kind, scope, sender, target, subject, time, traits.example)
        )
        assert frame is not None
        yield Example(f"`{traits.name}`", frame)


def _of_other_revisions() -> Iterator[Example]:
    """@return: examples of the frames that revise a message and have none above, from the table of kinds."""
    told = {type(example.frame) for example in _TOLD}
    for revision in get_args(p.Revision):
        if revision not in told:
            traits = TRAITS[revision.kind]
            is_struct = not isinstance(traits.body, Body)
            fields = msgspec.json.decode(traits.example) if is_struct else {}
            yield Example("", revision(ref="t", counter=9, message=42, **fields))


EXAMPLES: tuple[Example, ...] = (*_TOLD, *_of_other_revisions(), *_of_other_kinds())
"""All examples: at least one of each type of frame, and of each kind of event."""


def examples_of(kind: type) -> list[Example]:
    """@return: the examples of a type of frame, the plainest first."""
    return [example for example in EXAMPLES if type(example.frame) is kind]
