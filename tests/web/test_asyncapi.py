"""Tests for C{hichat.web.docs}: L{asyncapi}, L{examples}, L{protocol_page} and L{documents}."""

import base64
import hashlib
import inspect
import json
import re
from pathlib import Path
from typing import get_args

import msgspec
from jsonschema import Draft7Validator
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts.tokens import ACCESS_LIFETIME
from hichat.client.connection import Client
from hichat.core import errors
from hichat.daemon.settings import Bounds
from hichat.pipeline.gateway.quota import Quota
from hichat.pipeline.gateway.v2_session import V2Session
from hichat.web.docs.asyncapi import CLOSE_CODES, document, error_codes
from hichat.web.docs.docstrings import commonmark
from hichat.web.docs.documents import mount_documents
from hichat.web.docs.examples import EXAMPLES, examples_of
from hichat.web.docs.protocol_page import page
from hichat.wire.frames import FRAME_LIMIT, TEXT_LIMIT, WATCH_LIMIT, Close, FromClient, FromServer, Welcome
from tests.support.asyncapi_checker import AsyncAPIChecker
from tests.support.elements import Elements
from tests.support.site import SiteCase

FRAMES = get_args(FromClient) + get_args(FromServer)

SPECIFICATION = Path(__file__).with_name("asyncapi-3.0.0.schema.json")
"""The official schema (@asyncapi/specs 6.11.1, Apache-2.0), without descriptions and bindings other than C{ws}."""

_TOPIC = re.compile(r"(?:An? )?\*\*(.*?)\*\*")
_WINDOW = inspect.signature(Client).parameters["window"].default


class Examples(SynchronousTestCase):
    def test_every_frame_has_one(self):
        for kind in FRAMES:
            self.assertTrue(examples_of(kind), kind)

    def test_they_are_what_the_types_say(self):
        for example in EXAMPLES:
            side = FromClient if isinstance(example.frame, get_args(FromClient)) else FromServer
            encoded = msgspec.json.encode(example.frame)
            self.assertEqual(msgspec.json.decode(encoded, type=side), example.frame)


class Document(SynchronousTestCase):
    def setUp(self):
        self.document = json.loads(msgspec.json.encode(document()))

    def names(self, operation):
        return [found["$ref"].rpartition("/")[2] for found in self.document["operations"][operation]["messages"]]

    def test_it_is_asyncapi(self):
        validator = Draft7Validator(json.loads(SPECIFICATION.read_text()))
        self.assertEqual([error.json_path for error in validator.iter_errors(self.document)], [])
        del self.document["channels"]["chat"]["bindings"]["ws"]["bindingVersion"]
        self.document["channels"]["chat"]["bindings"]["ws"]["method"] = "PUT"
        self.assertFalse(validator.is_valid(self.document), "the schema knows the binding")

    def test_references_lead_somewhere(self):
        for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(self.document)):
            found = self.document
            for name in reference.split("/"):
                found = found[name]

    def test_it_is_the_servers(self):
        actions = {name: found["action"] for name, found in self.document["operations"].items()}
        self.assertEqual(actions, {"fromClient": "receive", "fromServer": "send"})
        self.assertEqual(self.names("fromClient"), [kind.__name__ for kind in get_args(FromClient)])
        self.assertEqual(self.names("fromServer"), [kind.__name__ for kind in get_args(FromServer)])

    def test_messages(self):
        for kind in FRAMES:
            message = self.document["components"]["messages"][kind.__name__]
            self.assertEqual(message["name"], kind.__struct_config__.tag)
            self.assertTrue(message["title"] and message["summary"] and message["examples"], kind)

    def test_examples(self):
        for direction, side in (("fromClient", "from_client"), ("fromServer", "from_server")):
            check = getattr(AsyncAPIChecker(self.document), side)
            for name in self.names(direction):
                for example in self.document["components"]["messages"][name]["examples"]:
                    check(json.dumps(example["payload"]))

    def test_every_field_is_described(self):
        for name, schema in self.document["components"]["schemas"].items():
            self.assertTrue(schema["description"], name)
            for field, found in schema["properties"].items():
                self.assertTrue(field == "op" or found["description"], (name, field))

    def test_no_epytext_is_left(self):
        text = json.dumps(self.document)
        self.assertEqual(re.findall(r"[A-Z]\{|@ivar|@cvar|@param", text), [])

    def test_only_what_clients_say_is_closed(self):
        schemas = self.document["components"]["schemas"]
        closed = {name for name, schema in schemas.items() if schema.get("additionalProperties") is False}
        self.assertEqual(closed, set(self.names("fromClient")))

    def test_codes(self):
        self.assertEqual(self.document["x-error-codes"]["busy"], errors.Busy.en)
        self.assertNotIn(errors.Refused.code, error_codes())
        codes = self.document["channels"]["chat"]["x-close-codes"]
        self.assertEqual(list(codes), [str(code) for code in CLOSE_CODES])

    def test_codes_are_an_enum(self):
        codes = self.document["components"]["schemas"]["Error"]["properties"]["code"]["enum"]
        self.assertEqual(set(codes), set(error_codes()))

    def test_every_close_is_told(self):
        """The server's own codes, all of them and no others; those below are of the WebSocket protocol."""
        self.assertEqual({code for code in CLOSE_CODES if code >= 3000}, set(Close))

    def test_what_they_ask_who_write_clients(self):
        """In the document and on the page, with what the server goes by."""
        described = self.document["info"]["description"]
        paragraphs = {
            found[1]: " ".join(each.split()) for each in described.split("\n\n") if (found := _TOPIC.match(each))
        }
        for topic, words in {
            "To authenticate": ("`POST /v2/login`", f"good for {ACCESS_LIFETIME // 60} minutes", "`POST /v2/refresh`"),
            "counter": ("from 1 to 2^53 - 1", "one more than the last", "`counter_used`", "may be left out"),
            "Before sync": ("everything may be said", "does not come yet"),
            "Several frames may be under way": ("in the order in which it came", f"library has {_WINDOW} under way"),
            "After too_fast": ("until `retryAfter`", f"at least {V2Session.pause_after} s", "again, in order"),
            "After no_such_position": ("forget the cursor", "`sync` without `since`"),
        }.items():
            for each in words:
                self.assertIn(each, paragraphs[topic])
        sections = dict(re.findall(r"<h3 id=[^>]*>(.*?)</h3>(.*?)(?=<h[23])", page(), re.DOTALL))
        for title, words in {
            "Connect": ("POST /v2/login", f"good for {ACCESS_LIFETIME // 60} minutes", "other_device"),
            "Sync": ("Before <code>sync</code> everything else may be said", "no_such_position"),
            "Send": ("need a <code>text</code> or a <code>url</code>", "need a <code>url</code>"),
            "Many at once": ("in the order in which it came", "too_fast", f"for {V2Session.pause_after} s at least"),
            "Send again, safely": ("1 to 2^53 - 1", "some may be left out"),
        }.items():
            section = " ".join(sections[title].split())
            for each in words:
                self.assertIn(each, section)

    def test_what_counters_and_media_may_be(self):
        fields = self.document["components"]["schemas"]["Send"]["properties"]
        self.assertEqual((fields["counter"]["minimum"], fields["counter"]["maximum"]), (1, 2**53 - 1))
        self.assertIn("1 to 2^53 - 1", fields["counter"]["description"])
        for each in ("`text` and `emoji` need a `text` or a `url`", "`audio` and `file` need a `url`"):
            self.assertIn(each, fields["media"]["description"])

    def test_examples_have_what_servers_say_by_default(self):
        welcome = examples_of(Welcome)[0].frame
        assert isinstance(welcome, Welcome)
        limits = Quota(Bounds().messages, Clock()).limits
        self.assertEqual(
            welcome.limits,
            {"rate": Bounds().rate, "text": TEXT_LIMIT, "frame": FRAME_LIMIT, "watch": WATCH_LIMIT, **limits},
        )

    def test_a_log_in_is_asked_for_where_it_helps(self):
        """To name another device than the token's, none does."""
        self.assertNotIn("log in", self.document["x-error-codes"][errors.OtherDevice.code])
        codes = self.document["channels"]["chat"]["x-close-codes"]
        found = {int(code) for code, why in codes.items() if "log in" in why.lower()}
        self.assertEqual(found, {Close.SIGNED_OUT, Close.UNAUTHORIZED})

    def test_commonmark(self):
        self.assertEqual(
            commonmark("a C{code}, B{bold}, I{slanted}::\n\n    {}"), "a `code`, **bold**, *slanted*:\n\n    {}"
        )


class Checker(SynchronousTestCase):
    def setUp(self):
        self.checker = AsyncAPIChecker(document())

    def test_good(self):
        self.checker.from_client('{"op":"ping"}')
        self.checker.from_server(b'{"op":"pong","ref":1}')
        self.assertEqual(len(self.checker.unseen), len(FRAMES) - 2)
        self.assertNotIn(("client", "ping"), self.checker.unseen)

    def test_bad(self):
        for frame in ('{"op":"pong"}', '{"op":"send","colour":1}', '{"op":"send","user":0}', "{}", "[]"):
            self.assertRaises(AssertionError, self.checker.from_client, frame)
        for frame in (
            '{"op":"ping"}',
            '{"op":"pong","colour":1}',
            '{"op":"done"}',
            '{"op":"error","code":"new","message":"?"}',
            '{"op":"page","position":1,"events":[{"id":1}]}',
        ):
            self.assertRaises(AssertionError, self.checker.from_server, frame)


class Page(SynchronousTestCase):
    def test_every_frame(self):
        for kind in FRAMES:
            _, _, section = page().partition(
                f'<section id="{kind.__name__}">\n<h3><code>{kind.__struct_config__.tag}</code>'
            )
            section = section.partition("</section>")[0]
            self.assertIn("<p>Example", section)
            for field in kind.__struct_encode_fields__:
                self.assertIn(f"<td><code>{field}</code>", section)

    def test_codes(self):
        for code in (*CLOSE_CODES, *error_codes()):
            self.assertIn(f"<tr><td><code>{code}</code></td>", page())

    def test_well_formed(self):
        elements = Elements(page())
        self.assertEqual(elements.open, [])
        self.assertEqual(len(elements.ids), len(set(elements.ids)))
        inside = {link[1:] for link in elements.links if link.startswith("#")}
        self.assertEqual(inside - set(elements.ids), set())
        self.assertEqual([link for link in elements.links if link[0] != "#"], ["/v2/asyncapi.json"])

    def test_nothing_that_the_policy_forbids(self):
        self.assertEqual(re.findall(r"<script|<img|<link|style=|\bon\w+=|@import|url\(", page()), [])


class Served(SiteCase):
    def setUp(self):
        super().setUp()
        mount_documents(self.root)

    def test_document(self):
        answer = self.request("GET", "/v2/asyncapi.json")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/json"))
        self.assertEqual(answer.json, json.loads(msgspec.json.encode(document())))

    def test_page(self):
        answer = self.request("GET", "/v2/protocol")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertEqual(answer.body.decode(), page())
        (style,) = re.findall(b"<style>(.*?)</style>", answer.body, re.DOTALL)
        allowed = base64.b64encode(hashlib.sha256(style).digest()).decode()
        policy = answer.headers["content-security-policy"].split("; ")
        self.assertIn("default-src 'none'", policy)
        self.assertIn(f"style-src 'sha256-{allowed}'", policy)

    def test_headers(self):
        for target in ("/v2/asyncapi.json", "/v2/protocol"):
            headers = self.request("GET", target).headers
            headers.pop("date")
            self.assertEqual((headers["cache-control"], headers["x-content-type-options"]), ("no-cache", "nosniff"))
            self.assertIn("default-src 'none'", headers["content-security-policy"])
            self.assertLessEqual(headers.items(), self.request("HEAD", target).headers.items())

    def test_still_the_same(self):
        for target in ("/v2/asyncapi.json", "/v2/protocol"):
            first = self.request("GET", target)
            again = self.request("GET", target, If_None_Match=first.headers["etag"])
            self.assertEqual((again.status, again.body), (304, b""))
            self.assertIn(again.headers.get("content-length"), (None, str(len(first.body))))
            self.assertEqual(self.request("GET", target, If_None_Match='"another"').status, 200)

    def test_other_methods(self):
        self.assertEqual(self.request("POST", "/v2/protocol").status, 405)
