"""Tests for L{hichat.web.api.accounts}."""

from threading import Barrier, Thread
from time import process_time
from typing import Any
from unicodedata import normalize
from urllib.parse import quote

from sqlalchemy import event
from twisted.internet.address import IPv4Address

from hichat.accounts import invites, users
from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.accounts.resting import REST
from hichat.accounts.tokens import ACCESS_LIFETIME
from hichat.core.errors import NameTaken
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.core.kinds import PersonBody
from hichat.runtime.limits import Limits, Rate
from hichat.web.api import paging
from hichat.web.api.accounts import SECTION
from tests.support.accounts import quick_hasher
from tests.support.doubles import NOW, run_now
from tests.support.postgres import OnPostgreSQL
from tests.support.site import BAD_PASSWORDS, SiteCase, Transport


class ApiCase(SiteCase):
    def make(self, name="Ann", password="correct horse", **more):
        return self.api("POST", "/accounts", {"name": name, "password": password} | more)

    def log_in(self, name="Ann", password="correct horse", device="phone", **headers):
        """@return: what a login gives; the account is made if there is none."""
        self.make(name, password)
        answer = self.api("POST", "/login", {"name": name, "password": password, "device": device}, **headers)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def token(self, name="Ann", device="phone"):
        return self.log_in(name, device=device)["accessToken"]

    def get(self, target, token):
        answer = self.api("GET", target, None, token)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def parameter(self, answer):
        return self.problem(answer, 400, "invalid_field")["errors"][0]


class ComingIn(ApiCase):
    def test_register(self):
        answer = self.make(" Ann ")
        self.assertEqual(answer.status, 201)
        self.assertEqual((answer.json["id"], answer.json["name"], answer.json["created"]), (1, "Ann", self.now))
        self.problem(self.make("aNN"), 409, "name_taken")

    def test_register_refusals_name_the_field(self):
        for body, pointer in (
            ({"name": "", "password": "battery staple"}, "/name"),
            ({"name": "a\nb", "password": "battery staple"}, "/name"),
            ({"name": "a" * 65, "password": "battery staple"}, "/name"),
            ({"name": "Ann"}, "/password"),
            ({"name": "Ann", "password": "x", "admin": True}, "/admin"),
        ):
            self.assertEqual(self.parameter(self.api("POST", "/accounts", body))["pointer"], pointer)

    def test_register_names(self):
        """What is wrong with a name is said in both languages."""
        self.make()
        for name, status, code, zh, en in (
            ("a\u200bnn", 400, "invalid_field", "用户名由文字", "single blanks"),
            ("Аdmin", 409, "name_reserved", "已被保留", "reserved"),
            ("ＡLl", 409, "name_reserved", "已被保留", "reserved"),
            ("所有人", 409, "name_reserved", "已被保留", "reserved"),
            ("ａｎｎ", 409, "name_taken", "已被使用", "taken"),
            ("аnn", 409, "name_taken", "已被使用", "taken"),
        ):
            self.assertIn(en, self.problem(self.make(name, "correct horse"), status, code)["detail"])
            body = {"name": name, "password": "correct horse"}
            answer = self.api("POST", "/accounts", body, **{"Accept-Language": "zh"})
            self.assertIn(zh, self.problem(answer, status, code)["detail"])

    def test_what_is_kept_counts(self):
        """A name, a password and a bio in pieces, of as many characters as there may be once they are one."""
        name, password = normalize("NFD", "한" * 64), normalize("NFD", "é" * 100)
        answer = self.make(name, password)
        self.assertEqual((answer.status, answer.json["name"]), (201, "한" * 64))
        token = self.log_in("한" * 64, "é" * 100)["accessToken"]
        changed = self.api(
            "PATCH", "/me", {"bio": normalize("NFD", "한" * 1024), "gender": normalize("NFD", "한" * 16)}, token
        )
        self.assertEqual((changed.json["bio"], changed.json["gender"]), ("한" * 1024, "한" * 16))
        self.assertEqual(self.parameter(self.api("PATCH", "/me", {"gender": "한" * 17}, token))["pointer"], "/gender")

    def test_hostile_text_stops_nobody(self):
        """Nothing that comes with one request takes the reactor as long as a person would notice."""
        token = self.token()
        for evil in ("a" + "\u0300" * 15_000 + "\u0316" * 15_000, "\u0f73" * 20_000, "ﷺ" * 20_000, "\u0344" * 250):
            for method, target, body in (
                ("POST", "/accounts", {"name": evil, "password": evil}),
                ("POST", "/login", {"name": evil, "password": evil, "device": "d"}),
                ("POST", "/login", {"name": evil[:250], "password": evil[:250], "device": "d"}),
                ("PATCH", "/me", {"name": evil[:250], "bio": evil[:4096]}),
                ("PATCH", "/me", {"bio": evil}),
                ("POST", "/me/password", {"old": evil, "new": evil}),
                ("POST", "/groups", {"name": evil[:250], "description": evil[:4096]}),
                ("GET", f"/users?prefix={quote(evil[:250])}", None),
                ("GET", f"/groups?name={quote(evil[:250])}", None),
                ("GET", f"/search?q={quote(evil[:1000])}", None),
                ("PUT", "/contacts/2", {"remark": evil[:250]}),
            ):
                took = []
                for _ in range(3):
                    began = process_time()
                    self.api(method, target, body, token)
                    took.append(process_time() - began)
                self.assertLess(min(took), 0.25, f"{method} {target[:20]} {evil[:2]!a}, with the store's work")

    def test_a_password_that_is_refused(self):
        """Each reason has its code, and its words in both languages; they never say what was sent."""
        for password, code, en, zh in BAD_PASSWORDS:
            answer = self.api("POST", "/accounts", {"name": "Ann", "password": password})
            problem = self.problem(answer, 400, code)
            self.assertEqual((problem["detail"], problem["errors"]), (en, [{"pointer": "/password"}]))
            answer = self.api("POST", "/accounts", {"name": "Ann", "password": password}, Accept_Language="zh-CN")
            self.assertEqual(answer.json["detail"], zh)
        token = self.token()
        for password, code, en, _ in BAD_PASSWORDS:
            answer = self.api("POST", "/me/password", {"old": "correct horse", "new": password}, token)
            problem = self.problem(answer, 400, code)
            self.assertEqual((problem["detail"], problem["errors"]), (en, [{"pointer": "/new"}]))
        self.get("/me", token)

    def test_decomposed_it_is_as_good(self):
        for name, password in (("Bob", "é" * 100), ("Eve", "e\u0301" * 256), ("Zoe", "\u1f82" * 256)):
            decomposed = normalize("NFD", password)
            self.assertEqual(self.make(name, decomposed).status, 201)
            self.assertIn("accessToken", self.log_in(name, normalize("NFC", password)))

    def test_a_password_from_before(self):
        """It goes on working, however bad it is, until another one is set."""
        self.make()
        bad = quick_hasher().hash("x")
        self.successResultOf(self.store.write(users.set_password, 1, bad, self.now))
        token = self.log_in(password="x")["accessToken"]
        found = self.api("POST", "/me/password", {"old": "x", "new": "y"}, token)
        self.problem(found, 400, "password_too_short")
        self.assertEqual(self.api("POST", "/me/password", {"old": "x", "new": "correct horse"}, token).status, 200)

    def test_the_secret_of_a_device(self):
        """A log-in gives it; by it the device is known at the next one, when a new one has to wait."""
        secret = self.log_in()["deviceSecret"]
        for _ in range(100):
            answer = self.api("POST", "/login", {"name": "Ann", "password": "wrong", "device": "other"})
            self.problem(answer, 403, "wrong_password")
        given = {"name": "Ann", "password": "correct horse", "device": "phone"}
        answer = self.api("POST", "/login", given)
        self.problem(answer, 429, "too_many_attempts")
        self.assertEqual(answer.headers["retry-after"], "3600")
        answer = self.api("POST", "/login", given | {"deviceSecret": "made up"})
        self.problem(answer, 429, "too_many_attempts")
        answer = self.api("POST", "/login", given | {"deviceSecret": secret})
        self.assertEqual((answer.status, answer.json["deviceSecret"]), (200, secret))

    def test_log_in(self):
        found = self.log_in()
        self.assertEqual((found["user"], found["device"], found["expiresIn"]), (1, 1, 900))
        self.assertEqual(self.get("/me", found["accessToken"])["name"], "Ann")

    def test_wrong_ones_are_alike(self):
        self.make()
        bodies = [{"name": name, "password": "x", "device": "d"} for name in ("Ann", "Eve")]
        wrong, unknown = (self.api("POST", "/login", body) for body in bodies)
        self.problem(wrong, 403, "wrong_password")
        self.assertEqual(wrong.body, unknown.body)

    def test_device_names(self):
        self.make()
        for device in ("", "a b", "é", "a\n", "x" * 65):
            answer = self.api("POST", "/login", {"name": "Ann", "password": "correct horse", "device": device})
            self.assertEqual(self.parameter(answer)["pointer"], "/device")

    def test_disabled(self):
        self.make()
        self.run_now(self.accounts.status.disable(1))
        answer = self.api("POST", "/login", {"name": "Ann", "password": "correct horse", "device": "d"})
        self.problem(answer, 403, "disabled")

    def test_refresh(self):
        first = self.log_in()
        second = self.api("POST", "/refresh", {"refreshToken": first["refreshToken"]}).json
        self.get("/me", second["accessToken"])
        third = self.api("POST", "/refresh", {"refreshToken": second["refreshToken"]}).json
        self.problem(self.api("POST", "/refresh", {"refreshToken": first["refreshToken"]}), 401, "unauthorized")
        for token in (second["accessToken"], third["accessToken"]):
            self.problem(self.api("GET", "/me", None, token), 401, "unauthorized")
        self.problem(self.api("POST", "/refresh", {"refreshToken": third["refreshToken"]}), 401, "unauthorized")

    def test_an_access_token_ends(self):
        token = self.token()
        self.now += ACCESS_LIFETIME * 1000
        self.problem(self.api("GET", "/me", None, token), 401, "unauthorized")

    def test_a_refresh_token_is_no_access_token(self):
        found = self.log_in()
        self.problem(self.api("GET", "/me", None, found["refreshToken"]), 401, "unauthorized")
        answer = self.api("POST", "/refresh", {"refreshToken": found["accessToken"]})
        self.problem(answer, 401, "unauthorized")

    def test_log_out(self):
        token, laptop = self.token(), self.token(device="laptop")
        self.assertEqual(self.api("POST", "/logout", None, token).status, 204)
        self.problem(self.api("GET", "/me", None, token), 401, "unauthorized")
        self.get("/me", laptop)

    def test_a_token_of_v1_is_for_v1(self):
        self.make_user("Ann")
        token, _ = self.run_now(self.accounts.log_ins.log_in("Ann", "correct horse", "", ""))
        answer = self.api("GET", "/me", None, token, Accept_Language="en")
        self.assertIn("/v2/login", self.problem(answer, 401, "unauthorized")["detail"])
        self.assertEqual(self.request("GET", f"/v1/user/list?token={token}&userId=1").status, 200)

    def test_devices_of_each_kind(self):
        """A log-in over v1, and an administrator's token, are listed and revoked like any other."""
        token = self.token()
        old, _ = self.run_now(self.accounts.log_ins.log_in("Ann", "correct horse", "192.0.2.9", ""))
        both = self.token_of(1)
        self.now += 3600_000
        token = self.token()
        self.assertEqual(self.request("GET", f"/v1/user/list?token={old}&userId=1").status, 200)
        found = self.get("/devices", token)["items"]
        shown = [(each["dialect"], each["current"], each["loggedIn"], each["used"] - NOW) for each in found]
        self.assertEqual(shown, [("v2", True, True, 3600_000), ("v1", False, True, 3600_000), ("both", False, True, 0)])
        self.assertEqual(found[1]["address"], "192.0.2.9")
        for device, each in ((found[1], old), (found[2], both)):
            self.assertEqual(self.api("DELETE", f"/devices/{device['id']}", None, token).status, 204)
            self.assertEqual(self.request("GET", f"/v1/user/list?token={each}&userId=1").status, 401)
        self.problem(self.api("GET", "/me", None, both), 401, "unauthorized")

    def test_v1_takes_the_tokens(self):
        found = self.log_in()
        target = f"/v1/user/list?token={found['accessToken']}&userId={found['user']}"
        self.assertEqual(self.request("GET", target).status, 200)
        self.assertEqual(self.request("GET", target.replace("userId=1", "userId=2")).status, 401)

    def test_from_where(self):
        """A proxy on this machine says it; whoever else says so is not believed."""
        for here, said, address in (
            ("192.0.2.1", "", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.7", "192.0.2.1"),
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "192.0.2.9, 192.0.2.7", "192.0.2.7"),
            ("::1", "2001:db8::1", "2001:db8::1"),
            ("::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.1", "192.0.2.7", "192.0.2.1"),
            ("127.0.0.1", "192.0.2.7, nonsense", "unknown"),
        ):
            self.patch(Transport, "getPeer", lambda _, here=here: IPv4Address("TCP", here, 4711))
            headers = {"X_Forwarded_For": said} if said else {}
            token = self.log_in(**headers)["accessToken"]
            self.assertEqual(self.get("/devices", token)["items"][0]["address"], address)


class Limited(ApiCase):
    def setUp(self):
        super().setUp()
        limits = Limits(Rate(2, 60), Rate(4, 60), Rate(2, 60), lambda: self.now)
        self.renew(limits=limits)

    def renew(self, **options):
        passwords: Any = Passwords(run_now, quick_hasher())
        accounts = make_accounts(self.store, self.ledger, passwords, self.tokens, lambda: self.now, **options)
        self.mount(accounts)

    def test_log_in(self):
        self.make()
        body = {"name": "Ann", "password": "x", "device": "d"}
        for _ in range(2):
            self.problem(self.api("POST", "/login", body), 403, "wrong_password")
        answer = self.api("POST", "/login", body | {"password": "correct horse"})
        self.assertEqual(self.problem(answer, 429, "too_many_attempts")["retryAfter"], 30)
        self.assertEqual(answer.headers["retry-after"], "30")
        old = self.post("/v1/user/login_pw", {"name": "Ann", "password": "correct horse"}, Accept_Language="en")
        self.assertEqual((old.status, old.json["code"]), (200, -1))
        self.assertIn("too many attempts", old.json["message"])

    def test_register(self):
        self.make("a")
        self.post("/v1/user/new", {"name": "b", "password": "correct horse", "Identity": "correct horse"})
        self.problem(self.make("c"), 429, "too_many_attempts")
        answer = self.post("/v1/user/new", {"name": "c", "password": "correct horse", "Identity": "correct horse"})
        self.assertEqual((answer.status, answer.json["code"]), (200, -1))

    def test_closed(self):
        self.renew(registration="closed")
        self.problem(self.make(), 403, "registration_closed")
        answer = self.post(
            "/v1/user/new",
            {"name": "c", "password": "correct horse", "Identity": "correct horse"},
            Accept_Language="en",
        )
        self.assertEqual((answer.status, answer.json["code"]), (200, -1))

    def test_with_an_invite(self):
        self.renew(registration="invite")
        self.problem(self.make(), 403, "bad_invite")
        fields = {"name": "Bob", "password": "correct horse", "Identity": "correct horse"}
        self.assertEqual(self.post("/v1/user/new", fields).json["code"], -1)
        codes = [self.successResultOf(self.store.write(invites.make, 1, 60, self.now)) for _ in range(2)]
        self.assertEqual(self.make(invite=codes[0]).status, 201)
        self.assertEqual(self.post("/v1/user/new", fields | {"invite": codes[1]}).json["code"], 0)


class Oneself(ApiCase):
    def test_profile(self):
        token = self.token()
        change = {
            "name": "Anna",
            "avatar": "/uploads/a.png",
            "gender": "f",
            "phone": "+4930123456",
            "email": "a@b.cn",
            "bio": "Hi.\nI am Ann.",
        }
        answer = self.api("PATCH", "/me", change, token)
        self.assertEqual(answer.json, answer.json | change)
        self.assertEqual(self.get("/me", token), answer.json | {"requests": 0, "invitations": 0, "newestDevice": 1})
        self.assertEqual(self.api("PATCH", "/me", {"bio": ""}, token).json, answer.json | {"bio": ""})
        self.assertEqual(self.api("PATCH", "/me", {}, token).status, 200)

    def test_phone_numbers_of_all_countries(self):
        """They are kept in one form; a Chinese mobile number may lack its country code."""
        token = self.token()
        for given, kept in (
            ("+49 (30) 123-456.78", "+493012345678"),
            ("0044 20 7946 0000", "+442079460000"),
            ("138 0013 8000", "+8613800138000"),
            ("+86\u00a013800138000", "+8613800138000"),
            ("+16502530000", "+16502530000"),
            ("+123456789012345", "+123456789012345"),
            ("", ""),
        ):
            self.assertEqual(self.api("PATCH", "/me", {"phone": given}, token).json["phone"], kept, given)
        for wrong in (
            "+1234567890123456",
            "+0301234567",
            "+49",
            "030 123456",
            "12345678901",
            "+49x30123456",
            "+４９30123456",
        ):
            answer = self.api("PATCH", "/me", {"phone": wrong}, token)
            self.assertEqual(self.parameter(answer)["pointer"], "/phone", wrong)

    def test_wrong_fields_are_named_and_change_nothing(self):
        token = self.token()
        for name, value in (
            ("name", ""),
            ("name", "\u202eAnn"),
            ("avatar", "javascript:alert(1)"),
            ("gender", "x" * 17),
            ("phone", "123"),
            ("email", "nonsense"),
            ("bio", "x" * 1025),
            ("bio", None),
            ("password", "x"),
            ("administrator", True),
        ):
            answer = self.api("PATCH", "/me", {"gender": "m", name: value}, token)
            self.assertEqual(self.parameter(answer)["pointer"], f"/{name}")
        self.problem(self.api("PATCH", "/me", {"bio": "a\0"}, token), 400, "not_text")
        self.assertEqual(self.get("/me", token)["gender"], "")

    def test_anothers_name(self):
        self.make("Bob")
        self.problem(self.api("PATCH", "/me", {"name": "bOB"}, self.token()), 409, "name_taken")

    def test_password(self):
        token, laptop = self.token(), self.token(device="laptop")
        self.problem(
            self.api("POST", "/me/password", {"old": "x", "new": "battery staple"}, token), 403, "wrong_password"
        )
        answer = self.api("POST", "/me/password", {"old": "correct horse", "new": ""}, token)
        self.problem(answer, 400, "password_too_short")
        found = self.api("POST", "/me/password", {"old": "correct horse", "new": "battery staple"}, token).json
        self.get("/me", found["accessToken"])
        for old in (token, laptop):
            self.problem(self.api("GET", "/me", None, old), 401, "unauthorized")
        answer = self.api("POST", "/login", {"name": "Ann", "password": "correct horse", "device": "d"})
        self.problem(answer, 403, "wrong_password")

    def test_deletion(self):
        token, bobs = self.token(), self.token("Bob")
        self.problem(self.api("POST", "/me/deletion", {"password": "x"}, token), 403, "wrong_password")
        self.assertEqual(self.api("POST", "/me/deletion", {"password": "correct horse"}, token).status, 204)
        self.problem(self.api("GET", "/me", None, token), 401, "unauthorized")
        shown = self.get("/users/1", bobs)
        nothing = dict.fromkeys(("name", "displayName", "avatar", "gender", "bio"), "")
        self.assertEqual(shown, {"id": 1, **nothing, "deleted": True, "bot": False})
        self.assertEqual([person["name"] for person in self.get("/users", bobs)["items"]], ["Bob"])
        self.problem(self.make(), 409, "name_taken")
        self.now += REST
        self.assertEqual(self.make().status, 201, "the name is free again")

    def test_not_over_v1_without_the_password(self):
        """Its calls ask for no password: a token of v2 that got lost would be the whole account."""
        token = self.token()
        ways = [f"?token={token}&userId=1", "?userId=1"]
        for query, headers in zip(ways, ({}, {"Authorization": f"Bearer {token}"}), strict=True):
            for fields in ({"password": "theirs"}, {"name": "theirs"}):
                answer = self.post(f"/v1/user/updata{query}", {"id": 1} | fields, **headers)
                self.assertEqual(answer.status, 401, fields)
            self.assertEqual(self.request("DELETE", f"/v1/user/delete{query}&id=1", **headers).status, 401)
        self.get("/me", self.log_in()["accessToken"])


class Devices(ApiCase):
    def test_list(self):
        token = self.token()
        self.now += 1000
        self.token(device="laptop")
        self.token("Bob")
        phone, laptop = self.get("/devices", token)["items"]
        self.assertEqual((phone["name"], phone["current"], phone["loggedIn"]), ("phone", True, True))
        self.assertEqual((laptop["name"], laptop["current"], laptop["used"]), ("laptop", False, self.now))

    def test_pages(self):
        tokens = [self.token(device=f"d{number}") for number in range(5)]
        found, target = [], "/devices?limit=2"
        while True:
            page = self.get(target, tokens[0])
            found += [device["name"] for device in page["items"]]
            if "next" not in page:
                break
            target = f"/devices?limit=2&cursor={page['next']}"
        self.assertEqual(found, [f"d{number}" for number in range(5)])

    def test_revoke(self):
        token, laptop, bobs = self.token(), self.token(device="laptop"), self.token("Bob")
        self.problem(self.api("DELETE", "/devices/2", None, bobs), 404, "no_such_device")
        self.get("/me", laptop)
        self.assertEqual(self.api("DELETE", "/devices/2", None, token).status, 204)
        self.problem(self.api("GET", "/me", None, laptop), 401, "unauthorized")
        self.assertEqual([device["name"] for device in self.get("/devices", token)["items"]], ["phone"])
        self.problem(self.api("DELETE", "/devices/2", None, token), 404, "no_such_device")
        answer = self.api("POST", "/login", {"name": "Ann", "password": "correct horse", "device": "laptop"})
        self.problem(answer, 403, "device_revoked")

    def test_oneself(self):
        token = self.token()
        self.assertEqual(self.api("DELETE", "/devices/1", None, token).status, 204)
        self.problem(self.api("GET", "/me", None, token), 401, "unauthorized")


class Others(ApiCase):
    def test_no_more_than_everybody_may_see(self):
        token = self.token()
        self.api("PATCH", "/me", {"phone": "13800138000", "email": "a@b.cn", "bio": "Hi."}, token)
        answer = self.api("GET", "/users/1", None, self.token("Bob"))
        self.assertEqual(set(answer.json), {"id", "name", "displayName", "avatar", "gender", "bio", "deleted", "bot"})
        self.assertEqual(answer.json["bio"], "Hi.")
        self.assertNotIn(b"13800138000", self.api("GET", "/users", None, self.token("Bob")).body)

    def test_nobody(self):
        token = self.token()
        self.problem(self.api("GET", "/users/99", None, token), 404, "no_such_user")
        self.problem(self.api("GET", f"/users/{2**53 - 1}", None, token), 404, "no_such_user")

    def names(self, token, **query):
        target = "/users?" + "&".join(f"{name}={value}" for name, value in query.items())
        return [person["name"] for person in self.get(target, token)["items"]]

    def test_by_prefix(self):
        token = self.token("zoe")
        for name in ("Ann", "anna", "Anton", "Bob", "a%b", "a_b", "小明", "小红"):
            self.make(name)
        self.assertEqual(self.names(token, prefix="AN"), ["Ann", "anna", "Anton"])
        self.assertEqual(self.names(token, prefix="a%25"), ["a%b"])
        self.assertEqual(self.names(token, prefix="a_"), ["a_b"])
        self.assertEqual(self.names(token, prefix="%E5%B0%8F", limit=5), ["小明", "小红"])
        self.assertEqual(self.names(token, prefix="nobody"), [])
        self.assertEqual(self.names(token, prefix="%5C"), [])

    def test_pages(self):
        token = self.token("zoe")
        for number in range(7):
            self.make(f"N{number}")
        found, target = [], "/users?limit=3&prefix=n"
        while True:
            page = self.get(target, token)
            found += [person["name"] for person in page["items"]]
            if "next" not in page:
                break
            target = f"/users?limit=3&prefix=n&cursor={page['next']}"
        self.assertEqual(found, [f"N{number}" for number in range(7)])


class DisplayNames(ApiCase):
    def build(self):
        super().build()
        self.told: list[tuple[int, PersonBody]] = []
        passwords: Any = Passwords(run_now, quick_hasher())
        told: Any = {"changed": lambda *said: self.told.append(said)}
        self.mount(make_accounts(self.store, self.ledger, passwords, self.tokens, lambda: self.now, **told))

    def test_others_are_told(self):
        """Of names and pictures, of nothing else, and of nothing that was refused."""
        ann, bob = self.token("ann"), self.token("bob")
        self.change(ann, bio="Hi.", phone="+4930123456", name="ann")
        self.refused(bob, "name_taken", avatar="/a.png", displayName="ann")
        self.assertEqual(self.told, [])
        self.change(ann, displayName="Ann")
        self.change(ann, avatar="/a.png")
        self.change(ann, name="anna")
        self.api("POST", "/me/deletion", {"password": "correct horse"}, ann)
        names = [("ann", "Ann", ""), ("ann", "Ann", "/a.png"), ("anna", "Ann", "/a.png"), ("", "", "")]
        self.assertEqual(self.told, [(1, PersonBody(*each)) for each in names])

    def change(self, token, **fields):
        answer = self.api("PATCH", "/me", fields, token)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["name"], answer.json["displayName"]

    def refused(self, token, code, status=409, **fields):
        answer = self.problem(self.api("PATCH", "/me", fields, token), status, code)
        self.assertEqual([error["pointer"] for error in answer["errors"]], [f"/{name}" for name in fields][-1:])

    def test_beside_the_name(self):
        """It begins as the name, and changes with it until it is another one; the name logs in."""
        token = self.token("ann")
        self.assertEqual(self.get("/me", token)["displayName"], "ann")
        self.assertEqual(self.change(token, name="anna"), ("anna", "anna"))
        self.assertEqual(self.change(token, displayName="  Anna   Schmidt "), ("anna", "Anna Schmidt"))
        self.assertEqual(self.change(token, name="annie"), ("annie", "Anna Schmidt"))
        body = {"name": "Anna Schmidt", "password": "correct horse", "device": "x"}
        self.problem(self.api("POST", "/login", body), 403, "wrong_password")
        body["name"] = "ANNIE"
        self.assertEqual(self.api("POST", "/login", body).status, 200)
        self.assertEqual(self.change(token, displayName=""), ("annie", "annie"))
        self.assertEqual(self.change(token, name="ann", displayName="Ann"), ("ann", "Ann"))

    def test_none_is_anothers(self):
        """It looks like no name and no display name of another, nor does a name look like one of another's."""
        ann, bob = self.token("ann"), self.token("bob")
        self.change(bob, displayName="Robert Müller")
        for taken in ("BOB", "ｂｏｂ", "ROBERT MÜLLER", "R\u043ebert Müller"):
            self.refused(ann, "name_taken", displayName=taken)
        self.refused(ann, "name_taken", name="Robert müller")
        self.problem(self.make("Rоbert Müller"), 409, "name_taken")
        for reserved in ("Admin", "All"):
            self.refused(ann, "name_reserved", displayName=reserved)
        self.assertEqual(self.make("ALI").status, 201, "it looks like ALL, but mentions nobody else")
        for wrong in ("a\u200bnn", "x" * 65, "\u0301a"):
            self.refused(ann, "invalid_field", 400, displayName=wrong)
        self.assertEqual(self.change(ann, displayName="ANN"), ("ann", "ANN"), "one's own")
        self.assertEqual(self.change(bob, displayName="Bob"), ("bob", "Bob"))
        self.refused(ann, "name_taken", displayName="Robert Müller")
        self.now += REST
        ann = self.token("ann", "later")
        self.assertEqual(self.change(ann, displayName="Robert Müller"), ("ann", "Robert Müller"), "it has rested")

    def test_two_at_once(self):
        """Of two who want names that look alike one gets it: a change looks while it holds the store's lock."""
        wanted = {1: {"display_name": "Chris Ann"}, 2: {"display_name": "\u0421hris Ann"}, 3: {"name": "chris ann"}}
        for user in wanted:
            self.token(f"u{user}")
        barrier, refused = Barrier(len(wanted)), []

        def change(user):
            barrier.wait()
            try:
                with self.store.transaction() as connection:
                    users.change(connection, user, wanted[user], self.now)
            except NameTaken:
                refused.append(user)

        threads = [Thread(target=change, args=(user,)) for user in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(refused), 2)

    def test_with_both_at_once_all_or_nothing(self):
        ann = self.token("ann")
        self.make("bob")
        self.refused(ann, "name_taken", name="carol", displayName="bob")
        self.assertEqual(self.get("/me", ann)["name"], "ann")

    def test_where_users_are_described(self):
        ann, bob = self.token("ann"), self.token("bob")
        self.change(bob, displayName="Robert")
        self.assertEqual(self.get("/users/2", ann)["displayName"], "Robert")
        self.api("PUT", "/contact-requests/sent/2", {}, ann)
        self.assertEqual(self.get("/contact-requests/sent", ann)["items"][0]["user"]["displayName"], "Robert")
        self.api("PUT", "/contacts/1", None, bob)
        self.assertEqual(self.get("/contacts", ann)["items"][0]["user"]["displayName"], "Robert")
        group = self.api("POST", "/groups", {"name": "team"}, bob).json["id"]
        (member,) = self.get(f"/groups/{group}/members", bob)["items"]
        self.assertEqual((member["name"], member["displayName"]), ("bob", "Robert"))

    def test_over_v1_it_is_the_name(self):
        bob = self.token("bob")
        self.change(bob, displayName="Robert")
        found = self.post("/v1/user/login", {"name": "bob", "password": "correct horse"})
        self.assertNotIn("Robert", found.body.decode())

    def test_who_deletes_the_account_loses_it(self):
        ann, bob = self.token("ann"), self.token("bob")
        self.change(bob, displayName="Robert")
        self.api("POST", "/me/deletion", {"password": "correct horse"}, bob)
        self.assertEqual(self.get("/users/2", ann)["displayName"], "")
        self.assertEqual(self.get("/users?text=rob", ann)["items"], [])
        self.refused(ann, "name_taken", displayName="Robert")


class Finding(ApiCase):
    def setUp(self):
        super().setUp()
        self.mine = self.token("zoe")

    def people(self, *names):
        """Make users of these names, each with a display name or None."""
        for number, (name, shown) in enumerate(names):
            self.store.write(users.insert, name, "", self.now)
            if shown:
                self.store.write(users.change, number + 2, {"display_name": shown}, self.now)

    def found(self, text, limit=50):
        target = f"/users?limit={limit}&text={quote(text)}"
        names = []
        while True:
            page = self.get(target, self.mine)
            self.assertLessEqual(len(page["items"]), limit)
            names += [person["displayName"] for person in page["items"]]
            if "next" not in page:
                return names
            target = f"/users?limit={limit}&text={quote(text)}&cursor={page['next']}"

    def test_any_part(self):
        self.people(("ann", "Ann Maria Schmidt"), ("m.wei", "欧阳小明"), ("x9", None), ("Ｗｉｄｅ", None))
        for text in ("ANN", "maria", "schmidt", "midt", "maria schm", "Ａｎｎ", " Maria  Schmidt "):
            self.assertEqual(self.found(text), ["Ann Maria Schmidt"], text)
        for text in ("欧阳", "小明", "阳小", "wei", "m wei", "m.w"):
            self.assertEqual(self.found(text), ["欧阳小明"], text)
        self.assertEqual(self.found("wide"), ["Ｗｉｄｅ"])
        self.assertEqual(self.found("nobody"), [])
        for nothing in ("%", "_", "|", "..", "\\"):
            self.assertEqual(self.found(nothing), [], nothing)

    def test_the_best_first(self):
        self.people(
            ("u1", "Joann"),
            ("u2", "Maria Anna"),
            ("u3", "Annika"),
            ("u4", "Ann"),
            ("ann2", "Bert"),
            ("u6", "Anna Berg"),
            ("u7", "Johanna"),
        )
        ranked = ["Ann", "Anna Berg", "Annika", "Bert", "Maria Anna", "Joann", "Johanna"]
        self.assertEqual(self.found("ann"), ranked)
        self.assertEqual(self.found("ann", 2), ranked, "in pages")

    def test_pages_of_long_names(self):
        self.people(*((f"n{number}", "\U00020000" * 60 + str(number)) for number in range(5)))
        self.assertEqual(len(self.found("\U00020000", 1)), 5)

    def test_what_is_read(self):
        """SQLite looks through the index alone, which is much smaller than the table."""
        if self.store.engine.dialect.name == "postgresql":
            return
        asked: list[str] = []
        event.listen(self.store.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
        self.found("ann")
        (query,) = [each for each in asked if "instr" in each]
        with self.store.snapshot() as connection:
            values = ("",) * query.count("?")
            (row,) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()[:1]
        self.assertIn("USING COVERING INDEX users_by_words", row[-1])

    def test_wrong_cursors(self):
        # No rank is so large: PostgreSQL would not compare it with one.
        ranks = (paging.cursor((rank, "x", 1)) for rank in (-1, 4, MAX_SAFE_INTEGER))
        for cursor in ("x", "WyJhIl0", "WzEsMl0", *ranks):
            self.problem(self.api("GET", f"/users?text=a&cursor={cursor}", None, self.mine), 400, "bad_cursor")


class AllOfIt(ApiCase):
    def test_every_operation_of_the_section_was_a_success_once(self):
        """Together with what the checker has seen of each answer: the document is true."""
        token = self.log_in()
        access, refresh = token["accessToken"], token["refreshToken"]
        self.get("/me", access)
        self.api("PATCH", "/me", {}, access)
        self.get("/users", access)
        self.get("/users/1", access)
        self.get("/devices", access)
        self.log_in(device="old")
        self.api("DELETE", "/devices/2", None, access)
        self.api("POST", "/refresh", {"refreshToken": refresh})
        found = self.api("POST", "/me/password", {"old": "correct horse", "new": "battery staple"}, access).json
        self.api("POST", "/logout", None, found["accessToken"])
        again = self.api("POST", "/login", {"name": "Ann", "password": "battery staple", "device": "phone"}).json
        self.api("POST", "/me/deletion", {"password": "battery staple"}, again["accessToken"])
        self.assertEqual(self.checker.unseen & {operation.id for operation in SECTION.operations}, set())


class ComingInOnPostgreSQL(OnPostgreSQL, ComingIn):
    """The same there."""


class OneselfOnPostgreSQL(OnPostgreSQL, Oneself):
    """The same there."""


class DevicesOnPostgreSQL(OnPostgreSQL, Devices):
    """The same there."""


class OthersOnPostgreSQL(OnPostgreSQL, Others):
    """The same there."""


class DisplayNamesOnPostgreSQL(OnPostgreSQL, DisplayNames):
    """The same there."""


class FindingOnPostgreSQL(OnPostgreSQL, Finding):
    """The same there."""


class PassedOn(ApiCase):
    """Where only this machine can call, a proxy on it may still pass on what comes from anywhere."""

    def build(self):
        super().build()
        passwords: Any = Passwords(run_now, quick_hasher())
        options: Any = {"registration": "local"}
        self.mount(make_accounts(self.store, self.ledger, passwords, self.tokens, lambda: self.now, **options))

    def test_registration(self):
        self.patch(Transport, "getPeer", lambda _: IPv4Address("TCP", "127.0.0.1", 4711))
        signs = ("X_Forwarded_For", "X_Forwarded_Proto", "X_Forwarded_Host", "Forwarded", "X_Real_IP", "Via")
        for number, sign in enumerate(signs):
            said: Any = {sign: "x"}
            body = {"name": f"Person {number}", "password": "correct horse"}
            self.problem(self.api("POST", "/accounts", body, **said), 403, "bad_invite")
            fields = {"name": body["name"], "password": body["password"], "Identity": body["password"]}
            self.assertEqual(self.post("/v1/user/new", fields, **said).json["code"], -1)
            self.assertEqual(self.api("POST", "/accounts", body).status, 201)

    def test_unreadable_is_limited(self):
        """An address that cannot be read is no way around the limits, and does not limit others."""
        limits = Limits(Rate(100, 60), Rate(2, 60), Rate(100, 60), lambda: self.now)
        passwords: Any = Passwords(run_now, quick_hasher())
        self.mount(make_accounts(self.store, self.ledger, passwords, self.tokens, lambda: self.now, limits))
        self.patch(Transport, "getPeer", lambda _: IPv4Address("TCP", "127.0.0.1", 4711))
        found = []
        for number, said in enumerate(("nonsense", "_hidden", "1.2.3.4.5", "unknown", '"', "[::1")):
            body = {"name": f"nobody {number}", "password": "wrong horse", "device": "d"}
            found.append(self.api("POST", "/login", body, X_Forwarded_For=said).status)
        self.assertEqual(found, [403, 403, 429, 429, 429, 429])
        body = {"name": "nobody", "password": "wrong horse", "device": "d"}
        self.assertEqual(self.api("POST", "/login", body, X_Forwarded_For="203.0.113.7:5123").status, 403)
