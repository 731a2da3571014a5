"""What bots may do over a WebSocket: each frame by each scope, in the conversations of the token, until it ends."""

from __future__ import annotations

from typing import Any, cast

from hichat.accounts.bot_passes import BotPass, BotScope, TokenPlace
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.pipeline.gateway.permits import FRAME_SCOPES
from hichat.pipeline.gateway.quota import Quota
from hichat.pipeline.gateway.v2_session import _TAKE, SignedIn, make_signal
from hichat.runtime.limits import Rate
from hichat.wire import calls, frames
from hichat.wire.calls import StoredCall
from hichat.wire.frames import Close
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, block, joined, unblock
from tests.support.sessions import ANN, BOB, BOBS, CAT, Connection, SessionCase, message

ALL = BotScope.SEND | BotScope.READ | BotScope.MANAGE
NEEDS: dict[str, BotScope | None] = {
    "ping": None,
    "speak": None,
    "show": None,
    "send": BotScope.SEND,
    "forward": BotScope.SEND,
    "edit": BotScope.SEND,
    "recall": BotScope.SEND,
    "react": BotScope.SEND,
    "answer": BotScope.SEND,
    "typing": BotScope.SEND,
    "sync": BotScope.READ,
    "received": BotScope.READ,
    "read": BotScope.READ,
    "marks": BotScope.READ,
    "history": BotScope.READ,
    "watch": BotScope.READ,
}
"""By frame: the scope that it needs; None: any."""

FIELDS: dict[str, dict[str, Any]] = {
    "speak": {"language": "en"},
    "show": {"presence": True},
    "send": {"user": ANN, "text": "hi"},
    "forward": {"user": ANN, "message": 1},
    "edit": {"message": 1, "text": "hi"},
    "recall": {"message": 1},
    "react": {"message": 1, "emoji": "👍"},
    "answer": {"call": 1, "text": "hi"},
    "typing": {"user": ANN},
    "received": {"user": ANN, "id": 1},
    "read": {"user": ANN, "id": 1},
    "marks": {"user": ANN},
    "history": {"user": ANN},
    "watch": {"users": [ANN]},
}


class BotSessionCase(SessionCase):
    """Bob is a bot, in a group with Ann."""

    def setUp(self) -> None:
        super().setUp()
        self.happen(joined(ANN), joined(BOB))

    def bot(self, scopes: BotScope = ALL, *places: TokenPlace, ends_at: int | None = None) -> Connection:
        """@return: a connection of the bot, with such a token."""
        conversations = frozenset(places) if places else None
        self.people["bot"] = SignedIn(BOB, BOBS, 0, 0, bot_pass=BotPass(1, scopes, conversations, ends_at))
        return self.known("bot")

    def live_bot(self, owner: int) -> Connection:
        """@return: a connection of the bot, whose owner that is; it has caught up."""
        self.people["bot"] = SignedIn(BOB, BOBS, 0, 0, bot_pass=BotPass(1, ALL, owner=owner))
        return self.live("bot")

    def codes(self, connection: Connection) -> list[str]:
        return [frame["code"] for frame in connection.take() if frame["op"] == "error"]


class FrameScopeTests(BotSessionCase):
    def test_each_frame_has_a_scope(self) -> None:
        """Nothing is for bots by chance."""
        self.assertEqual(set(_TAKE) - set(FRAME_SCOPES), {frames.Command, frames.Press})
        found = {cast(Any, kind).__struct_config__.tag: scope or None for kind, scope in FRAME_SCOPES.items()}
        self.assertEqual(found, {"hello": None, **NEEDS})

    def test_each_scope(self) -> None:
        for scope in BotScope:
            for op, needed in NEEDS.items():
                connection = self.bot(scope)
                connection.hear(op=op, ref="r", **FIELDS.get(op, {}))
                is_refused = "token_may_not" in self.codes(connection)
                self.assertEqual(is_refused, needed not in (None, scope), (op, scope))
                connection.lose()

    def test_limited(self) -> None:
        """In the conversation of the token all goes, elsewhere nothing."""
        for place, user in (((Scope.USER, ANN), ANN), ((Scope.USER, CAT), ANN)):
            for op, fields in FIELDS.items():
                connection = self.bot(ALL, place)
                connection.hear(op=op, ref="r", **fields)
                names_a_place = "user" in fields or "users" in fields or "message" in fields
                outside = names_a_place and (place[1] != user or "message" in fields)
                # Message 1 is no message of the bot's conversation with Ann, but that somebody joined the group.
                self.assertEqual("not_in_token" in self.codes(connection), outside, (op, place))
                connection.lose()


class LimitedSessionTests(BotSessionCase):
    def test_live_events(self) -> None:
        """A token for the group hears the group, and not what the bot is told elsewhere; other sessions hear all."""
        connection = self.bot(ALL, (Scope.GROUP, GROUP))
        connection.hear(op="sync")
        connection.said.clear()
        self.happen(message(ANN, BOB))
        self.happen(self.to_group(ANN))
        said = [frame.get("group") for frame in connection.take() if frame["op"] == "event"]
        self.assertEqual(said, [GROUP])
        for signal in (
            make_signal(Kind.TYPING, Scope.USER, ANN, BOB),
            make_signal(Kind.MARKED, Scope.USER, ANN, BOB, body=b"1 1"),
            make_signal(Kind.PERSON, Scope.EVERYONE, ANN, 0, body=b'{"name":"a","displayName":"A","avatar":""}'),
        ):
            self.roster.signal([BOB], signal)
        self.assertEqual(connection.take(), [])

    def test_calls(self) -> None:
        """The call of a command is where it was made, though its event is one of the user and the bot."""
        for place, command in (((Scope.GROUP, GROUP), "deploy"), ((Scope.USER, ANN), "help")):
            connection = self.bot(ALL, place)
            connection.hear(op="sync")
            connection.said.clear()
            self.happen(self.call("deploy", GROUP), self.call("help", 0))
            live = [frame["called"]["command"] for frame in connection.take() if frame["op"] == "event"]
            self.assertEqual(live, [command])
            connection = self.bot(ALL, place)
            connection.hear(op="sync", since=0)
            caught_up = [event for frame in connection.take() for event in frame.get("events", [frame])]
            shown = {event["called"]["command"] for event in caught_up if event.get("kind") == "commanded"}
            self.assertEqual(shown, {command})

    def call(self, command: str, group: int) -> Any:
        draft = message(ANN, BOB)
        draft.kind, draft.body = Kind.COMMANDED, calls.written(StoredCall(command=command, group=group))
        return draft

    def to_group(self, sender: int) -> Any:
        draft = message(sender, GROUP)
        draft.scope = Scope.GROUP
        return draft

    def test_pages(self) -> None:
        """Catching up has no more than that, in pages and from memory."""
        self.happen(message(ANN, BOB))
        group = self.to_group(ANN)
        self.happen(group)
        self.happen(message(ANN, BOB))
        connection = self.bot(ALL, (Scope.GROUP, GROUP))
        connection.hear(op="sync", since=0)
        events = [event for frame in connection.take() for event in frame.get("events", [frame])]
        places = {(event.get("user"), event.get("group")) for event in events if "kind" in event}
        self.assertEqual(places, {(None, GROUP)})

    def test_messages_elsewhere(self) -> None:
        """The conversation of a message is looked up, and the next frames wait for that, in order."""
        self.happen(message(ANN, BOB), self.to_group(ANN))
        elsewhere, inside = self.routing.position - 1, self.routing.position
        connection = self.bot(ALL, (Scope.GROUP, GROUP))
        self.slow = True
        for id in (elsewhere, inside):
            connection.hear(op="react", ref=id, message=id, emoji="👍")
        connection.hear(op="ping", ref="after")
        self.assertEqual((connection.said, connection.reading), ([], False))
        while self.thread.jobs:
            self.thread.work()
        answers = [(frame["ref"], frame.get("code")) for frame in connection.take()]
        self.assertEqual(answers, [(elsewhere, "not_in_token"), ("after", None)])
        self.assertEqual([draft.subject for draft in self.drafts], [inside])
        self.slow = False
        connection.hear(op="forward", ref=1, group=GROUP, message=elsewhere)
        connection.hear(op="forward", ref=2, user=ANN, message=inside)
        connection.hear(op="recall", ref=3, message=999)
        self.assertEqual(self.codes(connection), ["not_in_token"] * 3)

    def test_the_end(self) -> None:
        """When the token ends the connection is closed, whatever it does."""
        connection = self.bot(ALL, ends_at=NOW + 5000)
        connection.hear(op="sync")
        self.clock.advance(4.9)
        self.assertIsNone(connection.code)
        self.clock.advance(0.2)
        self.assertEqual(connection.code, Close.SIGNED_OUT)
        other = self.bot(ALL, ends_at=NOW + 5000)
        ending = other.session._ending
        other.lose()
        self.assertTrue(ending is not None and not ending.active())

    def test_a_quota_of_its_own(self) -> None:
        connection = self.bot()
        self.assertIsNone(connection.session.quota)
        inlet = connection.session.inlet
        bots = Quota(Rate(3, 10), self.clock, name="bot_messages")
        connection.session.inlet = type(inlet)(
            **{**vars(inlet), "bot_quota": bots, "quota": Quota(Rate(1, 10), self.clock)}
        )
        who = connection.session._signed_in()
        assert who.bot_pass is not None
        connection.session._limit(who, who.bot_pass)
        self.assertIs(connection.session.quota, bots)


class BlockedOwnerTests(BotSessionCase):
    """Cat owns the bot."""

    def test_hides_presence(self) -> None:
        """Ann blocks Cat, and the bot: to it she is offline until neither is blocked."""
        ann, bot = self.live(), self.live_bot(CAT)
        bot.hear(op="watch", users=[ANN])
        bot.said.clear()

        def seen() -> list[Any]:
            return [frame["online"] for frame in bot.take() if frame["op"] == "presence"]

        for happening, expected in (
            (block(ANN, CAT), [[]]),
            (block(ANN, BOB), [[]]),
            (unblock(ANN, BOB), []),
            (unblock(ANN, CAT), [[ANN]]),
            (block(ANN, BOB), [[]]),
            (block(ANN, CAT), [[]]),
            (unblock(ANN, CAT), []),
            (unblock(ANN, BOB), [[ANN]]),
            (block(ANN, CAT), [[]]),
        ):
            self.happen(happening)
            self.assertEqual(seen(), expected)
        ann.lose()
        self.live()
        self.assertEqual((seen(), bot.ask(op="watch", users=[ANN])["online"]), ([], []))
        bot.lose()
        self.assertEqual(self.roster._owners, {}, "nothing is kept of who is gone")

    def test_hides_typing_and_names(self) -> None:
        """Neither hears that the other is typing, and the bot hears of no new name of Ann's."""
        ann, bot = self.live(), self.live_bot(CAT)
        ann.hear(op="watch", users=[BOB])
        bot.hear(op="watch", users=[ANN])
        named = make_signal(Kind.PERSON, Scope.EVERYONE, ANN, 0, body=PERSON % b"")
        hidden = make_signal(Kind.PERSON, Scope.EVERYONE, ANN, 0, body=PERSON % b"%d" % CAT)
        for happening, expected in ((None, True), (block(ANN, CAT), False), (unblock(ANN, CAT), True)):
            if happening is not None:
                self.happen(happening)
            ann.hear(op="typing", user=BOB)
            bot.hear(op="typing", user=ANN)
            for connection in (ann, bot):
                connection.said.clear()
            self.routing.received(0, 0, [*self.signals, named if expected else hidden], True)
            self.signals.clear()
            self.assertEqual([frame["op"] for frame in ann.take()], ["typing", "person"] if expected else ["person"])
            self.assertEqual([frame["op"] for frame in bot.take()], ["typing", "person"] if expected else [])

    def test_of_the_server(self) -> None:
        """It has no owner, whom nobody can block."""
        self.happen(block(ANN, CAT))
        ann, bot = self.live(), self.live_bot(0)
        ann.hear(op="watch", users=[BOB])
        self.assertEqual(bot.ask(op="watch", users=[ANN])["online"], [ANN])
        bot.hear(op="typing", user=ANN)
        ann.said.clear()
        self.routing.received(0, 0, self.signals, True)
        self.assertEqual([frame["op"] for frame in ann.take()], ["typing"])


PERSON = b'{"name":"a","displayName":"A","avatar":"","hidden_from":[%s]}'
