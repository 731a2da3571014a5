"""Tests for L{hichat.signin.openid.rules}."""

import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts.roles import ServerRole
from hichat.signin.openid.rules import RoleRules, is_safe, parse_issuer, read_secret


class RuleTests(SynchronousTestCase):
    def test_the_highest_role_counts(self):
        rules = RoleRules.parse("groups: chat users=member, mods=moderator,*=guest")
        for claims, role in (
            ({"groups": ["mods", "chat users"]}, ServerRole.MODERATOR),
            ({"groups": ["chat users"]}, ServerRole.MEMBER),
            ({"groups": "mods"}, ServerRole.MODERATOR),
            ({"groups": ["Mods"]}, ServerRole.GUEST),
            ({}, ServerRole.GUEST),
        ):
            self.assertIs(rules.role_of(claims), role)

    def test_a_claim_within_another(self):
        rules = RoleRules.parse("realm_access.roles: chat=member")
        self.assertIs(rules.role_of({"realm_access": {"roles": ["chat"]}}), ServerRole.MEMBER)
        self.assertIsNone(rules.role_of({"realm_access": ["chat"]}))
        rules = RoleRules.parse("https://x.example/roles: a=b=owner")
        self.assertIs(rules.role_of({"https://x.example/roles": ["a=b"]}), ServerRole.OWNER)
        self.assertIs(RoleRules.parse("chat: true=member").role_of({"chat": True}), ServerRole.MEMBER)

    def test_a_text_and_back(self):
        for text in ("", "groups: a=member", "x.y: a b=owner, *=guest"):
            self.assertEqual(str(RoleRules.parse(text)), text)

    def test_what_is_none(self):
        for text in (
            "groups",
            "groups:",
            "groups: ",
            ": a=member",
            "groups: a",
            "groups: =member",
            "groups: a=king",
            "g: " + ",".join(f"{number}=member" for number in range(51)),
        ):
            self.assertRaises(ValueError, RoleRules.parse, text)


class IssuerTests(SynchronousTestCase):
    def test_what_will_do(self):
        for text in (
            "",
            "https://id.example",
            "https://id.example:8443/realms/x/",
            "http://localhost:8080/x",
            "http://127.0.0.1:1",
            "http://[::1]:1",
        ):
            self.assertEqual(parse_issuer(text), text)

    def test_what_will_not(self):
        for text in (
            "http://id.example",
            "http://127.0.0.1.example",
            "http://localhost@evil.example",
            "id.example",
            "ftp://id.example",
            "https://",
            "https://id.example/?x",
            "https://id.example/#x",
            "https://id.example:99999",
            "https://id example",
        ):
            self.assertRaises(ValueError, parse_issuer, text)
        self.assertFalse(is_safe("http://127.0.0.1/", among_loopback=False))


class SecretTests(SynchronousTestCase):
    def test_in_a_file(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = Path(directory.name, "secret")
        self.assertEqual(read_secret("x y"), "x y")
        self.assertRaises(ValueError, read_secret, f"file:{path}")
        path.write_text("  s3cret\n")
        self.assertEqual(read_secret(f"file:{path}"), "s3cret")
        path.write_text("\n")
        self.assertRaises(ValueError, read_secret, f"file:{path}")
