"""The v1 frames: what is taken, what is refused and how it is said."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.core import errors
from hichat.core.drafts import Draft
from hichat.core.errors import Refused
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.v1 import dialect

ME = 7
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "userId",
        "USERID",
        "u\u017ferId",
        "TargetId",
        "targetId",
        "Type",
        "type",
        "Media",
        "Content",
        "url",
        "Url",
        "amount",
    ]
)


def frame(**fields: Any) -> bytes:
    return json.dumps({"userId": ME, "TargetId": 8, "Type": 1, "Media": 1, "Content": "hi"} | fields).encode()


def parse(data: bytes) -> Draft | None:
    return dialect.parse(data, ME, None)  # type: ignore[arg-type]


USUAL = st.fixed_dictionaries(
    {"userId": st.just(ME) | st.integers(), "Type": st.integers(0, 4)},
    optional={
        "TargetId": st.integers() | st.none(),
        "targetId": st.integers(1, 9),
        "Media": st.integers(1, 4) | st.floats(),
        "Content": st.text() | st.integers(),
        "url": st.text(),
        "Url": st.text(),
        "Desc": st.text(max_size=3),
        "amount": st.integers() | st.floats(),
        "CreateTime": st.integers() | st.text(max_size=1),
    },
)


def usual_frames() -> st.SearchStrategy[bytes]:
    """Nearly right frames: also with a key twice, blanks anywhere, text escaped or not, and bytes that were changed."""
    objects = st.lists(USUAL, min_size=1, max_size=2).flatmap(
        lambda found: st.builds(
            lambda ascii, blank: (
                b"{"
                + b",".join(
                    (json.dumps(key) + blank + ":" + json.dumps(value, ensure_ascii=ascii)).encode(errors="replace")
                    for fields in found
                    for key, value in fields.items()
                )
                + b"}"
            ),
            st.booleans(),
            st.sampled_from(["", " ", "\n"]),
        )
    )
    return objects | st.builds(
        lambda data, at, byte: data[: at % len(data)] + byte + data[at % len(data) + 1 :],
        objects,
        st.integers(0, 500),
        st.sampled_from([b'"', b"\\", b"\0", b" ", b"0", b"-", b"{", b"", b"E"]),
    )


class UsualTests(SynchronousTestCase):
    """The fast way to read a frame finds what the thorough one does, or nothing."""

    @given(usual_frames())
    @example(frame())
    @example(b'{"userId":8,"Type":1,"userId":7}')
    @example(b'{"userId":8,"Type":1,"userId" :7}')
    @example(b'{"userId":7,"Type":1,"TargetId":1,"targetId":2}')
    @example(b'{"userId":7,"Type":0,"url":"\xc2","TargetId":null}')
    def test_differential(self, data: bytes) -> None:
        try:
            expected = dialect._read(data)
        except Refused:
            expected = None
        found = dialect._read_usual(data)
        if found is not None:
            assert expected is not None, data
            self.assertEqual(list(found), expected)

    def test_pages(self) -> None:
        for data in (
            b'{"TargetId":2,"Type":1,"CreateTime":1669,"userId":7,"Media":1,"Content":"hi"}',
            b'{"userId":7,"targetId":2,"Type":1,"Media":1,"Content":"\xe4\xbd\xa0"}',
            b'{"TargetId":2,"Type":2,"CreateTime":1669,"userId":7,"Media":4,"url":"/a.png"}',
        ):
            self.assertIsNotNone(dialect._read_usual(data))


class ParseTests(SynchronousTestCase):
    def assert_refused(self, data: bytes, error: type[Refused]) -> None:
        found: Refused = self.assertRaises(Refused, parse, data)
        self.assertIs(type(found), error, data)

    def test_private(self) -> None:
        data = b'{"TargetId":2,"Type":1,"CreateTime":1669,"userId":7,"Media":1,"Content":"hi"}'
        draft = parse(data)
        assert draft is not None
        self.assertEqual((draft.kind, draft.scope, draft.sender, draft.target), (Kind.MESSAGE, Scope.USER, 7, 2))
        self.assertEqual(draft.body, data)

    def test_group(self) -> None:
        draft = parse(frame(Type=2, TargetId=1_000_000_001))
        assert draft is not None
        self.assertEqual((draft.scope, draft.target), (Scope.GROUP, 1_000_000_001))

    def test_everyone_has_no_target(self) -> None:
        draft = parse(b'{"userId":7,"Type":3,"Content":"hi"}')
        assert draft is not None
        self.assertEqual((draft.scope, draft.target), (Scope.EVERYONE, 0))

    def test_heartbeat(self) -> None:
        self.assertIsNone(parse(b'{"userId":7,"Type":0,"TargetId":-1,"Media":-1,"Content":"heartbeat"}'))

    def test_keys_in_any_case(self) -> None:
        self.assertIsNotNone(parse(b'{"USERID":7,"targetid":8,"tYPE":1}'))
        self.assertIsNotNone(parse('{"u\u017ferId":7,"targetId":8,"Type":1}'.encode()))

    def test_unknown_fields_are_anything(self) -> None:
        self.assertIsNotNone(parse(frame(Extra={"a": [1, None]}, CreateTime="yesterday", Pic=[])))

    def test_both_urls(self) -> None:
        self.assertIsNotNone(parse(b'{"userId":7,"targetId":8,"Type":1,"url":"a.png","Url":"b.pdf"}'))
        self.assert_refused(b'{"userId":7,"targetId":8,"Type":1,"url":"a.png","Url":5}', errors.WrongField)

    def test_null_is_not_given(self) -> None:
        self.assertIsNotNone(parse(frame(Content=None, Media=None, url=None, amount=None)))
        self.assert_refused(frame(TargetId=None), errors.WrongField)
        self.assert_refused(frame(userId=None), errors.NotYourself)
        self.assert_refused(frame(Type=None), errors.UnknownType)

    def test_not_json(self) -> None:
        for data in (b"", b"hello", b"{", b'{"a":1}x', b'{"a":NaN}', b'{"a":Infinity}', b"{'a':1}", b"[" * 100_000):
            self.assert_refused(data, errors.NotJSON)
        self.assert_refused(b'\xef\xbb\xbf{"userId":7}', errors.NotJSON)
        self.assert_refused(b'{"userId":7,"Content":"a\x00b"}', errors.NotJSON)
        self.assert_refused(b'{"userId":' + b"9" * 10_000 + b"}", errors.NotJSON)

    def test_deep(self) -> None:
        """What is taken can be read again, with a smaller stack."""

        def deep(count: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
            return b'{"userId":7,"targetId":8,"Type":1,"x":' + opening * count + b"1" + closing * count + b"}"

        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":1},[', b"]]")):
            self.assertIsNotNone(parse(deep(40, opening, closing)))
            for count in (dialect.DEPTH_LIMIT, 900):
                self.assert_refused(deep(count, opening, closing), errors.NotJSON)
        self.assertIsNotNone(parse(deep(dialect.DEPTH_LIMIT - 1)))
        self.assertIsNotNone(parse(frame(Content="[" * 1000, Extra=[[]] * 1000)))

    def test_only_utf8(self) -> None:
        for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"):
            self.assert_refused(frame().decode().encode(encoding), errors.NotJSON)

    def test_not_an_object(self) -> None:
        for data in (b"[]", b"1", b'"text"', b"null", b'[{"userId":7}]'):
            self.assert_refused(data, errors.NotAnObject)

    def test_wrong_types(self) -> None:
        wrong: list[Any] = ["7", 7.0, True, [7], {}, 2**53, -(2**53), 1e300]
        for field in ("userId", "TargetId", "Type", "Media"):
            for value in wrong:
                self.assert_refused(frame(**{field: value}), errors.WrongField)
        for field in ("Content", "url", "Desc"):
            for value in (1, True, [], {}):
                self.assert_refused(frame(**{field: value}), errors.WrongField)
        for value in ("1", True, [], {}, 2**53):
            self.assert_refused(frame(amount=value), errors.WrongField)
        self.assert_refused(b'{"userId":7,"targetId":8,"Type":1,"amount":1e999}', errors.WrongField)

    def test_unknown_type(self) -> None:
        for value in (4, -1, 99):
            self.assert_refused(frame(Type=value), errors.UnknownType)
        self.assert_refused(b'{"userId":7,"targetId":8}', errors.UnknownType)

    def test_somebody_else(self) -> None:
        self.assert_refused(frame(userId=8), errors.NotYourself)
        self.assert_refused(b'{"targetId":8,"Type":1}', errors.NotYourself)
        self.assert_refused(b'{"Type":0}', errors.NotYourself)

    def test_two_readings(self) -> None:
        for extra in (
            '"USERID":8',
            '"userId":7',
            '"u\u017ferid":8',
            '"TARGETID":9',
            '"TargetId":9',
            '"type":2',
            '"Type":1',
        ):
            data = frame().decode()[:-1] + "," + extra + "}"
            self.assert_refused(data.encode(), errors.AmbiguousField)
        self.assert_refused(b'{"\\u0075serId":8,"userId":7,"Type":1,"targetId":8}', errors.AmbiguousField)

    def test_the_length_of_the_content(self) -> None:
        self.assertIsNotNone(parse(frame(Content="x" * 8192)))
        self.assert_refused(frame(Content="x" * 8193), errors.TooLong)
        self.assert_refused(
            b'{"userId":7,"targetId":8,"Type":1,"Content":"%s"}' % ("字" * 2731).encode(), errors.TooLong
        )
        self.assertIsNotNone(parse(b'{"userId":7,"targetId":8,"Type":1,"Content":"%s"}' % ("字" * 2730).encode()))

    def test_text_that_is_none(self) -> None:
        for text in ("\x00", "a\ud800", "\udfff"):
            self.assert_refused(frame(Content=text), errors.NotText)
            self.assert_refused(frame(url=text), errors.NotText)
        self.assertIsNotNone(parse(frame(Content="😀")))

    @given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
    @example(b'{"userId":7,"Type":1,"targetId":1e400}')
    def test_whatever_comes(self, data: bytes) -> None:
        with contextlib.suppress(Refused):
            parse(data)

    @given(st.lists(st.tuples(KEYS, JSON | st.just(ME) | st.integers(0, 3)), max_size=8))
    def test_what_is_taken_says_one_thing(self, pairs: list[tuple[str, Any]]) -> None:
        data = ("{" + ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in pairs) + "}").encode()
        try:
            draft = parse(data)
        except Refused:
            return
        senders = [value for key, value in pairs if key.casefold() == "userid"]
        self.assertEqual(senders, [ME])
        if draft is not None and draft.scope != Scope.EVERYONE:
            targets = [value for key, value in pairs if key.casefold() == "targetid"]
            self.assertEqual(targets, [draft.target])

    def test_complaints_have_no_braces(self) -> None:
        arguments: dict[type[Refused], tuple[Any, ...]] = {
            errors.EnrolmentNeeded: ("ticket",),
            errors.FormTooLarge: (1024,),
            errors.InvalidField: ("name",),
            errors.InvalidName: ("name", "user"),
            errors.PasswordHasName: ("password",),
            errors.PasswordTooCommon: ("password",),
            errors.PasswordTooLong: ("password", 256),
            errors.PasswordTooShort: ("password", 8),
            errors.SecondFactorNeeded: ("ticket", ["totp"]),
            errors.UnknownWord: ("kinds", 0, ["message"]),
        }
        for error in vars(errors).values():
            if isinstance(error, type) and issubclass(error, Refused):
                made = error(*arguments.get(error, ()))
                for language in ("zh", "en"):
                    self.assertNotRegex(made.text(language), "[{}]")


class EncodeTests(SynchronousTestCase):
    def event(self, body: bytes, kind: Kind = Kind.MESSAGE) -> Event:
        return Event(1, 1, 1, 1, kind, Scope.USER, 7, 8, 0, 0, body)

    def test_sizes(self) -> None:
        for size, header in [
            (0, b"\x81\x00"),
            (125, b"\x81\x7d"),
            (126, b"\x81\x7e\x00\x7e"),
            (32768, b"\x81\x7e\x80\x00"),
        ]:
            self.assertEqual(dialect.encode(self.event(b"x" * size)), header + b"x" * size)

    def test_not_shown(self) -> None:
        self.assertIsNone(dialect.encode(self.event(b"3", Kind.JOINED)))
