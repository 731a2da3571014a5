"""Forwarded messages: what becomes of the original, who may, and that a retry is no second message."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from hichat.accounts import devices
from hichat.core.drafts import Draft, Duplicate
from hichat.core.errors import (
    CounterUsed,
    ForwardedMessage,
    MessageRecalled,
    Muted,
    NoSuchMedia,
    NoSuchMessage,
    NotAMember,
)
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.media import records
from hichat.media.records import StoredFile
from hichat.pipeline.gateway import forwarding
from hichat.storage import tables
from hichat.wire import stored, v2, view
from hichat.wire.frames import Edit, Forward, Send, SentFile
from tests.support.doubles import NOW
from tests.support.ledger import GROUP, OutcomeCase, edit, joined, left, recall
from tests.support.ledger import message as raw
from tests.support.postgres import OnPostgreSQL

ANN, BOB, CAT, DAN = 1, 2, 3, 4
FILE = "A" * 22


class ForwardingTests(OutcomeCase):
    """Ann and Bob are in the group; Cat and Dan are not."""

    def setUp(self) -> None:
        super().setUp()
        with self.store.transaction() as connection:
            self.devices = {user: devices.find_or_add(connection, user, "x", NOW).id for user in (ANN, BOB, CAT, DAN)}
        self.counter = 0
        self.write(joined(ANN), joined(BOB))

    def refused(self, draft: Draft, error: type[Exception]) -> None:
        before = self.rows()
        self.assertEqual([type(outcome) for outcome in self.write(draft)], [error])
        self.assertEqual(self.rows(), before)

    def of_device(self, sender: int, body: bytes, scope: Scope, target: int, change: Any = None) -> Draft:
        self.counter += 1
        origin: Any = None
        device = self.devices[sender]
        return Draft(Kind.MESSAGE, scope, sender, target, body, origin, 0, device, self.counter, change)

    def say(self, sender: int, frame: Send, media_id: str = "") -> int:
        scope, target = v2.scope_of(frame)
        body = stored.message_body(frame, sender, scope, target, media_id, f"/v1/files/{media_id}" if media_id else "")
        return self.done(self.of_device(sender, body, scope, target)).position

    def forward(self, sender: int, message: int, **place: int) -> Draft:
        frame = Forward(message=message, **place)
        scope, target = v2.scope_of(frame)
        body = stored.forward_body(frame, sender, scope, target)
        return self.of_device(sender, body, scope, target, forwarding.copy_of(message))

    def again(self, draft: Draft, message: int) -> Draft:
        """@return: the same frame, as the session makes a draft of it once more."""
        again = self.forward(draft.sender, message, **{"user" if draft.scope == Scope.USER else "group": draft.target})
        again.counter = draft.counter
        return again

    def shown(self, event: Event) -> dict[str, Any]:
        return view._content(event)

    def edited(self, text: str) -> bytes:
        return stored.revision_body(Edit(message=1, text=text))

    def test_a_text(self) -> None:
        original = self.say(ANN, Send(user=BOB, text="hi @Bob", mentions=[BOB], replyTo=1))
        copy = self.done(self.forward(BOB, original, user=CAT))
        self.assertEqual((copy.sender, copy.target, copy.subject), (BOB, CAT, 0))
        self.assertEqual(self.shown(copy), {"media": "text", "text": "hi @Bob", "forwardedFrom": ANN})

    def test_the_first_author_stays(self) -> None:
        original = self.say(ANN, Send(user=BOB, text="hi"))
        copy = self.done(self.forward(BOB, original, user=CAT))
        third = self.done(self.forward(CAT, copy.position, user=DAN))
        self.assertEqual(self.shown(third)["forwardedFrom"], ANN)

    def test_as_it_is_now(self) -> None:
        original = self.say(ANN, Send(user=BOB, text="old"))
        self.done(edit(ANN, original, self.edited("new")))
        copy = self.done(self.forward(BOB, original, group=GROUP))
        self.assertEqual(self.shown(copy)["text"], "new")

    def test_as_it_is_now_in_one_batch(self) -> None:
        """An edit that comes with the copy counts; and what is written stays if the copy after it is refused."""
        original = self.say(ANN, Send(user=BOB, text="old"))
        edited, copy, refused = self.write(
            edit(ANN, original, self.edited("new")),
            self.forward(ANN, original, user=CAT),
            self.forward(CAT, original, user=DAN),
        )
        assert isinstance(copy, Event)
        self.assertEqual(self.shown(copy)["text"], "new")
        self.assertIsInstance(refused, NoSuchMessage)
        self.assertEqual(self.rows()[-2:], [edited, copy])

    def test_the_format(self) -> None:
        original = self.say(ANN, Send(user=BOB, text="*old*", format="markdown"))
        copy = self.done(self.forward(BOB, original, user=CAT))
        self.assertEqual(self.shown(copy)["format"], "markdown")
        self.done(edit(ANN, original, self.edited("*new*")))
        self.assertNotIn("format", self.shown(self.done(self.forward(BOB, original, user=CAT))))

    def test_a_text_of_v1(self) -> None:
        body = b'{"UserId":1,"targetid":2,"Type":1,"Media":4,"content":"see","url":"/v1/files/x.png"}'
        original = self.done(raw(ANN, BOB, body=body)).position
        copy = self.done(self.forward(BOB, original, user=CAT))
        expected = {"media": "picture", "text": "see", "url": "/v1/files/x.png", "forwardedFrom": ANN}
        self.assertEqual(self.shown(copy), expected)

    def test_nobody_of_v1_can_say_whose_it_was(self) -> None:
        body = b'{"userId":1,"TargetId":2,"Type":1,"Media":1,"Content":"x","forwardedFrom":4,"forwarded":1}'
        self.assertNotIn("forwardedFrom", self.shown(self.done(raw(ANN, BOB, body=body))))

    def test_who_may(self) -> None:
        pair = self.say(ANN, Send(user=BOB, text="hi"))
        team = self.say(ANN, Send(group=GROUP, text="hi"))
        self.refused(self.forward(CAT, pair, user=DAN), NoSuchMessage)
        self.refused(self.forward(CAT, team, user=DAN), NoSuchMessage)
        self.refused(self.forward(CAT, 999, user=DAN), NoSuchMessage)
        self.refused(self.forward(BOB, 1, user=DAN), NoSuchMessage)  # somebody has joined: no message
        self.refused(self.forward(DAN, pair, group=GROUP), NotAMember)
        self.write(left(BOB))
        self.done(self.forward(BOB, team, user=CAT))
        late = self.say(ANN, Send(group=GROUP, text="secret"))
        self.done(edit(ANN, team, self.edited("secret")))
        self.refused(self.forward(BOB, late, user=CAT), NoSuchMessage)
        self.assertEqual(self.shown(self.done(self.forward(BOB, team, user=CAT)))["text"], "hi")

    def test_as_any_message(self) -> None:
        """It needs the rights of one."""
        original = self.say(ANN, Send(user=BOB, text="hi"))
        with self.store.transaction() as connection:
            connection.execute(tables.mutes.insert().values(group_id=GROUP, user_id=BOB, until=2 * NOW))
        self.refused(self.forward(BOB, original, group=GROUP), Muted)

    def test_recalled(self) -> None:
        original = self.say(ANN, Send(user=BOB, text="hi"))
        copy = self.done(self.forward(BOB, original, user=CAT))
        self.done(recall(ANN, original))
        self.refused(self.forward(BOB, original, user=CAT), MessageRecalled)
        # The copy is another message.
        self.assertTrue(self.rows()[copy.position - 1].body)
        original = self.say(ANN, Send(user=BOB, text="hi"))
        outcomes = self.write(recall(ANN, original), self.forward(BOB, original, user=CAT))
        self.assertEqual([type(outcome) for outcome in outcomes], [Event, MessageRecalled])

    def test_a_retry(self) -> None:
        """Whatever has become of the original or of the copy."""
        original, other = (self.say(ANN, Send(user=BOB, text="hi")) for _ in range(2))
        draft = self.forward(BOB, original, user=CAT)
        first = self.done(draft)
        for after in (edit(ANN, original, self.edited("another")), recall(ANN, original), recall(BOB, first.position)):
            self.assertEqual(self.write(self.again(draft, original))[0], Duplicate(first))
            self.done(after)
            (outcome,) = self.write(self.again(draft, original))
            assert isinstance(outcome, Duplicate)
            self.assertEqual(outcome.event.position, first.position)
            first = outcome.event
        draft = self.forward(BOB, other, user=CAT)
        self.done(draft)
        self.refused(self.again(draft, original), CounterUsed)
        body = stored.message_body(Send(user=CAT, text="hi"), BOB, Scope.USER, CAT)
        plain = self.of_device(BOB, body, Scope.USER, CAT)
        plain.counter = draft.counter
        self.refused(plain, CounterUsed)

    def test_nobody_puts_words_in_anothers_mouth(self) -> None:
        original = self.say(ANN, Send(user=BOB, text="hi"))
        copy = self.done(self.forward(BOB, original, user=CAT))
        self.refused(edit(BOB, copy.position, self.edited("I am a fool")), ForwardedMessage)
        self.done(recall(BOB, copy.position))

    def test_a_file_is_for_the_new_readers(self) -> None:
        with self.store.transaction() as connection:
            records.add(connection, StoredFile(FILE, ANN, "file", "x/y", "a.txt", 1, None, None, 4096, NOW), 10**6)
        frame = Send(user=BOB, media="file", url=f"/v2/media/{FILE}", name="a.txt", text="see")
        original = self.say(ANN, frame, FILE)
        with self.store.transaction() as connection:
            records.use(connection, ANN, [FILE], original)
            self.assertFalse(records.visible(connection, CAT, [FILE]))
        copy = self.done(self.forward(BOB, original, user=CAT))
        wanted = {"media": "file", "text": "see", "url": f"/v2/media/{FILE}", "name": "a.txt", "forwardedFrom": ANN}
        self.assertEqual(self.shown(copy), wanted)
        with self.store.transaction() as connection:
            self.assertTrue(records.visible(connection, CAT, [FILE]))
            self.assertEqual(connection.scalars(select(tables.media_uses.c.position)).all(), [original, copy.position])
            connection.execute(tables.media_uses.delete())
            connection.execute(tables.media.delete())
        self.refused(self.forward(BOB, original, user=CAT), NoSuchMedia)

    def test_several_files(self) -> None:
        """All of them are for the new readers, with the text as it is now."""
        ids = [letter * 22 for letter in "FGH"]
        urls = [f"/v2/media/{id}" for id in ids]
        with self.store.transaction() as connection:
            for id in ids:
                records.add(connection, StoredFile(id, ANN, "file", "x/y", "a.txt", 1, None, None, 4096, NOW), 10**6)
        more = [SentFile(media="file", url=url, name="b.txt") for url in urls[1:]]
        frame = Send(user=BOB, media="file", url=urls[0], name="a.txt", text="see", moreFiles=more)
        body = stored.message_body(frame, ANN, Scope.USER, BOB, ids[0], "/f", [(id, f"/{id}") for id in ids[1:]])
        original = self.done(self.of_device(ANN, body, Scope.USER, BOB)).position
        with self.store.transaction() as connection:
            records.use(connection, ANN, ids, original)
        self.done(edit(ANN, original, self.edited("look")))
        copy = self.done(self.forward(BOB, original, user=CAT))
        shown = self.shown(copy)
        self.assertEqual(
            (shown["text"], shown["url"], [file.url for file in shown["moreFiles"]]), ("look", urls[0], urls[1:])
        )
        links = "/f\n" + "\n".join(f"/{id}" for id in ids[1:])
        self.assertEqual(json.loads(copy.body)["Content"], f"look\n{links}")
        with self.store.transaction() as connection:
            self.assertEqual(set(records.visible(connection, CAT, ids)), set(ids))


class ForwardingOnPostgreSQLTests(OnPostgreSQL, ForwardingTests):
    pass
