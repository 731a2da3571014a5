"""Bodies of requests to hooks, and messages in the formats of Slack and Mattermost."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import InvalidPayload
from hichat.core.markdown import plain
from hichat.hooks.incoming.bodies import read_payload
from hichat.hooks.incoming.message import HookMessage
from hichat.hooks.incoming.slack import read_slack
from tests import proof

FORM = "application/x-www-form-urlencoded"


def body_of(fields: Any) -> bytes:
    return json.dumps(fields).encode()


class BodyTests(SynchronousTestCase):
    def test_the_same_message_in_many_bodies(self) -> None:
        message = {"text": "a & b=c \u4e2d"}
        form = urlencode({"payload": json.dumps(message)}).encode()
        boundary = "multipart/form-data; boundary=xx"
        bodies = [
            (body_of(message), "application/json"),
            (body_of(message), "application/json; charset=utf-8"),
            # What curl -d says of it.
            (body_of(message), FORM),
            (body_of(message), ""),
            (b"\n " + body_of(message), "text/plain"),
            (b"\xef\xbb\xbf" + body_of(message), "application/octet-stream"),
            (form, FORM),
            (form, ""),
            (urlencode(message).encode(), FORM),
            (message["text"].encode(), "text/plain; charset=utf-8"),
            (message["text"].encode(), FORM),
            (
                b'--xx\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
                + message["text"].encode()
                + b"\r\n--xx--\r\n",
                boundary,
            ),
            (
                b'--xx\r\nContent-Disposition: form-data; name="payload"\r\n\r\n'
                + body_of(message)
                + b"\r\n--xx--\r\n",
                boundary,
            ),
        ]
        for body, kind in bodies:
            self.assertEqual(read_payload(body, kind), message, (body, kind))

    def test_no_payload(self) -> None:
        deep = b'{"a":' * 65 + b"1" + b"}" * 65
        for body, kind in (
            (b"{", ""),
            (b'{"text": "a"', FORM),
            (b"[]", "application/json"),
            (b"1", "application/json"),
            (b"", "application/json"),
            (b"\xff\xfe", "text/plain"),
            (b"payload=", FORM),
            (b"payload=x", FORM),
            (b"text=%ff", FORM),
            (b"text=a&" + b"b=1&" * 200, FORM),
            (deep, ""),
            (b'{"a":' + b"[" * 50_000, ""),
            (b"{" + b'"a":{' * 10_000, ""),
            (b"--x", "multipart/form-data; boundary=x"),
            (b"x", "multipart/form-data"),
        ):
            self.assertRaises(InvalidPayload, read_payload, body, kind)
        self.assertEqual(read_payload(b""), {"text": ""})
        read_payload(b'{"a":' * 64 + b"1" + b"}" * 64)

    @given(
        st.binary(max_size=80),
        st.sampled_from([FORM, "", "text/plain", "application/json", "multipart/form-data; boundary=a"]),
    )
    @settings(max_examples=proof.many(300, 60), deadline=None)
    def test_any_body(self, body: bytes, kind: str) -> None:
        with contextlib.suppress(InvalidPayload):
            read_slack(read_payload(body, kind))


class SlackTests(SynchronousTestCase):
    def shown(self, **payload: Any) -> str:
        return read_slack(payload).text

    def test_text(self) -> None:
        self.assertEqual(read_slack({"text": "*a* <!here>"}), HookMessage("**a** @all", to_all=True))
        self.assertEqual(self.shown(text="*a*", mrkdwn=False), r"\*a\*")
        for nothing in (
            {},
            {"text": ""},
            {"text": None},
            {"text": [1]},
            {"blocks": 1, "attachments": "x"},
            {"text": " \n"},
        ):
            self.assertEqual(read_slack(nothing).text.strip(), "", nothing)
        self.assertEqual(self.shown(text=12.5), "12.5")

    def test_who_says_it(self) -> None:
        message = read_slack(
            {"text": "x", "username": " deploy\nbot ", "icon_emoji": ":ghost:", "icon_url": "http://x"}
        )
        self.assertEqual((message.name, message.picture), ("deploy bot", "👻"))
        message = read_slack({"text": "x", "username": "a" * 100, "icon_url": "https://a.example/x.png"})
        self.assertEqual((len(message.name), message.picture), (64, "https://a.example/x.png"))
        self.assertEqual(read_slack({"text": "x", "username": 5, "icon_emoji": ":nope:"}), HookMessage("x", "5"))

    def test_attachment(self) -> None:
        attachment = {
            "fallback": "not shown",
            "color": "danger",
            "pretext": "*Look*",
            "author_name": "Ann",
            "author_link": "https://a.example/ann",
            "title": "The *title*",
            "title_link": "https://a.example/t",
            "text": "a &lt; b\nc",
            "fields": [
                {"title": "Priority", "value": "high", "short": True},
                {"title": "Log", "value": "1\n2"},
                {"value": "x"},
            ],
            "image_url": "https://a.example/p/graph.png?x=1",
            "actions": [
                {"type": "button", "text": "Open", "url": "https://a.example/o"},
                {"type": "button", "text": "No"},
            ],
            "footer": "from a test",
            "ts": 1700000000,
        }
        self.assertEqual(
            self.shown(text="first", attachments=[attachment]).split("\n"),
            [
                "first",
                "",
                "**Look**",
                "> 🔴 [Ann](https://a.example/ann)",
                r"> **[The \*title\*](https://a.example/t)**",
                "> a < b",
                "> c",
                "> **Priority**: high",
                "> **Log**",
                "> 1",
                "> 2",
                "> x",
                "> [graph.png](https://a.example/p/graph.png?x=1)",
                "> [Open](https://a.example/o)",
                "> from a test · 2023-11-14 22:13 UTC",
            ],
        )
        self.assertEqual(self.shown(attachments=[{"fallback": "only *this*"}]), "> only **this**")
        self.assertEqual(self.shown(attachments=[{}, 1, None, {"color": "good"}]), "")

    def test_colours(self) -> None:
        for colour, circle in (
            ("good", "🟢"), ("#36a64f", "🟢"), ("#D00000", "🔴"), ("f00", "🔴"), ("#439FE0", "🔵"), ("#FFCC00", "🟡"),
            ("#888888", ""), ("#000", ""), ("nothing", ""), ("#ff", ""), (7, ""),
        ):  # fmt: skip
            self.assertEqual(
                self.shown(attachments=[{"text": "x", "color": colour}]), f"> {circle} x".replace("  ", " ")
            )

    def test_blocks(self) -> None:
        blocks = [
            {"type": "header", "text": {"type": "plain_text", "text": "Build *7* :tada:"}},
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "*Done* by <@U1|ann>"},
                "fields": [{"type": "mrkdwn", "text": "*Branch*\nmain"}, {"type": "plain_text", "text": "_x_"}],
                "accessory": {
                    "type": "button",
                    "text": {"type": "plain_text", "text": "See"},
                    "url": "https://a.example/s",
                },
            },
            {"type": "divider"},
            {"type": "image", "alt_text": "a graph", "image_url": "https://a.example/g.png"},
            {
                "type": "context",
                "elements": [
                    {"type": "image", "alt_text": "cat", "image_url": "https://a.example/c.png"},
                    {"type": "mrkdwn", "text": "at *noon*"},
                ],
            },
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "text": {"type": "plain_text", "text": "A"}, "url": "https://a.example/a"},
                    {"type": "button", "text": {"type": "plain_text", "text": "B"}, "url": "https://a.example/b"},
                    {"type": "button", "text": {"type": "plain_text", "text": "C"}, "value": "c"},
                ],
            },
            {"type": "markdown", "text": "**md** *it*"},
            {"type": "input", "label": {"type": "plain_text", "text": "no"}},
            {"type": "no such"},
            "nonsense",
        ]
        self.assertEqual(
            self.shown(text="stands for the blocks", blocks=blocks).split("\n"),
            [
                r"**Build \*7\* 🎉**",
                "**Done** by @ann",
                "**Branch**",
                "main",
                r"\_x\_",
                "[See](https://a.example/s)",
                "———",
                "[a graph](https://a.example/g.png)",
                "[cat](https://a.example/c.png) at **noon**",
                "[A](https://a.example/a) · [B](https://a.example/b)",
                "**md** *it*",
            ],
        )
        self.assertEqual(self.shown(text="instead", blocks=[{"type": "divider"}, {"type": "new"}]), "instead")
        self.assertTrue(
            read_slack({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}]}).to_all
        )
        self.assertEqual(self.shown(attachments=[{"color": "good", "blocks": blocks[1:2]}])[:12], "> 🟢 **Done**")

    def test_rich_text(self) -> None:
        def section(*elements: dict[str, Any]) -> dict[str, Any]:
            return {"type": "rich_text_section", "elements": list(elements)}

        def words(text: str, **style: bool) -> dict[str, Any]:
            return {"type": "text", "text": text, "style": style} if style else {"type": "text", "text": text}

        elements = [
            section(
                words("so "),
                words("bold ", bold=True),
                words("a*b"),
                words(" c", code=True),
                words("d", strike=True, italic=True),
            ),
            section(
                {"type": "link", "url": "https://a.example", "text": "here"},
                {"type": "emoji", "name": "tada"},
                {"type": "user", "user_id": "U1"},
                {"type": "broadcast", "range": "channel"},
            ),
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 0,
                "elements": [section(words("x")), section(words("y"))],
            },
            {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [section(words("z"))]},
            {"type": "rich_text_quote", "elements": [words("said\nso")]},
            {"type": "rich_text_preformatted", "elements": [words("a = *1*\n")]},
        ]
        message = read_slack({"blocks": [{"type": "rich_text", "elements": elements}]})
        self.assertTrue(message.to_all)
        self.assertEqual(
            message.text.split("\n"),
            [
                r"so **bold** a\*b `c`_~~d~~_",
                "[here](https://a.example)🎉@U1@all",
                "1. x",
                "2. y",
                "   - z",
                "> said",
                "> so",
                "```",
                "a = *1*",
                "```",
            ],
        )

    def test_mattermost(self) -> None:
        """Its texts are Markdown, which is not changed; Slack's links and calls mean the same there."""
        payload = {
            "channel": "town-square",
            "username": "test",
            "icon_url": "https://a.example/i.png",
            "text": "#### Results\n*it* **bold** <https://a.example|x>\n@channel",
            "priority": {"priority": "urgent"},
            "props": {"card": "x"},
            "attachments": [{"title": "a *b*", "text": "~~c~~ *d*", "fields": [{"title": "T", "value": "**v**"}]}],
        }
        message = read_slack(payload, is_markdown=True)
        self.assertEqual(
            message.text.split("\n"),
            [
                "#### Results",
                "*it* **bold** [x](https://a.example)",
                "@all",
                "",
                "> **a *b***",
                "> ~~c~~ *d*",
                "> **T**: **v**",
            ],
        )
        self.assertEqual(message[1:], ("test", "https://a.example/i.png", True))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inside: (
                st.lists(inside, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "type",
                            "text",
                            "elements",
                            "blocks",
                            "attachments",
                            "fields",
                            "title",
                            "style",
                            "ts",
                            "url",
                            "rows",
                        ]
                    ),
                    inside
                    | st.sampled_from(["section", "rich_text", "rich_text_list", "table", "image", "actions", "text"]),
                    max_size=5,
                )
            ),
            max_leaves=20,
        )
    )
    @settings(max_examples=proof.many(300, 60), deadline=None)
    def test_any_payload(self, value: Any) -> None:
        """Whatever the fields are, there is a text, which the ledger takes."""
        for payload in ({"blocks": [value], "text": value}, {"attachments": [value]}, {"blocks": value}):
            plain(read_slack(payload).text).encode()
