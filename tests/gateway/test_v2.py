"""The v2 frames: what is taken, what is refused, and how messages cross between the dialects."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from twisted.trial.unittest import SynchronousTestCase

from hichat.conversations import history
from hichat.core import errors
from hichat.core.emojis import emoji_of
from hichat.core.errors import Refused
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import Kind
from hichat.v1 import dialect
from hichat.wire import frames, stored, v2, view
from tests import proof
from tests.support.frames import payload

ME, YOU, GROUP = 7, 8, 1_000_000_001

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
OPS = [kind.__struct_config__.tag for kind in frames.FromClient.__args__]
NAMES = sorted({name for kind in frames.FromClient.__args__ for name in kind.__struct_encode_fields__})
NEARLY = st.builds(
    lambda op, fields: json.dumps({"op": op} | fields).encode(),
    st.sampled_from([*OPS, "ack", "welcome", 5, None]),
    st.dictionaries(st.sampled_from(NAMES), JSON | st.integers(0, 9) | st.text(max_size=5), max_size=5),
)
SECRET = "geheimnis"


def parse(**fields: Any) -> Any:
    return v2.parse(json.dumps(fields).encode())


def event(body: bytes, kind: Kind = Kind.MESSAGE, **changes: Any) -> Event:
    made = Event(5, 2, 4, 3, kind, Scope.USER, ME, YOU, 0, 99, body)
    return msgspec.structs.replace(made, **changes)


class ParseTests(SynchronousTestCase):
    def refused(self, data: bytes, error: type[Refused], field: str | None = None) -> None:
        found: Refused = self.assertRaises(Refused, v2.parse, data)
        self.assertIs(type(found), error, data)
        if isinstance(found, errors.InvalidField):
            self.assertEqual(found.field, field)

    def test_every_frame(self) -> None:
        every: list[tuple[dict[str, Any], Any]] = [
            ({"op": "hello", "device": "x"}, frames.Hello(device="x")),
            ({"op": "hello", "device": "x", "token": "t"}, frames.Hello(device="x", token="t")),
            ({"op": "ping"}, frames.Ping()),
            ({"op": "ping", "ref": 5}, frames.Ping(ref=5)),
            ({"op": "sync"}, frames.Sync()),
            ({"op": "sync", "since": 0, "ref": "a"}, frames.Sync(since=0, ref="a")),
            ({"op": "send", "user": 2, "text": "hi"}, frames.Send(user=2, text="hi")),
            (
                {"op": "send", "group": GROUP, "counter": 9, "media": "audio", "url": "/a", "seconds": 3, "replyTo": 4},
                frames.Send(group=GROUP, counter=9, media="audio", url="/a", seconds=3, replyTo=4),
            ),
            ({"op": "edit", "message": 3, "text": "x"}, frames.Edit(message=3, text="x")),
            ({"op": "recall", "message": 3, "counter": 2}, frames.Recall(message=3, counter=2)),
            ({"op": "react", "message": 3, "emoji": "!", "on": False}, frames.React(message=3, emoji="!", on=False)),
            ({"op": "received", "user": 2, "id": 3}, frames.Received(user=2, id=3)),
            ({"op": "read", "id": 3}, frames.Read(id=3)),
            ({"op": "marks", "group": GROUP}, frames.Marks(group=GROUP)),
            ({"op": "history", "user": 2, "after": 0, "limit": 100}, frames.History(user=2, after=0, limit=100)),
            ({"op": "typing", "user": 2}, frames.Typing(user=2)),
            ({"op": "watch", "users": [1], "groups": [GROUP]}, frames.Watch(users=[1], groups=[GROUP])),
            ({"op": "show", "presence": False}, frames.Show(presence=False)),
            ({"op": "speak", "language": "en"}, frames.Speak(language="en")),
        ]
        for fields, expected in every:
            self.assertEqual(parse(**fields), expected)

    def test_not_a_frame(self) -> None:
        for data in (b"", b"hello", b"{", b'{"op":"ping"}x', b'{"op":"ping","ref":NaN}', b"\xff"):
            self.refused(data, errors.NotJSON)
        for data in (b"[]", b"1", b'"ping"', b"null", b'[{"op":"ping"}]', b"[" * 30_000):
            self.refused(data, errors.NotAnObject)

    def test_unknown_ops(self) -> None:
        for data in (b"{}", b'{"op":"nonsense"}', b'{"op":5}', b'{"op":"welcome"}', b'{"op":"ack","ref":1}'):
            self.refused(data, errors.UnknownFrame)

    def test_the_field_is_named(self) -> None:
        for fields, name in [
            ({"op": "send", "user": "2"}, "user"),
            ({"op": "send", "user": 0}, "user"),
            ({"op": "send", "user": 2.5}, "user"),
            ({"op": "send", "user": MAX_SAFE_INTEGER + 1}, "user"),
            ({"op": "send", "user": -1}, "user"),
            ({"op": "send", "counter": 0}, "counter"),
            ({"op": "send", "media": "video"}, "media"),
            ({"op": "send", "txt": "hi"}, "txt"),
            ({"op": "send", "url": "x" * 2049}, "url"),
            ({"op": "send", "mentions": [1] * 51}, "mentions"),
            ({"op": "send", "format": "html"}, "format"),
            ({"op": "send", "format": ""}, "format"),
            ({"op": "edit", "message": 1, "text": "x", "format": "Markdown"}, "format"),
            ({"op": "send", "seconds": True}, "seconds"),
            ({"op": "hello"}, "device"),
            ({"op": "hello", "device": ""}, "device"),
            ({"op": "hello", "device": "a b"}, "device"),
            ({"op": "hello", "device": "ü"}, "device"),
            ({"op": "hello", "device": "x" * 65}, "device"),
            ({"op": "hello", "device": "x\n"}, "device"),
            ({"op": "edit", "message": 1}, "text"),
            ({"op": "react", "message": 1, "emoji": ""}, "emoji"),
            ({"op": "history", "limit": 101}, "limit"),
            ({"op": "history", "limit": 0}, "limit"),
            ({"op": "watch", "users": list(range(1, 202))}, "users"),
            ({"op": "show", "presence": 1}, "presence"),
        ]:
            self.refused(json.dumps(fields).encode(), errors.InvalidField, name)

    def test_ref(self) -> None:
        for data, ref in [
            (b'{"op":"send","ref":"a","user":"x"}', "a"),
            (b'{"op":"nonsense","ref":7}', 7),
            (b'{"ref":"a"}', "a"),
            (b'{"op":"send","ref":{}}', UNSET),
            (b'{"op":"send","ref":"%s"}' % (b"x" * 65), UNSET),
            (b'{"op":"ping"', UNSET),
            (b"[1]", UNSET),
            (b"[" * 30_000, UNSET),
        ]:
            self.assertEqual(v2.ref_of(data), ref)

    @settings(max_examples=proof.many(500, 100), deadline=None)
    @given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()) | NEARLY)
    @example(b'{"op":"send","user":1e400}')
    @example(b'{"op":"send","text":"\\ud800"}')
    def test_whatever_comes(self, data: bytes) -> None:
        """A frame or a complaint; and whatever was taken can be stored, and shown again."""
        v2.ref_of(data)
        try:
            said = v2.parse(data)
            self.store(said)
        except Refused as e:
            msgspec.json.encode(e.text("en"))

    def store(self, said: Any) -> None:
        if isinstance(said, frames.Addressed):
            scope, target = v2.scope_of(said)
        if isinstance(said, frames.Send):
            body = stored.message_body(said, ME, scope, target)
            dialect.parse(body, ME, None)  # type: ignore[arg-type]
            shown = payload(v2.encode(event(body, device=1, scope=scope, target=target)))
            self.assertEqual(shown.get("mentions", []), said.mentions)
        elif isinstance(said, frames.Edit):
            shown = payload(v2.encode(event(stored.revision_body(said), Kind.EDITED, subject=said.message)))
            self.assertEqual((shown["text"], shown["message"]), (said.text, said.message))
        elif isinstance(said, frames.React):
            shown = payload(v2.encode(event(stored.revision_body(said), Kind.REACTED, subject=said.message)))
            self.assertEqual((shown["emoji"], shown["on"]), (emoji_of(said.emoji) or said.emoji, said.on))

    @given(
        st.sampled_from(OPS),
        st.sampled_from(NAMES),
        st.sampled_from([SECRET, [SECRET], {SECRET: SECRET}, {"op": SECRET}]),
    )
    def test_complaints_do_not_quote(self, op: str, name: str, value: Any) -> None:
        for data in ({"op": op, name: value}, {"op": SECRET}, {"op": op, "x": {SECRET: 1}}, [SECRET], SECRET):
            try:
                v2.parse(json.dumps(data).encode())
            except Refused as e:
                for language in ("en", "zh"):
                    self.assertNotIn(SECRET, e.text(language))

    def test_an_unknown_name_within_a_field(self) -> None:
        with self.assertRaises(errors.InvalidField) as found:
            v2.parse(json.dumps({"op": "send", "alias": {SECRET: 1}}).encode())
        self.assertEqual(found.exception.field, "alias")


class BodyTests(SynchronousTestCase):
    def body(self, **fields: Any) -> bytes:
        said = parse(op="send", **fields)
        scope, target = v2.scope_of(said)
        return stored.message_body(said, ME, scope, target)

    def refused(self, error: type[Refused], **fields: Any) -> None:
        self.assertRaises(error, self.body, **fields)

    def test_where(self) -> None:
        self.assertEqual(v2.scope_of(parse(op="send", user=2)), (Scope.USER, 2))
        self.assertEqual(v2.scope_of(parse(op="typing", group=GROUP)), (Scope.GROUP, GROUP))
        self.assertEqual(v2.scope_of(parse(op="read", id=1)), (Scope.EVERYONE, 0))
        self.assertRaises(errors.NotAddressed, v2.scope_of, parse(op="marks", user=2, group=GROUP))

    def test_something_has_to_be_said(self) -> None:
        self.refused(errors.InvalidField, user=2)
        for media in ("audio", "picture", "file"):
            self.refused(errors.InvalidField, user=2, media=media, text="look")
        self.assertTrue(self.body(user=2, media="picture", url="/p"))

    def test_length_in_bytes(self) -> None:
        self.assertTrue(self.body(user=2, text="x" * 8192))
        self.assertTrue(self.body(user=2, text="字" * 2730))
        self.refused(errors.TooLong, user=2, text="字" * 2731)
        self.refused(errors.TooLong, user=2, text="😀" * 2049)
        self.refused(errors.InvalidField, user=2, text="x" * 8193)

    def test_text_that_is_none(self) -> None:
        for name in ("text", "url", "name"):
            self.refused(errors.NotText, **({"user": 2, "text": "x", "url": "/x", name: "a\0b"}))
        said = parse(op="react", message=1, emoji="a\0")
        self.assertRaises(errors.NotText, stored.revision_body, said)
        for text, error in (("", errors.InvalidField), ("\0", errors.NotText), ("字" * 2731, errors.TooLong)):
            self.assertRaises(error, stored.revision_body, parse(op="edit", message=1, text=text))

    def test_reactions_are_emoji_in_one_spelling(self) -> None:
        for emoji, body in (("❤", "❤️"), ("❤️", "❤️"), ("👍️", "👍"), ("👨‍👩‍👧", "👨‍👩‍👧")):
            for on, first in ((True, "+"), (False, "-")):
                said = parse(op="react", message=1, emoji=emoji, on=on)
                self.assertEqual(stored.revision_body(said).decode(), first + body)
        for emoji in ("wow", "1", "❤\ufe0e", "👍👍", " ", "🇽🇽"):
            error = self.assertRaises(
                errors.NotAnEmoji, stored.revision_body, parse(op="react", message=1, emoji=emoji)
            )
            self.assertEqual((error.code, error.status), ("not_an_emoji", 400))
            self.assertIn("emoji", error.text("en"))
            self.assertIn("表情", error.text("zh"))
            # Whether that is there the ledger knows.
            said = parse(op="react", message=1, emoji=emoji, on=False)
            self.assertEqual(stored.revision_body(said).decode(), f"-{emoji}")

    def test_the_sender_is_who_is_signed_in(self) -> None:
        """Also for existing clients, which read it from the body."""
        for fields, scope, target in [
            ({"user": 2}, 1, 2),
            ({"group": GROUP}, 2, GROUP),
            ({}, 3, 0),
        ]:
            found = json.loads(self.body(text="hi", **fields))
            self.assertEqual((found["userId"], found["Type"], found["TargetId"]), (ME, scope, target))


class CrossingTests(SynchronousTestCase):
    """From one dialect to the other: nothing is lost that both can say."""

    def both(self, v2_fields: dict[str, Any], v1_fields: dict[str, Any], back: dict[str, Any] | None = None) -> None:
        """
        @param v2_fields: what a v2 client says, and what others get.
        @param v1_fields: what existing clients get; and say, if they mean the same.
        @param back: what v2 clients get if an existing client says that, if it is something else.
        """
        said = parse(op="send", user=YOU, **v2_fields)
        body = stored.message_body(said, ME, Scope.USER, YOU)
        whole = {"userId": ME, "TargetId": YOU, "Type": 1} | v1_fields
        self.assertEqual(json.loads(body), whole)
        frame = dialect.encode(event(body, device=3))
        self.assertEqual(payload(frame), whole)
        self.assert_shown(event(body, device=3), v2_fields)
        self.assert_shown(event(json.dumps(whole).encode()), v2_fields if back is None else back)

    def assert_shown(self, said: Event, fields: dict[str, Any]) -> None:
        place = {"id": 5, "conversation": 2, "seq": 4, "n": 3, "time": 99, "kind": "message", "from": ME, "user": YOU}
        expected = place | {"media": "text", "text": ""} | fields
        self.assertEqual(payload(v2.encode(said)), {"op": "event"} | expected)
        happened = view.happened(said)
        assert happened is not None
        self.assertEqual(json.loads(msgspec.json.encode(happened)), expected)
        folded = view.folded(history.FoldedEvents(said))
        del expected["kind"]
        self.assertEqual(json.loads(msgspec.json.encode(folded)), expected)
        protocol_types = msgspec.json.decode(msgspec.json.encode(happened), type=frames.Happened)
        self.assertEqual(protocol_types, happened)

    def test_text(self) -> None:
        self.both({"media": "text", "text": "hi 😀\n"}, {"Media": 1, "Content": "hi 😀\n"})

    def test_emoji(self) -> None:
        self.both({"media": "emoji", "text": "[smile]"}, {"Media": 2, "Content": "[smile]"})

    def test_audio(self) -> None:
        self.both(
            {"media": "audio", "url": "/a.mp3", "seconds": 12},
            {"Media": 3, "Content": "", "url": "/a.mp3", "amount": 12},
        )

    def test_picture(self) -> None:
        self.both({"media": "picture", "url": "/p.png"}, {"Media": 4, "Content": "", "url": "/p.png"})
        self.both(
            {"media": "picture", "url": "/p.png", "text": "look"}, {"Media": 4, "Content": "look", "url": "/p.png"}
        )

    def test_file(self) -> None:
        """v1 has none: it is a text with its link."""
        self.both({"media": "file", "url": "/f.pdf"}, {"Media": 1, "Content": "/f.pdf", "Url": "/f.pdf"})
        self.both(
            {"media": "file", "url": "/f.pdf", "name": "f.pdf", "text": "read it"},
            {"Media": 1, "Content": "read it", "Url": "/f.pdf", "Desc": "f.pdf"},
        )

    def files(self, **said: Any) -> tuple[dict[str, Any], bytes]:
        """@return: what a client says of three files, and the stored form."""
        urls = [f"/v2/media/{letter * 22}" for letter in "ABC"]
        more = [
            {"media": "file", "url": urls[1], "name": "a\u202eb.pdf"},
            {"media": "audio", "url": urls[2], "seconds": 3},
        ]
        fields = {"media": "picture", "url": urls[0], "text": "see", "moreFiles": more} | said
        names = [("B" * 22, "/b"), ("C" * 22, "/c")]
        frame = parse(op="send", user=YOU, **fields)
        return fields, stored.message_body(frame, ME, Scope.USER, YOU, "A" * 22, "/a", names)

    def test_several_files(self) -> None:
        """v1 has the first one as it is alone, and the others as links in the text."""
        fields, body = self.files()
        fields["moreFiles"][0]["name"] = "ab.pdf"
        self.assert_shown(event(body, device=1), fields)
        frame = json.loads(body)
        self.assertEqual((frame["Media"], frame["url"], frame["Content"]), (4, "/a", "see\n/b\n/c"))
        fields, body = self.files(media="file", text="")
        del fields["text"]
        fields["moreFiles"][0]["name"] = "ab.pdf"
        self.assert_shown(event(body, device=1), fields)
        frame = json.loads(body)
        self.assertEqual((frame["Media"], frame["Url"], frame["Content"]), (1, "/a", "/a\n/b\n/c"))
        text, names, media = view.said(event(self.files()[1], device=1), None)
        self.assertEqual((text, names, media), ("see", "ab.pdf", {"picture", "file", "audio"}))

    def test_several_files_with_the_longest_text_fit_a_datagram(self) -> None:
        """A control character takes six bytes in JSON: no datagram has the largest text twice."""
        text = "\x01" * ((frames.FRAME_LIMIT - 400) // 6)
        fields, body = self.files(text=text)
        self.assertLess(len(body), frames.FRAME_LIMIT + 1000)
        fields["moreFiles"][0]["name"] = "ab.pdf"
        self.assert_shown(event(body, device=1), fields)

    def test_several_files_have_to_be_uploads(self) -> None:
        for said in ({"media": "text"}, {"media": "emoji"}):
            self.assertRaises(errors.InvalidField, self.files, **said)
        frame = parse(
            op="send",
            user=YOU,
            media="picture",
            url="/p",
            moreFiles=[{"media": "file", "url": f"/v2/media/{'B' * 22}"}],
        )
        self.assertRaises(errors.InvalidField, stored.message_body, frame, ME, Scope.USER, YOU)
        for wrong in (
            [{"media": "file", "url": "https://elsewhere.example/x"}],
            [{"media": "file", "url": f"/v2/media/{'B' * 22}\n"}],
            [{"media": "text", "url": f"/v2/media/{'B' * 22}"}],
            [{"media": "file", "url": f"/v2/media/{'B' * 22}", "size": 3}],
            [{"media": "file", "url": f"/v2/media/{'B' * 22}"}] * 10,
        ):
            self.assertRaises(errors.Refused, parse, op="send", user=YOU, media="picture", url="/p", moreFiles=wrong)

    def test_a_files_name_is_not_turned_round(self) -> None:
        """Neither one that is sent now, nor one that is in the log."""
        for name, left in (
            ("a\u202egnp.exe", "agnp.exe"),
            ("../x\u2066.pdf", "x.pdf"),
            (".\u200c\u06cc", ".\u200c\u06cc"),
        ):
            said = stored.message_body(
                parse(op="send", user=YOU, media="file", url="/f", name=name), ME, Scope.USER, YOU
            )
            self.assertEqual(json.loads(said)["Desc"], left)
        old = b'{"userId":7,"TargetId":8,"Type":1,"Content":"x","Desc":"a/b\xe2\x80\xae"}'
        self.assert_shown(event(old), {"text": "x", "name": "a/b"})

    def test_mentions_are_of_v2_only(self) -> None:
        self.both(
            {"text": "@you", "mentions": [YOU]},
            {"Media": 1, "Content": "@you", "mentions": [YOU]},
            back={"text": "@you"},
        )

    def test_clients_of_v1_see_a_format_as_it_was_typed(self) -> None:
        for fields in ({}, {"media": "picture", "url": "/p"}):
            said = {"text": "**hi**", "format": "markdown", **fields}
            found = stored.message_body(parse(op="send", user=YOU, **said), ME, Scope.USER, YOU)
            self.assertEqual(json.loads(found)["Content"], "**hi**")
            self.assert_shown(event(found, device=1), said)

    def test_what_existing_clients_write(self) -> None:
        written: list[tuple[bytes, dict[str, Any]]] = [
            (b'"media":2,"content":"x","CreateTime":5', {"media": "emoji", "text": "x"}),
            (b'"MEDIA":4,"URL":"/p","CONTENT":null', {"media": "picture", "url": "/p"}),
            (b'"Media":9,"Content":"x"', {"text": "x"}),
            (b'"Media":-1,"Content":"x"', {"text": "x"}),
            (b'"Content":"x","amount":1.5,"Desc":"d"', {"text": "x", "seconds": 1.5, "name": "d"}),
            (b'"Media":4,"url":"/a","Url":"/b"', {"media": "file", "url": "/b"}),
            (b'"Media":3,"url":"/a","Url":""', {"media": "audio", "url": "/a"}),
            (b'"Content":"x","mentions":[1],"replyTo":5,"format":"markdown"', {"text": "x"}),
            (b'"Content":"x","Extra":{"a":[1]}', {"text": "x"}),
            (b'"x":1', {}),
        ]
        for fields, expected in written:
            body = b'{"userId":7,"TargetId":8,"Type":1,' + fields + b"}"
            self.assertIsNotNone(dialect.parse(body, ME, None))  # type: ignore[arg-type]
            self.assert_shown(event(body), expected)

    @settings(max_examples=proof.many(300, 60), deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(["Media", "Content", "CONTENT", "url", "Url", "URL", "Desc", "amount", "Amount", "x"]),
            JSON | st.integers(-5, 5) | st.text(max_size=5),
        )
    )
    def test_whatever_v1_takes_v2_shows(self, fields: dict[str, Any]) -> None:
        body = json.dumps({"userId": ME, "TargetId": YOU, "Type": 1} | fields).encode()
        try:
            dialect.parse(body, ME, None)  # type: ignore[arg-type]
        except Refused:
            return
        shown = v2.encode(event(body))
        assert shown is not None
        start = {126: 4, 127: 10}.get(shown[1], 2)
        msgspec.json.decode(shown[start:], type=frames.EventFrame)


class EncodeTests(SynchronousTestCase):
    def shown(self, said: Event) -> dict[str, Any]:
        found = payload(v2.encode(said))
        self.assertEqual(
            {name: found.pop(name) for name in ("op", "id", "conversation", "seq", "n", "time")},
            {"op": "event", "id": 5, "conversation": 2, "seq": 4, "n": 3, "time": 99},
        )
        return dict(found)

    def test_every_kind(self) -> None:
        pair, team = {"from": ME, "user": YOU}, {"from": ME, "group": GROUP}
        group = {"scope": Scope.GROUP, "target": GROUP}
        edit = stored.revision_body(parse(op="edit", message=3, text="now", mentions=[4]))
        form = stored.revision_body(parse(op="edit", message=3, text="*now*", format="markdown"))
        for said, expected in [
            (event(edit, Kind.EDITED, subject=3), pair | {"message": 3, "text": "now", "mentions": [4]}),
            (event(form, Kind.EDITED, subject=3), pair | {"message": 3, "text": "*now*", "format": "markdown"}),
            (event(b"", Kind.EDITED, subject=3), pair | {"message": 3, "recalled": True}),
            (event(b"", Kind.RECALLED, subject=3, **group), team | {"message": 3}),
            (event("+👍".encode(), Kind.REACTED, subject=3), pair | {"message": 3, "emoji": "👍", "on": True}),
            (event(b"-+", Kind.REACTED, subject=3), pair | {"message": 3, "emoji": "+", "on": False}),
            (event("+❤".encode(), Kind.REACTED, subject=3), pair | {"message": 3, "emoji": "❤️", "on": True}),
            (event("-❤️".encode(), Kind.REACTED, subject=3), pair | {"message": 3, "emoji": "❤️", "on": False}),
            (event(b"", Kind.REACTED, subject=3), pair | {"message": 3, "on": False, "recalled": True}),
            (event(b"2", Kind.JOINED, subject=9, **group), team | {"member": 9, "size": 2}),
            (event(b"0", Kind.LEFT, subject=9, **group), team | {"member": 9, "size": 0}),
            (event(b""), pair | {"recalled": True}),
        ]:
            found = self.shown(said)
            self.assertEqual(found.pop("kind"), said_kind(said))
            self.assertEqual(found, expected)

    def test_a_reply(self) -> None:
        body = b'{"userId":7,"TargetId":8,"Type":1,"Media":1,"Content":"x"}'
        self.assertEqual(self.shown(event(body, device=1, subject=4))["replyTo"], 4)

    def test_an_announcement_has_no_place(self) -> None:
        body = b'{"userId":7,"TargetId":0,"Type":3,"Media":1,"Content":"x"}'
        found = self.shown(event(body, device=1, scope=Scope.EVERYONE, target=0))
        self.assertEqual({"user", "group"} & set(found), set())

    def test_not_shown(self) -> None:
        for kind in (Kind.SIGNED_OUT, 99):
            said = event(b"1", kind, scope=Scope.ACCOUNTS)  # type: ignore[arg-type]
            self.assertIsNone(v2.encode(said))
            self.assertIsNone(view.happened(said))

    def test_folded(self) -> None:
        body = stored.message_body(parse(op="send", user=YOU, text="was", mentions=[1]), ME, Scope.USER, YOU)
        edit = event(stored.revision_body(parse(op="edit", message=5, text="is")), Kind.EDITED, time=123)
        reactions = {
            (user, emoji): event(on + emoji, Kind.REACTED)
            for user, emoji, on in [(1, b"a", b"+"), (2, b"b", b"+"), (3, b"a", b"-"), (4, b"a", b"+"), (4, b"c", b"-")]
        }
        found = view.folded(history.FoldedEvents(event(body, device=1), edit, reactions))
        self.assertEqual((found.text, found.mentions, found.edited, found.recalled), ("is", [], 123, False))
        self.assertEqual(found.reactions, [frames.Reaction("a", [1, 4]), frames.Reaction("b", [2])])
        blank = event(b"", Kind.EDITED, time=123)
        found = view.folded(history.FoldedEvents(event(b"", device=1), blank, reactions))
        self.assertEqual(found.reactions, [], "from before a recall emptied them, too")
        self.assertEqual((found.text, found.edited, found.recalled), ("", UNSET, True))

    def test_signals(self) -> None:
        for said, expected in [
            (event(b"", Kind.TYPING), {"op": "typing", "from": ME, "user": YOU}),
            (event(b"", Kind.TYPING, scope=Scope.GROUP, target=GROUP), {"op": "typing", "from": ME, "group": GROUP}),
            (event(b"5 4", Kind.MARKED), {"op": "receipt", "from": ME, "user": YOU, "received": 5, "read": 4}),
            (
                event(b"5 0", Kind.MARKED, scope=Scope.EVERYONE, target=0),
                {"op": "receipt", "from": ME, "received": 5, "read": 0},
            ),
        ]:
            self.assertEqual(payload(v2.frame(view.signal(said))), expected)


def said_kind(said: Event) -> str:
    return {1: "message", 2: "edited", 3: "recalled", 4: "reacted", 10: "joined", 11: "left"}[said.kind]
