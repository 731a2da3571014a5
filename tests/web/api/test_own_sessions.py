"""Tests for L{hichat.web.api.own_sessions}."""

from typing import Any

from twisted.internet.defer import Deferred

from hichat.accounts import app_secrets, known
from hichat.accounts.tokens import digest
from hichat.audit import entries
from hichat.audit.connections import ConnectionBook
from hichat.audit.entries import Entry
from hichat.core.errors import Unauthorized, WrongPassword
from hichat.runtime.neighbours import ALONE
from hichat.signin import remembered
from hichat.web.api.own_sessions import SIGN_IN_DAYS
from hichat.web.server import OnlineDevice, ServerView, WorkerFacts
from tests.support.postgres import OnPostgreSQL
from tests.support.site import SiteCase

DAY = 24 * 3600 * 1000


class SigningInCase(SiteCase):
    """Ann, with a phone, a laptop, and a client of v1; Bob."""

    def build(self):
        super().build()
        self.online: list[Any] = []
        nothing = WorkerFacts("", 0, "", 0, 0, 0, 0, 0)
        self.server = ServerView(ALONE, self.clock, lambda: nothing, lambda after, limit: self.online, [], "open")
        self.mount(self.accounts)

    def setUp(self):
        super().setUp()
        secret = "correct horse"
        self.ann, self.bob = (
            self.run_now(self.accounts.registrar.register(name, secret, secret)) for name in ("ann", "bob")
        )
        self.phone, self.laptop = (self.enter(device) for device in ("phone", "laptop"))
        self.token, _ = self.run_now(self.accounts.log_ins.log_in("ann", "correct horse", "192.0.2.3", ""))

    def enter(self, device, name="ann"):
        return self.run_now(self.accounts.log_ins.log_in_device(name, "correct horse", device, "192.0.2.1", ""))

    def ok(self, grant, method, target, body=None):
        answer = self.api(method, target, body, grant.access)
        self.assertIn(answer.status, (200, 204), answer.body)
        return answer.json if answer.status == 200 else None

    def listed(self, grant=None):
        return self.ok(grant or self.phone, "GET", "/me/sessions")["items"]

    def sessions(self, grant=None):
        found = self.listed(grant)
        return {each["name"] if each["dialect"] == "v2" else each["dialect"]: each for each in found}

    def is_in(self, grant):
        return self.api("GET", "/me", None, grant.access).status == 200


class SessionsTests(SigningInCase):
    def test_each_with_its_way_in(self):
        began = self.now
        self.run_now(self.accounts.log_ins.let_in(self.ann, "tablet", "2001:db8::1", "", via="passkey"))
        self.run_now(self.accounts.sessions.issue(self.ann))
        self.now += 60_000
        found = self.sessions()
        self.assertEqual(
            {name: (each["via"], each["current"], each["known"]) for name, each in found.items()},
            {
                "phone": ("password", True, True),
                "laptop": ("password", False, True),
                "v1": ("password", False, False),
                "tablet": ("passkey", False, True),
                "both": ("token", False, False),
            },
        )
        tablet = found["tablet"]
        self.assertEqual((tablet["began"], tablet["created"], tablet["address"]), (began, began, "2001:db8::1"))
        self.assertEqual(tablet["loggedIn"], True)
        self.assertEqual(self.sessions(self.enter("phone", "bob")).keys(), {"phone"})

    def test_last_use(self):
        """A refresh, the end of a connection, or now."""
        began = self.now
        book = ConnectionBook(self.store, self.clock, lambda: self.now, 7)
        record = book.opened(self.ann.id, self.laptop.device, "v2", "192.0.2.1")
        self.clock.advance(2)
        self.now += 5000
        book.closed(record, 1000, self.ann.id, self.laptop.device)
        self.clock.advance(2)
        closed = self.now
        self.now += 5000
        self.run_now(self.accounts.refresher.refresh(self.phone.refresh, "192.0.2.1"))
        refreshed = self.now
        self.now += 5000
        found = self.sessions()
        self.assertEqual([found[each]["used"] for each in ("phone", "laptop", "v1")], [refreshed, closed, began])
        self.online = [(self.ann.id, [OnlineDevice(self.laptop.device, "v2", "192.0.2.1", closed)])]
        found = self.sessions()
        self.assertEqual([found[each]["connected"] for each in ("phone", "laptop", "v1")], [False, True, False])
        self.assertEqual(found["laptop"]["used"], self.now)
        # The first user who is online has another id.
        self.online = [(self.bob.id, self.online[0][1])]
        self.assertFalse(self.sessions()["laptop"]["connected"])

    def test_a_device_that_was_let_in_stays_out_after_all(self):
        """It has not asked for its tokens when all sessions end."""
        begun = self.api("POST", "/device", {"device": "tv"}).json
        self.ok(self.laptop, "POST", "/device/answer", {"userCode": begun["userCode"], "allow": True})
        self.ok(self.phone, "POST", "/me/sessions/end", {})
        answer = self.api("POST", "/device/token", {"deviceCode": begun["deviceCode"]})
        self.problem(answer, 400, "expired_token")

    def test_one_ends(self):
        """It may log in again, as a device that is not known."""
        self.ok(self.phone, "DELETE", f"/me/sessions/{self.laptop.device}")
        self.assertFalse(self.is_in(self.laptop))
        self.failureResultOf(
            Deferred.fromCoroutine(self.accounts.refresher.refresh(self.laptop.refresh, "")),
            Unauthorized,
        )
        found = self.sessions()["laptop"]
        self.assertEqual((found["loggedIn"], found["began"], found["known"]), (False, 0, False))
        self.problem(
            self.api("DELETE", f"/me/sessions/{self.laptop.device}", None, self.phone.access), 404, "no_such_device"
        )
        self.assertTrue(self.sessions()["phone"]["known"])
        self.assertTrue(self.is_in(self.enter("laptop")))

    def test_somebody_elses(self):
        bobs = self.enter("phone", "bob")
        self.problem(self.api("DELETE", f"/me/sessions/{self.laptop.device}", None, bobs.access), 404, "no_such_device")
        self.assertTrue(self.is_in(self.laptop))

    def test_everywhere_else(self):
        listing = f"/v1/user/list?token={self.token}&userId={self.ann.id}"
        self.assertEqual(len(self.request("GET", listing).json), 2)
        self.assertEqual(self.ok(self.phone, "POST", "/me/sessions/end", {}), {"ended": 2})
        self.assertFalse(self.is_in(self.laptop))
        self.assertTrue(self.is_in(self.phone))
        refused = self.request("GET", listing, Accept_Language="en").json
        self.assertEqual(refused, {"message": Unauthorized.en})
        found = self.sessions()
        self.assertEqual({name: each["known"] for name, each in found.items()}, {"phone": True, "laptop": True})

    def test_everywhere_with_the_devices(self):
        self.ok(self.phone, "POST", "/me/sessions/end", {"devices": True})
        self.assertEqual(
            {name: each["known"] for name, each in self.sessions().items()}, {"phone": True, "laptop": False}
        )
        self.assertEqual(
            self.ok(self.phone, "POST", "/me/sessions/end", {"current": True, "devices": True}), {"ended": 1}
        )
        self.assertFalse(self.is_in(self.phone))
        with self.store.snapshot() as connection:
            self.assertEqual(known.of_user(connection, self.ann.id), set())

    def test_everywhere_with_the_app_passwords(self):
        _, secret = self.successResultOf(self.store.write(app_secrets.make, self.ann.id, "mail", self.now))
        self.run_now(self.accounts.log_ins.log_in("ann", secret, "192.0.2.3", ""))
        self.assertEqual(
            [each["via"] for each in self.listed() if each["dialect"] == "v1"], ["password", "app_password"]
        )
        self.ok(self.phone, "POST", "/me/sessions/end", {})
        self.run_now(self.accounts.log_ins.log_in("ann", secret, "192.0.2.3", ""))
        self.assertEqual(self.ok(self.phone, "POST", "/me/sessions/end", {"appPasswords": True}), {"ended": 1})
        coming = Deferred.fromCoroutine(self.accounts.log_ins.log_in("ann", secret, "192.0.2.3", ""))
        self.failureResultOf(coming, WrongPassword)

    def test_remembered(self):
        """Until it is forgotten."""
        user, device = self.ann, self.laptop.device
        hash = digest(self.laptop.secret)
        self.successResultOf(self.store.write(remembered.keep, user, device, hash, self.now))
        self.assertEqual([each["name"] for each in self.listed() if each["remembered"]], ["laptop"])
        self.ok(self.phone, "DELETE", f"/me/sessions/{device}")
        self.assertEqual([each["name"] for each in self.listed() if each["remembered"]], [])

    def test_the_newest_device(self):
        self.assertEqual(self.ok(self.phone, "GET", "/me")["newestDevice"], self.listed()[-1]["id"])
        tablet = self.enter("tablet")
        self.assertEqual(self.ok(self.phone, "GET", "/me")["newestDevice"], tablet.device)

    def test_deleted(self):
        self.run_now(self.accounts.deleter.delete(self.ann))
        with self.store.snapshot() as connection:
            self.assertEqual(known.of_user(connection, self.ann.id), set())


class SessionsOnPostgreSQL(OnPostgreSQL, SessionsTests):
    """The same there."""


class SignInsTests(SigningInCase):
    def note(self, *given):
        self.successResultOf(self.store.write(entries.add, given))

    def test_each(self):
        at = self.now
        own = {"whose": self.ann.id, "address": "192.0.2.1", "via": "v2"}
        self.note(
            Entry(act="log_in", at=at - (SIGN_IN_DAYS + 1) * DAY, **own),
            Entry(act="log_in", at=at, actor=self.ann.id, device=self.phone.device, **own),
            Entry(act="change_me", at=at, actor=self.ann.id, **own),
            Entry(act="log_in", outcome="wrong_password", count=7, at=at, **own | {"via": "v1"}),
            Entry(act="log_in", at=at, whose=self.bob.id),
            Entry(act="new_device", at=at, device=999, **own | {"via": "oidc"}),
            Entry(act="refresh_reused", outcome="unauthorized", at=at, device=self.laptop.device, **own),
            Entry(act="set_password", at=at, **own),
        )
        found = self.ok(self.phone, "GET", "/me/sign-ins")
        where = {"at": at, "address": "192.0.2.1", "outcome": "ok"}
        self.assertEqual(
            found,
            {
                "items": [
                    {"what": "new_password", "via": "password", **where},
                    {"what": "stolen", "via": "password", "device": self.laptop.device, "name": "laptop", **where},
                    {"what": "new_device", "via": "oidc", **where},
                    {"what": "log_in", "via": "password", "count": 7, **where, "outcome": "wrong_password"},
                    {"what": "log_in", "via": "password", "device": self.phone.device, "name": "phone", **where},
                ]
            },
        )

    def test_page_by_page(self):
        self.note(*(Entry(act="log_in", whose=self.ann.id, at=self.now, count=number + 1) for number in range(5)))
        seen, target = [], "/me/sign-ins?limit=2"
        while target:
            page = self.ok(self.phone, "GET", target)
            seen.append([each.get("count", 1) for each in page["items"]])
            target = f"/me/sign-ins?limit=2&cursor={page['next']}" if "next" in page else ""
        self.assertEqual(seen, [[5, 4], [3, 2], [1]])
        self.problem(self.api("GET", "/me/sign-ins?cursor=x", None, self.phone.access), 400, "bad_cursor")
        self.problem(self.api("GET", "/me/sign-ins"), 401, "unauthorized")


class SignInsOnPostgreSQL(OnPostgreSQL, SignInsTests):
    """The same there."""
