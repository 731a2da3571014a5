"""Tests for L{hichat.web.api.router}, L{hichat.web.api.requests}, L{hichat.web.problems} and the operations."""

import gzip
import json
import re
from typing import Annotated

import msgspec
from msgspec import Meta
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import GroupFull, NameTaken, TooFast
from hichat.keeping.service import Keeping
from hichat.web import compression
from hichat.web.api.catalogue import OPERATIONS as CATALOGUE
from hichat.web.api.operation import Answer, Caller, Operation, UserId
from hichat.web.api.paging import Page, Paging
from hichat.web.api.router import make_api
from hichat.web.credentials import Peer
from hichat.web.services import ApiServices
from hichat.web.site import FORM_LIMIT, Branch
from tests.support.site import SiteCase


class Part(msgspec.Struct, forbid_unknown_fields=True):
    size: Annotated[int, Meta(ge=0)]


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=5)]
    parts: list[Part] = []


class ThingPath(msgspec.Struct, forbid_unknown_fields=True):
    user: UserId


class ThingQuery(Paging):
    colour: str = "red"
    loud: bool = False


async def put_thing(services: ApiServices, path: ThingPath, body: Thing) -> Thing:
    return body


async def find_things(services: ApiServices, query: ThingQuery) -> Page[int]:
    after = query.after(tuple[int])
    first = after[0] + 1 if after else 0
    return query.page(list(range(10))[first : first + query.limit + 1], lambda number: (number,))


async def ask_query(services: ApiServices, query: ThingQuery) -> list[str]:
    return [query.colour, str(query.loud)]


async def whoami(services: ApiServices, caller: Caller, peer: Peer) -> list[str]:
    return [caller.user.name, peer.address]


async def forget_thing(services: ApiServices) -> None:
    return None


async def ask_slowly(services: ApiServices) -> Answer:
    return Answer(202, None)


async def ask_much(services: ApiServices, query: ThingQuery) -> list[str]:
    return ["x" * 100] * query.limit


async def fail(services: ApiServices) -> Thing:
    raise ValueError("secret")


async def wait_a_bit(services: ApiServices) -> Thing:
    raise TooFast(2.5)


async def surprise(services: ApiServices) -> Thing:
    raise NameTaken


OPERATIONS = (
    Operation("PUT", "/things/{user}", put_thing, ""),
    Operation("GET", "/things", find_things, ""),
    Operation("GET", "/query", ask_query, ""),
    Operation("GET", "/whoami", whoami, ""),
    Operation("DELETE", "/things", forget_thing, ""),
    Operation("POST", "/slow", ask_slowly, "", more={202: None}),
    Operation("GET", "/much", ask_much, ""),
    Operation("GET", "/codes", ask_much, "", secret=True),
    Operation("POST", "/much", ask_much, ""),
    Operation("GET", "/fail", fail, ""),
    Operation("GET", "/wait", wait_a_bit, "", (TooFast,)),
    Operation("GET", "/surprise", surprise, "", (GroupFull,)),
)


class RouterCase(SiteCase):
    def setUp(self):
        super().setUp()
        services = ApiServices(
            self.accounts,
            self.contacts,
            self.conversations,
            self.groups,
            self.marks,
            self.search_index,
            self.store,
            self.media,
            self.exports,
            self.reports,
            self.commands,
            self.server,
            Keeping(self.store, lambda: self.now),
            self.writing,
            self.streams,
            *self.ways_in_of(self.accounts),
        )
        self.root.putChild(b"v2", Branch(make_api(OPERATIONS, services)))
        self.ann, _ = self.make_user("Ann")
        self.token = self.token_of(self.ann.id)

    def put(self, body, target="/v2/things/1", kind="application/json", **headers):
        return self.request("PUT", target, body, Content_Type=kind, **headers)


class Bodies(RouterCase):
    def refused(self, body, pointer):
        found = self.problem(self.put(body), 400, "invalid_field")
        self.assertEqual([fault["pointer"] for fault in found["errors"]], [pointer])
        return found

    def test_read_and_written(self):
        answer = self.put(b'{"name":"a","parts":[{"size":1}]}', kind='application/json; charset="utf-8"')
        self.assertEqual((answer.status, answer.json), (200, {"name": "a", "parts": [{"size": 1}]}))
        self.assertEqual(answer.headers["content-type"], "application/json; charset=utf-8")
        self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_the_field_is_named(self):
        self.refused(b'{"name":"abcdef"}', "/name")
        self.refused(b'{"name":1}', "/name")
        self.refused(b"{}", "/name")
        self.refused(b'{"name":"a","colour":1}', "/colour")
        self.refused(b'{"name":"a","parts":[{"size":1},{"size":-1}]}', "/parts/1/size")
        self.refused(b'{"name":"a","parts":[{}]}', "/parts/0/size")
        self.refused(b'{"name":"a","parts":[{"size":1,"x":2}]}', "/parts/0/x")
        self.refused(b"[]", "")

    def test_not_json(self):
        for body in (b"", b"{", b"name=a", b"\xff", b'{"name":"\xff"}', b'{"name":"\\ud800"}'):
            self.problem(self.put(body), 400, "not_json")

    def test_nul(self):
        self.problem(self.put(b'{"name":"a\\u0000"}'), 400, "not_text")
        self.problem(self.put(b'{"name":"\\\\\\u0000"}'), 400, "not_text")
        self.assertEqual(self.put(b'{"name":"\\\\u00"}').status, 200)
        found = self.put(json.dumps({"name": "a", "parts": [], "x": "\\u0000"}).encode())
        self.assertEqual(self.problem(found, 400, "invalid_field")["errors"][0]["pointer"], "/x")

    def test_a_backslash_before_what_looks_like_a_nul(self):
        self.assertEqual(self.put(b'{"name":"\\\\u000"}').status, 200)

    def test_another_type(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/merge-patch+json"):
            self.problem(self.put(b'{"name":"a"}', kind=kind), 415, "not_json_type")

    def test_none_at_all(self):
        """It has no type that could be wrong: what is said is which field is missing."""
        found = self.problem(self.request("PUT", "/v2/things/1"), 400, "invalid_field")
        self.assertEqual(found["errors"][0]["pointer"], "/name")
        self.problem(self.put(b"", kind="text/plain"), 415, "not_json_type")

    def test_too_large(self):
        answer = self.put(b" " * (FORM_LIMIT + 1))
        self.problem(answer, 413, "form_too_large")
        self.assertEqual(answer.headers["connection"], "close")


class Parameters(RouterCase):
    def refused(self, target, parameter):
        found = self.problem(self.request("GET", target), 400, "invalid_field")
        self.assertEqual([fault["parameter"] for fault in found["errors"]], [parameter])

    def test_read(self):
        self.assertEqual(self.request("GET", "/v2/query?colour=gr%C3%BCn&loud=true").json, ["grün", "True"])

    def test_the_parameter_is_named(self):
        self.refused("/v2/query?limit=x", "limit")
        self.refused("/v2/query?limit=0", "limit")
        self.refused("/v2/query?limit=201", "limit")
        self.refused("/v2/query?limit=", "limit")
        self.refused("/v2/query?size=1", "size")
        self.refused("/v2/query?colour=a&colour=b", "colour")
        self.refused("/v2/query?colour=%FF", "colour")
        self.refused("/v2/query?loud=perhaps", "loud")
        self.refused("/v2/wait?x=1", "x")
        self.refused("/v2/wait?%FF%00=1", "")

    def test_of_the_path(self):
        for user in ("x", "0", "-1", "1.5", str(2**53), "%FF", "%00"):
            answer = self.put(b'{"name":"a"}', f"/v2/things/{user}")
            self.assertIn(answer.status, (400, 404), user)
            self.assertEqual(answer.headers["content-type"], "application/problem+json")
        found = self.problem(self.put(b'{"name":"a"}', "/v2/things/0"), 400, "invalid_field")
        self.assertEqual(found["errors"][0]["parameter"], "user")

    def test_nul(self):
        self.problem(self.request("GET", "/v2/query?colour=%00"), 400, "not_text")


class Pages(RouterCase):
    def page(self, **query):
        target = "/v2/things?" + "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.request("GET", target)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def test_one_after_the_other(self):
        found, query = [], {"limit": 4}
        for size in (4, 4, 2):
            page = self.page(**query)
            self.assertEqual(len(page["items"]), size)
            found += page["items"]
            query["cursor"] = page.get("next")
        self.assertEqual((found, query["cursor"]), (list(range(10)), None))

    def test_the_last_one_is_full(self):
        self.assertNotIn("next", self.page(limit=10))
        self.assertIn("next", self.page(limit=9))

    def test_bad_cursors(self):
        good = self.page(limit=4)["next"]
        other = ("W10", "WyJhIl0", "WzkwMDcxOTkyNTQ3NDA5OTJd", "MQ", "A" * 999)
        for cursor in ("x", "", "%C3%A9", good[:-1], good + "A", *other):
            answer = self.request("GET", f"/v2/things?cursor={cursor}")
            self.problem(answer, 400, "bad_cursor")
        self.problem(self.request("GET", f"/v2/things?cursor={'A' * 1025}"), 400, "invalid_field")


class Compression(RouterCase):
    def test_for_whoever_accepts_it(self):
        plain = self.request("GET", "/v2/much?limit=50")
        for accepted in ("gzip", "br, gzip;q=0.1", "*"):
            found = self.request("GET", "/v2/much?limit=50", Accept_Encoding=accepted)
            self.assertEqual((found.headers["content-encoding"], found.headers["vary"]), ("gzip", "Accept-Encoding"))
            self.assertEqual(gzip.decompress(found.body), plain.body)
            self.assertEqual(found.headers["content-length"], str(len(found.body)))
            self.assertLess(len(found.body), 200)
        head = self.request("HEAD", "/v2/much?limit=50", Accept_Encoding="gzip")
        self.assertEqual((head.headers["content-length"], head.body), (found.headers["content-length"], b""))
        for refusing in ("gzip;q=0", "br", ""):
            refused = self.request("GET", "/v2/much?limit=50", Accept_Encoding=refusing)
            self.assertEqual((refused.body, refused.headers["vary"]), (plain.body, "Accept-Encoding"))
            self.assertNotIn("content-encoding", refused.headers)

    def test_what_is_not(self):
        """What has a secret; what changes something; what is short; and what would hold up everybody."""
        self.patch(compression, "LARGEST_PACKED", 15_000)
        for method, target in (
            ("GET", "/v2/codes?limit=50"),
            ("POST", "/v2/much?limit=50"),
            ("GET", "/v2/much?limit=10"),
            ("GET", "/v2/much?limit=200"),
        ):
            found = self.request(method, target, Accept_Encoding="gzip")
            self.assertEqual(found.status, 200)
            self.assertNotIn("content-encoding", found.headers, (method, target))
            self.assertNotIn("vary", found.headers)
        found = self.request("GET", "/v2/much?limit=100", Accept_Encoding="gzip")
        self.assertEqual(found.headers["content-encoding"], "gzip")

    def test_secrets_are_declared(self):
        """Of the API: no answer that is compressed has a text, or a link, whose name is that of a secret."""
        secret = re.compile("code|token|secret|password|(?<!pass)key|links?$", re.IGNORECASE)
        for operation in CATALOGUE:
            if not operation.is_compressed or operation.sends_files:
                continue
            _, schemas = msgspec.json.schema_components([each for each in operation.answers.values() if each])
            texts = [
                field
                for schema in schemas.values()
                for field, of in schema.get("properties", {}).items()
                if of.get("type") == "string"
            ]
            self.assertEqual([name for name in (*schemas, *texts) if secret.search(name)], [], operation.id)
        self.assertIn("getLinks", [operation.id for operation in CATALOGUE if operation.secret])


class Callers(RouterCase):
    def test_who_has_a_token(self):
        self.assertEqual(self.request("GET", "/v2/whoami", Authorization=f"Bearer {self.token}").json[0], "Ann")
        self.assertEqual(self.request("GET", "/v2/whoami", Authorization=f"bearer {self.token}").status, 200)

    def test_who_has_none(self):
        answer = self.request("GET", "/v2/whoami")
        self.problem(answer, 401, "unauthorized")
        self.assertEqual(answer.headers["www-authenticate"], 'Bearer realm="hichat"')

    def test_a_bad_one(self):
        for token in ("x", self.token[:-1], "", "\xff"):
            answer = self.request("GET", "/v2/whoami", Authorization=f"Bearer {token}")
            self.problem(answer, 401, "unauthorized")
            self.assertIn('error="invalid_token"', answer.headers["www-authenticate"])

    def test_never_in_the_url(self):
        self.problem(self.request("GET", f"/v2/whoami?token={self.token}&userId={self.ann.id}"), 401, "unauthorized")

    def test_who_has_none_learns_nothing_else(self):
        self.problem(self.request("GET", "/v2/whoami?x=1"), 401, "unauthorized")


class Problems(RouterCase):
    def test_the_document(self):
        answer = self.request("GET", "/v2/wait", Accept_Language="en")
        self.assertEqual(answer.headers["retry-after"], "3")
        self.assertEqual(
            answer.json,
            {
                "type": "/v2/api#too_fast",
                "title": TooFast.en,
                "status": 429,
                "code": "too_fast",
                "detail": TooFast.en,
                "retryAfter": 2.5,
            },
        )

    def test_language(self):
        """English, unless the request asks for Chinese; the answer tells which it is, and what that depends on."""
        for asked, spoken in (
            ({}, "en"),
            ({"Accept-Language": "fr"}, "en"),
            ({"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh"),
            ({"Accept-Language": "zh;q=0.8,en;q=0.9"}, "en"),
        ):
            answer = self.request("GET", "/v2/wait", **asked)
            self.assertEqual(answer.json["title"], {"en": TooFast.en, "zh": TooFast.zh}[spoken])
            self.assertEqual((answer.headers["content-language"], answer.headers["vary"]), (spoken, "Accept-Language"))

    def test_several_headers_of_languages_are_one_list(self):
        """RFC 9110, 5.3."""
        connection = self.connect()
        connection.send(
            b"GET /v2/wait HTTP/1.1\r\nHost: x\r\nAccept-Language: zh\r\nAccept-Language: en;q=0.5, \xff\r\n\r\n"
        )
        self.assertEqual(connection.answer().json["title"], TooFast.zh)

    def test_nothing_there(self):
        for target in ("/v2", "/v2/", "/v2/nothing", "/v2/things/1/", "/v2//things", "/v2/%FF", "/v2/things/a/b"):
            self.problem(self.request("GET", target), 404, "not_found")

    def test_another_method(self):
        answer = self.request("POST", "/v2/things", b"{}")
        self.problem(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["allow"], "DELETE, GET, HEAD, OPTIONS")
        self.problem(self.request("BREW", "/v2/things"), 405, "method_not_allowed")

    def test_options(self):
        answer = self.request("OPTIONS", "/v2/things")
        self.assertEqual(
            (answer.status, answer.headers["allow"], answer.body), (204, "DELETE, GET, HEAD, OPTIONS", b"")
        )
        self.problem(self.request("OPTIONS", "/v2/nothing"), 404, "not_found")

    def test_head(self):
        whole, head = self.request("GET", "/v2/query"), self.request("HEAD", "/v2/query")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["content-length"], str(len(whole.body)))

    def test_no_body(self):
        answer = self.request("DELETE", "/v2/things")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertEqual(self.request("POST", "/v2/slow").status, 202)

    def test_our_own_mistakes(self):
        answer = self.request("GET", "/v2/fail")
        self.problem(answer, 500, "internal")
        self.assertNotIn(b"secret", answer.body)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_an_undeclared_refusal_is_answered_all_the_same(self):
        self.problem(self.request("GET", "/v2/surprise"), 409, "name_taken")

    def test_v1_is_as_it_was(self):
        self.assertEqual(self.request("GET", "/v1/nothing").json, {"code": -1, "message": "没有这个地址"})
        self.assertEqual(self.request("GET", "/v2x").json["code"], -1)


class Declarations(SynchronousTestCase):
    def test_what_does_not_fit_together(self):
        async def other_names(services: ApiServices, user: int) -> None: ...
        async def no_parts() -> None: ...
        async def open_body(services: ApiServices, body: msgspec.Struct) -> None: ...

        for handler in (other_names, no_parts, open_body):
            self.assertRaises(TypeError, Operation, "GET", "/", handler, "")
        self.assertRaises(TypeError, Operation, "PUT", "/things/{group}", put_thing, "")
        self.assertRaises(TypeError, Operation, "PUT", "/things", put_thing, "")

    def test_names(self):
        self.assertEqual([operation.id for operation in OPERATIONS[:2]], ["putThing", "findThings"])
