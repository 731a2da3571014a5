"""Tests for L{hichat.web.api.factors} and L{hichat.web.api.signing_in}."""

from base64 import b32decode

from hichat.accounts.roles import ServerRole
from hichat.signin.totp import TOTP_STEP
from tests.support.signing_in import code_at
from tests.support.site import SiteCase

PASSWORD = {"password": "correct horse"}


def key_in(told):
    """@return: the key that an app has read."""
    return b32decode(told["secret"])


class FactorCase(SiteCase):
    def setUp(self):
        super().setUp()
        self.ann, _ = self.make_user("ann")

    def log_in(self, **more):
        return self.api("POST", "/login", {"name": "ann", **PASSWORD, "device": "phone", **more})

    def good(self, method, path, body=None, token="", status=200):
        answer = self.api(method, path, body, token)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json if answer.body else None

    def set_up(self, token):
        """@return: the app's key, and the recovery codes."""
        told = self.good("POST", "/me/factors/totp", PASSWORD, token)
        code = code_at(self.now, key_in(told)).code
        made = self.good("POST", "/me/factors/totp/confirm", {"ticket": told["ticket"], "code": code}, token)
        self.now += TOTP_STEP * 1000
        return key_in(told), made["codes"]


class OwnFactorTests(FactorCase):
    def setUp(self):
        super().setUp()
        self.token = self.log_in().json["accessToken"]

    def test_all_of_it(self):
        none = {"factors": [], "needed": False, "password": True, "recoveryLeft": 0, "remembered": []}
        self.assertEqual(self.good("GET", "/me/factors", None, self.token), none)
        key, codes = self.set_up(self.token)
        found = self.good("GET", "/me/factors", None, self.token)
        self.assertEqual((found["factors"], found["recoveryLeft"]), (["totp", "recovery"], 10))
        problem = self.problem(self.log_in(), 401, "second_factor_needed")
        self.assertEqual(problem["factors"], ["totp", "recovery"])
        shown = {"ticket": problem["ticket"], "totp": code_at(self.now, key).code, "remember": True}
        granted = self.good("POST", "/login/factor", shown)
        self.problem(self.api("POST", "/login/factor", shown), 403, "bad_ticket")
        again = self.log_in(deviceSecret=granted["deviceSecret"])
        self.assertEqual(again.status, 200)
        self.token = again.json["accessToken"]
        (device,) = self.good("GET", "/me/factors", None, self.token)["remembered"]
        self.assertEqual(device["name"], "phone")
        self.good("DELETE", f"/me/factors/devices/{device['id']}", None, self.token, 204)
        self.problem(self.log_in(deviceSecret=granted["deviceSecret"]), 401, "second_factor_needed")
        new = self.good("POST", "/me/factors/recovery", {"recovery": codes[0]}, self.token)["codes"]
        ticket = self.problem(self.log_in(), 401, "second_factor_needed")["ticket"]
        self.problem(self.api("POST", "/login/factor", {"ticket": ticket, "recovery": codes[1]}), 403, "wrong_code")
        self.good("POST", "/login/factor", {"ticket": ticket, "recovery": new[1]})
        self.token = self.token_of(self.ann.id)
        self.good("POST", "/me/factors/totp/removal", PASSWORD, self.token, 204)
        self.assertEqual(self.good("GET", "/me/factors", None, self.token), none)

    def test_what_is_asked_again(self):
        for body in ({}, PASSWORD | {"totp": "123456"}, {"totp": "123456", "recovery": "x"}):
            self.problem(self.api("POST", "/me/factors/totp", body, self.token), 400, "invalid_field")
        for body, code in (({"password": "wrong"}, "wrong_password"), ({"totp": "123456"}, "wrong_code")):
            for path in ("totp", "totp/removal", "recovery"):
                self.problem(self.api("POST", f"/me/factors/{path}", body, self.token), 403, code)

    def test_a_clock_that_is_wrong(self):
        told = self.good("POST", "/me/factors/totp", PASSWORD, self.token)
        for skew in (90_000, -90_000):
            body = {"ticket": told["ticket"], "code": code_at(self.now + skew, key_in(told)).code}
            answer = self.api("POST", "/me/factors/totp/confirm", body, self.token)
            self.assertIn("clock", self.problem(answer, 409, "clock_skewed")["detail"])

    def test_another_password_and_the_end_of_the_account(self):
        """Both ask for the password only, and the factor stays, or goes."""
        key, _ = self.set_up(self.token)
        new = {"old": "correct horse", "new": "another horse"}
        token = self.good("POST", "/me/password", new, self.token)["accessToken"]
        self.problem(self.log_in(), 403, "wrong_password")
        ticket = self.problem(self.log_in(password="another horse"), 401, "second_factor_needed")["ticket"]
        shown = {"ticket": ticket, "totp": code_at(self.now, key).code}
        self.good("POST", "/me/deletion", {"password": "another horse"}, token, 204)
        self.problem(self.api("POST", "/login/factor", shown), 403, "bad_ticket")

    def test_long_ones(self):
        for body in ({"ticket": "x" * 1025, "totp": "1"}, {"ticket": "x", "totp": "1" * 65}, {"ticket": "x"}):
            self.problem(self.api("POST", "/login/factor", body), 400, "invalid_field")


class EnrolmentTests(FactorCase):
    def setUp(self):
        super().setUp()
        self.needed = (ServerRole.MEMBER,)
        self.mount(self.accounts)

    def test_at_the_log_in(self):
        ticket = self.problem(self.log_in(), 401, "enrolment_needed")["ticket"]
        told = self.good("POST", "/login/enrol", {"ticket": ticket})
        self.assertTrue(told["qr"].startswith("<svg"))
        confirmed = {"ticket": ticket, "code": code_at(self.now, key_in(told)).code}
        self.problem(self.api("POST", "/login/enrol/confirm", confirmed | {"code": "000000"}), 403, "wrong_code")
        granted = self.good("POST", "/login/enrol/confirm", confirmed)
        self.assertEqual(len(granted["recoveryCodes"]), 10)
        self.problem(self.api("POST", "/login/enrol", {"ticket": ticket}), 403, "bad_ticket")
        self.assertTrue(self.good("GET", "/me/factors", None, granted["accessToken"])["needed"])
        answer = self.api("POST", "/me/factors/totp/removal", PASSWORD, granted["accessToken"])
        self.problem(answer, 409, "factor_required")
        self.problem(self.log_in(), 401, "second_factor_needed")
