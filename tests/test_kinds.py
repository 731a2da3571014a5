"""The kinds of events: one table, who reads it, and what each looks like to the clients of both dialects."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from hichat.core import kinds
from hichat.core.events import MAX_SAFE_INTEGER, Event, Scope
from hichat.core.kinds import TRAITS, About, Body, EventKind, Heard, Kind, Shown, Text
from hichat.v1 import dialect
from hichat.web.browser import kinds as browser_kinds
from hichat.web.docs import openapi
from hichat.web.docs.asyncapi import document
from hichat.web.docs.examples import examples_of
from hichat.wire import frames, stored, v2, view

ME, YOU, GROUP = 7, 8, 1_000_000_001
HEAD = '{"op":"event","id":5,"conversation":2,"seq":4,"n":3,"time":99,"kind":'
PAIR, TEAM = f',"from":{ME},"user":{YOU}', f',"from":{ME},"group":{GROUP}'
V1 = b'{"userId":7,"TargetId":8,"Type":1,"Media":1,"Content":"hi"}'
V2 = (
    b'{"userId":7,"TargetId":8,"Type":1,"Media":1,"Content":"see","url":"","Url":"/v1/f","Desc":"a.pdf","amount":2.5,'
    b'"mentions":[9],"mediaId":"abc"}'
)
SETTING = b'{"scope":1,"target":9,"pinned":true,"muted":false}'


def event(kind: int, body: bytes = b"", scope: Scope = Scope.USER, subject: int = 0, device: int = 0) -> Event:
    return Event(5, 2, 4, 3, kind, scope, ME, GROUP if scope == Scope.GROUP else YOU, subject, 99, body, device)


def in_group(kind: int, body: bytes = b"", subject: int = 9) -> Event:
    return event(kind, body, Scope.GROUP, subject)


def _told(kind: str, place: str, rest: str) -> str:
    return f'{HEAD}"{kind}"{place}{rest}}}'


SHOWN: list[tuple[Event, str]] = [
    (event(Kind.MESSAGE, V1), _told("message", PAIR, ',"media":"text","text":"hi"')),
    (event(Kind.MESSAGE, V1, subject=4), _told("message", PAIR, ',"media":"text","text":"hi","replyTo":4')),
    (
        event(Kind.MESSAGE, V2, subject=4, device=1),
        _told(
            "message",
            PAIR,
            ',"media":"file","text":"see","url":"/v2/media/abc","name":"a.pdf","seconds":2.5,"replyTo":4,"mentions":[9]',
        ),
    ),
    (event(Kind.MESSAGE), _told("message", PAIR, ',"recalled":true')),
    (in_group(Kind.MESSAGE, V1, 0), _told("message", TEAM, ',"media":"text","text":"hi"')),
    (event(Kind.MESSAGE, V1, Scope.EVERYONE), _told("message", "", ',"from":7,"media":"text","text":"hi"')),
    (
        event(Kind.EDITED, b'{"text":"now","mentions":[4]}', subject=3),
        _told("edited", PAIR, ',"text":"now","mentions":[4],"message":3'),
    ),
    (event(Kind.EDITED, subject=3), _told("edited", PAIR, ',"message":3,"recalled":true')),
    (event(Kind.RECALLED, subject=3), _told("recalled", PAIR, ',"message":3')),
    (in_group(Kind.RECALLED), _told("recalled", TEAM, ',"message":9')),
    (event(Kind.REACTED, "+\u2764".encode(), subject=3), _told("reacted", PAIR, ',"message":3,"emoji":"❤️","on":true')),
    (event(Kind.REACTED, b"-old", subject=3), _told("reacted", PAIR, ',"message":3,"emoji":"old","on":false')),
    (event(Kind.REACTED, subject=3), _told("reacted", PAIR, ',"message":3,"on":false,"recalled":true')),
    (event(Kind.ERASED), _told("erased", PAIR, "")),
    (in_group(Kind.ERASED, subject=0), _told("erased", TEAM, "")),
    (in_group(Kind.JOINED, b"3"), _told("joined", TEAM, ',"member":9,"size":3')),
    (in_group(Kind.LEFT, b"0"), _told("left", TEAM, ',"member":9,"size":0')),
    (in_group(Kind.REMOVED, b"2"), _told("removed", TEAM, ',"member":9,"size":2')),
    (in_group(Kind.BANNED, b"2"), _told("banned", TEAM, ',"member":9,"size":2')),
    (in_group(Kind.UNBANNED), _told("unbanned", TEAM, ',"member":9')),
    (
        in_group(Kind.CHANGED, b'{"name":"The team","image":"/p","description":"d","join_policy":"open"}', 0),
        _told("changed", TEAM, ',"changed":{"name":"The team","picture":"/p","description":"d","joinPolicy":"open"}'),
    ),
    (in_group(Kind.CHANGED, b'{"image":""}', 0), _told("changed", TEAM, ',"changed":{"picture":""}')),
    (in_group(Kind.ROLE, b"owner"), _told("role", TEAM, ',"member":9,"role":"owner"')),
    (in_group(Kind.MUTED, b"1700000000000"), _told("muted", TEAM, ',"member":9,"until":1700000000000')),
    (in_group(Kind.MUTED, b"%d" % MAX_SAFE_INTEGER), _told("muted", TEAM, ',"member":9')),
    (in_group(Kind.MUTED, b"1700000000000", 0), _told("muted", TEAM, ',"until":1700000000000')),
    (in_group(Kind.UNMUTED), _told("unmuted", TEAM, ',"member":9')),
    (in_group(Kind.UNMUTED, subject=0), _told("unmuted", TEAM, "")),
    (in_group(Kind.DISSOLVED, b"0", 0), _told("dissolved", TEAM, ',"size":0')),
    (in_group(Kind.ARCHIVED, subject=0), _told("archived", TEAM, "")),
    (in_group(Kind.UNARCHIVED, subject=0), _told("unarchived", TEAM, "")),
    (in_group(Kind.INVITED), _told("invited", TEAM, ',"member":9')),
    (in_group(Kind.REQUESTED), _told("requested", TEAM, ',"member":9')),
    (in_group(Kind.DECLINED), _told("declined", TEAM, ',"member":9')),
    (
        event(Kind.CONTACT_REQUESTED, "It is Ann \U0001f642".encode()),
        _told("contact_requested", PAIR, ',"text":"It is Ann 🙂"'),
    ),
    (event(Kind.CONTACT_REQUESTED), _told("contact_requested", PAIR, "")),
    (event(Kind.CONTACT_ADDED), _told("contact_added", PAIR, "")),
    (event(Kind.CONTACT_REJECTED), _told("contact_rejected", PAIR, "")),
    (event(Kind.CONTACT_WITHDRAWN), _told("contact_withdrawn", PAIR, "")),
    (event(Kind.CONTACT_REMOVED), _told("contact_removed", PAIR, "")),
    (
        event(Kind.CONTACT_REMARKED, b"Annie", subject=9),
        _told("contact_remarked", PAIR, ',"contact":9,"remark":"Annie"'),
    ),
    (event(Kind.CONTACT_REMARKED, subject=9), _told("contact_remarked", PAIR, ',"contact":9,"remark":""')),
    (event(Kind.BLOCKED, subject=9), _told("blocked", PAIR, ',"contact":9')),
    (event(Kind.UNBLOCKED, subject=9), _told("unblocked", PAIR, ',"contact":9')),
    (
        event(Kind.CONVERSATION_SET, SETTING),
        _told("conversation_set", PAIR, ',"settings":{"user":9,"pinned":true,"muted":false}'),
    ),
    (
        event(Kind.CONVERSATION_SET, b'{"scope":2,"target":1000000001,"pinned":false,"muted":true}'),
        _told("conversation_set", PAIR, ',"settings":{"group":1000000001,"pinned":false,"muted":true,"notify":"none"}'),
    ),
]
"""Events, and what v2 shows of each."""

HIDDEN = [
    event(Kind.SIGNED_OUT, b"2", Scope.ACCOUNTS),
    event(Kind.SESSIONS_ENDED, b"3 18 4 7", Scope.ACCOUNTS),
    event(Kind.TYPING),
    event(Kind.MARKED, b"3 2"),
    event(Kind.PERSON, b"{}"),
    event(99),
]


def payload(frame: bytes | None) -> str:
    """@return: what is in a WebSocket frame of the server."""
    assert frame is not None
    assert frame[0] == 0x81
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :].decode()


class Frames(SynchronousTestCase):
    def test_every_kind_in_v2(self) -> None:
        for said, expected in SHOWN:
            self.assertEqual(payload(v2.encode(said)), expected)
            in_page = msgspec.json.encode(view.happened(said)).decode()
            self.assertEqual(in_page, expected.replace('"op":"event",', "", 1))

    def test_not_in_v2(self) -> None:
        for said in HIDDEN:
            self.assertIsNone(v2.encode(said))
            self.assertIsNone(view.happened(said))

    def test_v1_shows_messages_as_they_came(self) -> None:
        for said in [*HIDDEN, *(said for said, _ in SHOWN)]:
            frame = dialect.encode(said)
            if said.kind == Kind.MESSAGE:
                self.assertEqual(payload(frame), said.body.decode())
            else:
                self.assertIsNone(frame)

    def test_signals(self) -> None:
        for said, expected in [
            (event(Kind.TYPING), '{"op":"typing","from":7,"user":8}'),
            (in_group(Kind.TYPING, subject=0), '{"op":"typing","from":7,"group":1000000001}'),
            (event(Kind.MARKED, b"3 2"), '{"op":"receipt","from":7,"received":3,"read":2,"user":8}'),
            (
                event(Kind.PERSON, b'{"name":"ann","displayName":"Ann","avatar":""}', Scope.EVERYONE),
                '{"op":"person","from":7,"name":"ann","displayName":"Ann","avatar":""}',
            ),
        ]:
            self.assertEqual(payload(v2.frame(view.signal(said))), expected)


class Table(SynchronousTestCase):
    def test_every_kind_has_a_row(self) -> None:
        self.assertEqual(list(TRAITS), sorted(Kind, key=list(TRAITS).index))
        names = [traits.name for traits in TRAITS.values()]
        self.assertEqual(len(names), len(set(names)))

    def test_numbers_that_are_stored(self) -> None:
        """They are in logs that there are: none changes, and none is used again."""
        numbers = {kind.name: kind.value for kind in Kind}
        self.assertGreaterEqual(
            numbers.items(),
            {
                "MESSAGE": 1,
                "EDITED": 2,
                "RECALLED": 3,
                "REACTED": 4,
                "JOINED": 10,
                "LEFT": 11,
                "REMOVED": 12,
                "BANNED": 13,
                "UNBANNED": 14,
                "CHANGED": 15,
                "ROLE": 16,
                "MUTED": 17,
                "UNMUTED": 18,
                "DISSOLVED": 19,
                "SIGNED_OUT": 20,
                "SESSIONS_ENDED": 21,
                "INVITED": 30,
                "REQUESTED": 31,
                "DECLINED": 32,
                "CONTACT_REQUESTED": 40,
                "CONTACT_ADDED": 41,
                "CONTACT_REJECTED": 42,
                "CONTACT_WITHDRAWN": 43,
                "CONTACT_REMOVED": 44,
                "CONTACT_REMARKED": 45,
                "BLOCKED": 46,
                "UNBLOCKED": 47,
                "CONVERSATION_SET": 48,
                "TYPING": 100,
                "MARKED": 101,
            }.items(),
        )

    def test_names_on_the_wire(self) -> None:
        """What is stored and v2 shows, and nothing else, in one order."""
        shown = [traits.name for traits in TRAITS.values() if traits.stored and traits.v2]
        self.assertEqual(shown, list(get_args(EventKind)))
        self.assertEqual(kinds.V2, {kind for kind, traits in TRAITS.items() if traits.name in shown})

    def test_what_is_done_to_a_message_may_be_done_to_one(self) -> None:
        taken = frozenset().union(*(traits.takes for traits in TRAITS.values()))
        self.assertEqual(taken, kinds.ON_MESSAGES)
        for kind in kinds.ON_MESSAGES | kinds.FOLDED | kinds.BLANKED:
            self.assertIs(TRAITS[kind].about, About.MESSAGE, kind)
        self.assertLessEqual(kinds.BLANKED, kinds.FOLDED, "the log finds by their message what it empties")
        for kind, traits in TRAITS.items():
            if traits.takes:
                self.assertIn(kind, kinds.MESSAGES)

    def test_columns_agree(self) -> None:
        for kind, traits in TRAITS.items():
            self.assertEqual(traits.membership is not None, traits.body is Body.SIZE, kind)
            self.assertLessEqual(traits.membership is not None, traits.rights, kind)
            self.assertLessEqual(traits.heard is Heard.AND_SUBJECT, traits.about is About.MEMBER, kind)
            self.assertLessEqual(traits.counts, traits.shown is Shown.AS_MESSAGE, kind)
            self.assertEqual(traits.text is Text.HAS, traits.body is Body.MESSAGE, kind)
            self.assertLessEqual(traits.v1, traits.body is Body.MESSAGE, "v1 gets the body as it is")
            if not traits.stored:
                self.assertFalse(traits.rights or traits.shown or traits.counts or traits.takes or traits.v1, kind)
            if not traits.v2:
                self.assertIs(traits.heard, Heard.BY_WORKERS, kind)

    def test_the_sets_are_as_they_were(self) -> None:
        """What the rooms went by before there was a table."""
        self.assertEqual(kinds.MESSAGES, {Kind.MESSAGE})
        self.assertEqual(kinds.COUNTED, {Kind.MESSAGE})
        self.assertEqual(kinds.V1, {Kind.MESSAGE})
        self.assertEqual(kinds.FOLDED, {Kind.EDITED, Kind.RECALLED, Kind.REACTED})
        self.assertEqual(kinds.BLANKED, {Kind.EDITED, Kind.REACTED})
        self.assertEqual(kinds.EDITS, {Kind.EDITED})
        self.assertEqual(kinds.RECALLS, {Kind.RECALLED})
        self.assertEqual(kinds.BEGINNINGS, {Kind.JOINED})
        self.assertEqual(kinds.ENDINGS, {Kind.LEFT, Kind.REMOVED, Kind.BANNED})
        self.assertEqual(kinds.DISSOLUTIONS, {Kind.DISSOLVED})
        self.assertEqual(kinds.MEETINGS, {Kind.INVITED, Kind.REQUESTED, Kind.DECLINED})
        self.assertEqual(kinds.UNHEARD, {Kind.SIGNED_OUT, Kind.SESSIONS_ENDED})


HICHAT = Path(kinds.__file__).parents[1]
_ORDER = ast.Lt | ast.LtE | ast.Gt | ast.GtE


def _is_a_kind(node: ast.expr) -> bool:
    """@return: whether an expression is C{Kind.SOMETHING} or C{int(Kind.SOMETHING)}."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        node = node.args[0]
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Kind"


def _is_of_event(node: ast.expr) -> bool:
    """@return: whether an expression is C{something.kind}."""
    return isinstance(node, ast.Attribute) and node.attr == "kind"


def _lists(tree: ast.AST) -> Iterator[int]:
    """@return: the lines of a module where kinds are listed, or compared by their order."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
            named = node.keys if isinstance(node, ast.Dict) else node.elts
            wrong = sum(each is not None and _is_a_kind(each) for each in named) > 1
        elif isinstance(node, ast.Compare):
            ordered = any(isinstance(each, _ORDER) for each in node.ops)
            wrong = ordered and any(_is_a_kind(each) or _is_of_event(each) for each in (node.left, *node.comparators))
        else:
            continue
        if wrong:
            yield node.lineno


class Readers(SynchronousTestCase):
    """Nobody has a list of kinds beside the table."""

    def test_python(self) -> None:
        found = [
            f"{path.relative_to(HICHAT)}:{line}"
            for path in HICHAT.rglob("*.py")
            if path != Path(kinds.__file__)
            for line in _lists(ast.parse(path.read_text("utf-8")))
        ]
        self.assertEqual(found, [])

    def test_it_would_be_found(self) -> None:
        for text in (
            "x = event.kind > Kind.REACTED",
            "x = events.c.kind < 5",
            "x = int(Kind.REACTED) <= kind",
            "x = kind in (Kind.LEFT, Kind.REMOVED)",
            "x = {Kind.LEFT: 1, Kind.REMOVED: 2}",
            "x = frozenset([int(Kind.LEFT), int(Kind.REMOVED)])",
        ):
            self.assertEqual(list(_lists(ast.parse(text))), [1], text)
        self.assertEqual(list(_lists(ast.parse("x = event.kind == Kind.LEFT, Kind.LEFT in x"))), [])

    def test_sql(self) -> None:
        """Numbers of kinds stand in migrations only, which never change."""
        for path in HICHAT.rglob("*.py"):
            if "migrations" not in path.parts:
                text = path.read_text("utf-8")
                self.assertEqual(re.findall(r"kind\s*(?:=|<|>|<>|!=|IN)\s*\(?\d", text, re.IGNORECASE), [], path)

    def test_what_each_is_like_can_be_shown(self) -> None:
        """The example of each body is one that v2 shows, and so is an empty one of what a recall empties."""
        for kind in sorted(kinds.V2):
            traits = TRAITS[kind]
            said = (
                in_group(kind, traits.example)
                if traits.about is About.MEMBER
                else event(kind, traits.example, subject=9)
            )
            found = view.live(said)
            assert found is not None
            self.assertEqual(found.kind, traits.name)
            msgspec.json.decode(msgspec.json.encode(found), type=frames.EventFrame)
            if traits.blanked:
                shown = view.live(event(kind, subject=3))
                assert shown is not None
                self.assertTrue(shown.recalled, traits.name)

    def test_what_is_done_to_messages_can_be_said(self) -> None:
        """Each such kind is what one frame becomes."""
        self.assertEqual({said.kind for said in get_args(frames.Revision)}, kinds.ON_MESSAGES)
        for said in get_args(frames.Revision):
            example: Any = examples_of(said)[0].frame
            shown = view.live(event(said.kind, stored.revision_body(example), subject=example.message))
            assert shown is not None
            self.assertEqual((shown.kind, shown.message), (TRAITS[said.kind].name, example.message))

    def test_documents(self) -> None:
        """The AsyncAPI document has every kind, and an example of it."""
        schemas = document()["components"]["schemas"]
        for name in ("EventFrame", "Happened"):
            self.assertEqual(set(schemas[name]["properties"]["kind"]["enum"]), set(get_args(EventKind)))
        told = [example["payload"] for example in document()["components"]["messages"]["EventFrame"]["examples"]]
        self.assertEqual({payload["kind"] for payload in told}, set(get_args(EventKind)))
        ids = [payload["id"] for payload in told]
        self.assertEqual(len(ids), len(set(ids)))

    def test_openapi(self) -> None:
        schemas = openapi.document()["components"]["schemas"]
        self.assertEqual(set(schemas["Happened"]["properties"]["kind"]["enum"]), set(get_args(EventKind)))

    def test_texts(self) -> None:
        """Who reads it in a terminal is told in both languages, with the same things named."""
        for traits in TRAITS.values():
            self.assertEqual(bool(traits.zh), bool(traits.en), traits.name)
            for name in re.findall(r"\{(\w+)\}", traits.zh):
                self.assertIn(f"{{{name}}}", traits.en)


APP = HICHAT / "web" / "browser" / "app"


class WebClient(SynchronousTestCase):
    def test_its_table_is_this_one(self) -> None:
        found = (APP / "model" / "kinds.js").read_text("utf-8")
        self.assertEqual(found, browser_kinds.script(), "make it again: see hichat/web/browser/kinds.py")

    def test_it_has_words_for_each_line(self) -> None:
        for language in ("en", "zh"):
            words = (APP / "words" / f"{language}.js").read_text("utf-8")
            for kind in kinds.LINES:
                self.assertRegex(words, rf"(?m)^  {TRAITS[kind].name}Line: ")

    def test_nobody_has_a_list_beside_it(self) -> None:
        name = "|".join(get_args(EventKind))
        listed = re.compile(rf'"(?:{name})",\s*"(?:{name})"|case "(?:{name})":\s*case "(?:{name})"')
        self.assertTrue(listed.search('["left", "removed"].includes(kind)'))
        for path in APP.rglob("*.js"):
            if "vendor" not in path.parts and path.name != "kinds.js":
                self.assertIsNone(listed.search(path.read_text("utf-8")), path)
