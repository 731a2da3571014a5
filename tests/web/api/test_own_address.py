"""Tests for L{hichat.web.api.own_address}."""

from hichat.mail import addresses
from tests.support.site import SiteCase

PASSWORD = "correct horse"


class OwnAddressTests(SiteCase):
    """Ann, who is logged in."""

    def setUp(self):
        super().setUp()
        self.api("POST", "/accounts", {"name": "Ann", "password": PASSWORD})
        answer = self.api("POST", "/login", {"name": "Ann", "password": PASSWORD, "device": "phone"})
        self.token = answer.json["accessToken"]

    def own(self, method, path="", body=None, status=200):
        answer = self.api(method, f"/me/email{path}", body, self.token)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def give(self, address, status=200, password=PASSWORD):
        return self.own("PUT", "", {"address": address, "password": password}, status)

    def code(self):
        with self.store.snapshot() as connection:
            claim = addresses.claimed(connection, 1, self.now)
        assert claim is not None
        return self.mail._codes.code(1, claim)

    def test_the_whole_way(self):
        self.assertEqual(self.own("GET"), {"sent": True})
        self.assertEqual(self.give("ann@example.org")["claimed"], "ann@example.org")
        self.assertEqual(self.own("POST", "/verification", {"code": "none"}, 403)["code"], "wrong_address_code")
        verified = self.own("POST", "/verification", {"code": self.code()})
        found = {"sent": True, "address": "ann@example.org", "verified": self.now, "language": "en"}
        self.assertEqual(verified, found)
        self.assertEqual(self.own("PATCH", "", {"language": "zh"}), found | {"language": "zh"})
        self.assertEqual(self.give(""), {"sent": True})

    def test_refusals(self):
        self.assertEqual(self.give("ann@example.org", 403, "wrong horse")["code"], "wrong_password")
        self.assertEqual(self.own("PUT", "", {"address": "ann@example.org"}, 400)["code"], "invalid_field")
        self.assertEqual(self.give("ann@exa mple.org", 400)["code"], "invalid_field")
        self.mail.on = False
        self.assertEqual(self.give("ann@example.org", 403)["code"], "no_mail")
        self.assertEqual(self.own("GET"), {"sent": False})

    def test_who_forgot_the_password_hears_the_same(self):
        for name in ("Ann", "Nobody", "nobody@example.org"):
            answer = self.api("POST", "/password/forgotten", {"name": name})
            self.assertEqual((answer.status, answer.body), (204, b""))
