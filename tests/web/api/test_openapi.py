"""Tests for L{hichat.web.docs.openapi}, L{hichat.web.docs.api_page} and the declared operations."""

import json
import re
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import MethodNotTaken, NoSuchAddress, Refused
from hichat.web.api.catalogue import OPERATIONS
from hichat.web.docs.api_page import page
from hichat.web.docs.documents import mount_documents
from hichat.web.docs.openapi import document, operation_errors
from tests.support.elements import Elements
from tests.support.site import SiteCase


class Document(SynchronousTestCase):
    def setUp(self):
        self.document = json.loads(json.dumps(document()))

    def test_references_lead_somewhere(self):
        for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(self.document)):
            found = self.document
            for name in reference.split("/"):
                found = found[name]

    def test_every_operation_is_there_once(self):
        ids = [operation["operationId"] for path in self.document["paths"].values() for operation in path.values()]
        self.assertEqual(sorted(ids), sorted(operation.id for operation in OPERATIONS))
        self.assertEqual(len(ids), len(set(ids)))

    def test_everything_is_described(self):
        for path in self.document["paths"].values():
            for operation in path.values():
                self.assertTrue(operation["summary"] and operation["description"], operation["operationId"])
                for parameter in operation["parameters"]:
                    self.assertTrue(parameter["description"], (operation["operationId"], parameter["name"]))
        for name, schema in self.document["components"]["schemas"].items():
            self.assertTrue(schema["description"], name)

    def test_no_epytext_is_left(self):
        self.assertEqual(re.findall(r"[A-Z]\{|@ivar|@cvar|@param", json.dumps(self.document)), [])

    def test_only_what_clients_say_is_closed(self):
        said = {operation.body_type.__name__ for operation in OPERATIONS if operation.body_type is not None}
        schemas = self.document["components"]["schemas"]
        closed = {name for name, schema in schemas.items() if schema.get("additionalProperties") is False}
        self.assertLessEqual(said, closed)
        self.assertNotIn("Problem", closed)
        self.assertNotIn("Profile", closed)

    def test_how_to_authenticate(self):
        told = self.document["info"]["description"]
        for words in ("`POST /v2/login`", "`Authorization: Bearer T`", "`POST /v2/refresh`", "`expiresIn`"):
            self.assertIn(words, told)

    def test_codes_are_an_enum(self):
        """Of the one schema that generators look at; it has all that any answer may have."""
        codes = self.document["components"]["schemas"]["Problem"]["properties"]["code"]
        self.assertEqual((codes["type"], len(codes["enum"])), ("string", len(set(codes["enum"]))))
        for operation in OPERATIONS:
            self.assertLessEqual({kind.code for kind in operation.refused_with}, set(codes["enum"]))
        for kind in (NoSuchAddress, MethodNotTaken):
            self.assertIn(kind.code, codes["enum"])

    def test_what_has_a_default_may_be_left_out(self):
        """Generators take what has a C{default} for something that is always there."""
        told = 0
        for name, schema in self.document["components"]["schemas"].items():
            for field, found in schema["properties"].items():
                self.assertNotIn("default", found, (name, field))
                if "x-default" in found:
                    self.assertNotIn(field, schema.get("required", ()))
                    self.assertIn(f"If absent: `{json.dumps(found['x-default'])}`", found["description"])
                    told += 1
        self.assertGreater(told, 10)

    def test_when_to_come_again(self):
        for path in self.document["paths"].values():
            for operation in path.values():
                for status in ("429", "503"):
                    if status in operation["responses"]:
                        self.assertTrue(operation["responses"][status]["headers"]["Retry-After"]["required"])
        for operation in OPERATIONS:
            for kind in operation.refused_with:
                if kind.status == 503:
                    self.assertIsNotNone(kind.retry_after, kind)

    def test_a_body_is_needed_where_a_field_is(self):
        bodies = {
            operation["operationId"]: operation["requestBody"]["required"]
            for path in self.document["paths"].values()
            for operation in path.values()
            if "requestBody" in operation
        }
        found = [bodies[name] for name in ("logIn", "setRole", "muteMember", "requestContact", "changeMe")]
        self.assertEqual(found, [True, True, False, False, False])

    def test_every_problem_has_a_status_of_its_own_kind(self):
        for operation in OPERATIONS:
            for status, kinds in operation_errors(operation).items():
                self.assertTrue(400 <= status < 600)
                self.assertEqual({kind.status for kind in kinds}, {status})
                self.assertNotIn(Refused, kinds)

    def test_who_needs_a_token_may_have_a_bad_one(self):
        for path in self.document["paths"].values():
            for operation in path.values():
                self.assertTrue(not operation["security"] or "401" in operation["responses"], operation["operationId"])


class Page(SynchronousTestCase):
    def test_every_operation(self):
        for operation in OPERATIONS:
            _, _, section = page().partition(f'<section id="{operation.id}">')
            section = section.partition("</section>")[0]
            self.assertIn(f"{operation.method} /v2{operation.path}</code>", section)
            for kind in operation.refused_with:
                self.assertIn(f'<a href="#{kind.code}">', section)

    def test_a_body_that_may_be_left_out(self):
        found = re.findall(r'<section id="(\w+)">(?:(?!</section>).)*?<p>Body: (.*?)</p>', page(), re.DOTALL)
        wanted = {operation.id for operation in OPERATIONS if operation.needs_body or operation.takes_files}
        self.assertEqual({name for name, body in found if "optional" not in body}, wanted)

    def test_well_formed(self):
        elements = Elements(page())
        self.assertEqual(elements.open, [])
        self.assertEqual(len(elements.ids), len(set(elements.ids)))
        inside = {link[1:] for link in elements.links if link.startswith("#")}
        self.assertEqual(inside - set(elements.ids), set())
        self.assertEqual({link for link in elements.links if link[0] != "#"}, {"/v2/openapi.json", "/v2/protocol"})

    def test_nothing_that_the_policy_forbids(self):
        self.assertEqual(re.findall(r"<script|<img|<link|style=|\bon\w+=|@import|url\(", page()), [])


class Served(SiteCase):
    def setUp(self):
        super().setUp()
        mount_documents(self.root)

    def test_document(self):
        answer = self.request("GET", "/v2/openapi.json")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/json"))
        self.assertEqual(answer.json, json.loads(json.dumps(document())))

    def test_page(self):
        answer = self.request("GET", "/v2/api")
        self.assertEqual((answer.status, answer.body.decode()), (200, page()))

    def test_other_methods(self):
        answer = self.request("POST", "/v2/openapi.json")
        self.problem(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["allow"], "GET, HEAD")


class WithoutAToken(SiteCase):
    def test_nothing_is_told(self):
        """Every operation that needs a token, with arguments that are no good."""
        for operation in OPERATIONS:
            if not operation.is_open:
                target = re.sub(r"\{\w+\}", "x", operation.path)
                for headers in ({}, {"Authorization": "Bearer x"}):
                    answer = self.request(operation.method, f"/v2{target}", **headers)
                    self.problem(answer, 401, "unauthorized")
                    self.assertIn("Bearer", answer.headers["www-authenticate"])

    def test_every_operation_answers_rubbish_as_the_document_says(self):
        user, _ = self.make_user("Ann")
        token = self.token_of(user.id)
        for operation in OPERATIONS:
            target = re.sub(r"\{\w+\}", "x", operation.path)
            bodies: list[Any] = [None, {"x": 1}, [], "\0"]
            for body in bodies:
                answer = self.api(operation.method, target, body, token)
                # To say nothing is no rubbish where every field is optional.
                if operation.path_type or (operation.body_type and (body is not None or operation.needs_body)):
                    self.assertIn(answer.status, (400, 401, 404, 415))
                if answer.status >= 400:
                    self.problem(answer, answer.status, answer.json["code"])
