"""Tests for L{hichat.signin.openid}: who comes in, as whom, and who stays."""

from typing import Any

from hichat.accounts import users
from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.accounts.roles import ServerRole
from hichat.core.errors import (
    BadProof,
    Disabled,
    IdentityTaken,
    LastWay,
    LinkedAlready,
    NoSuchIdentity,
    NotWelcome,
    PasswordsOff,
    ProviderAway,
    ProviderRefused,
    RegistrationClosed,
    StrangeReturn,
    Unauthorized,
    WrongPassword,
)
from hichat.runtime.limits import Limits, Rate
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.kinds import FactorKinds
from hichat.signin.openid import identities
from hichat.signin.openid.fetching import ProviderAnswer
from hichat.signin.openid.flow import FLOW_LIFETIME
from hichat.signin.openid.identities import CHECK_STEP, Identities
from hichat.signin.openid.rules import RoleRules
from hichat.signin.openid.sign_on import AWAY_LIMIT, UNREFRESHED_LIMIT
from hichat.signin.ways import SignIn
from hichat.storage.tables import identities as identities_table
from hichat.storage.tables import provider_sessions
from tests.support.doubles import run_now
from tests.support.openid import ISSUER, PEER, OpenIDCase
from tests.support.postgres import OnPostgreSQL

HOUR = 3600 * 1000


class ComingInTests(OpenIDCase):
    def test_two_log_ins_of_a_device_at_once(self):
        """Of which the first one is noted last: the provider is asked about the session that lives."""
        first, second = [self.come(device="phone").grant for _ in range(2)]
        newer = self.successResultOf(self.store.read(identities.session_of, second.device, second.session))
        self.successResultOf(self.store.write(identities.remember, newer._replace(number=first.session)))
        self.assertEqual(second.device, first.device)
        self.assertNotEqual(self.successResultOf(self.store.read(identities.session_of, *newer[:2])), None)
        self.far.disabled.add("s-ann")
        self.now += CHECK_STEP * 1000
        self.fails(Unauthorized, self.accounts.refresher.refresh(second.refresh, PEER[0]))

    def test_a_first_log_in_makes_an_account(self):
        """It has no password, and the name, the address and the picture that the provider says, at first."""
        self.far.people["s-ann"] = {
            "preferred_username": "ann",
            "name": "Ann Example",
            "email": "ann@x.example",
            "email_verified": True,
            "picture": "https://x.example/ann.png",
        }
        came = self.come()
        user = self.found(came.grant.user.id)
        self.assertEqual((user.name, user.display_name, user.role), ("ann", "Ann Example", ServerRole.MEMBER))
        self.assertEqual((user.email, user.avatar), ("ann@x.example", "https://x.example/ann.png"))
        self.assertEqual(self.get(self.accounts.recogniser.identify(came.grant.access))[0].id, user.id)
        known = self.successResultOf(self.store.read(users.find_hash, "ann"))
        self.assertEqual(known[1] if known else None, "")
        self.far.people["s-ann"]["name"] = "Somebody else"
        again = self.come()
        self.assertEqual(self.found(again.grant.user.id), self.found(user.id))
        self.assertEqual(self.found(user.id).display_name, "Ann Example")
        self.assertIn(("begin_sign_on", "begun"), self.acts())

    def test_a_name_that_is_taken_is_not_the_same_person(self):
        """Anybody may have that name or that address at the provider."""
        ann = self.register("ann")
        self.far.people["s-ann"] = {"preferred_username": "ann", "email": ann.email or "ann@x.example"}
        came = self.come()
        self.assertNotEqual(came.grant.user.id, ann.id)
        self.assertEqual(came.grant.user.name, "ann@x.example".partition("@")[0] + "-2")

    def test_names_that_cannot_be_had(self):
        cases: list[tuple[dict[str, Any], str]] = [
            ({"preferred_username": "admin"}, "admin-2"),
            ({"preferred_username": "bob@corp.example"}, "bob@corp.example"),
            ({"preferred_username": "\u202eevil\x00"}, "evil"),
            ({"preferred_username": 5, "email": ["x"], "name": "Zoë Q"}, "Zoë Q"),
            ({"preferred_username": "x" * 5000}, "x" * 64),
            ({}, "user"),
            ({"preferred_username": "\u202e"}, "user-2"),
        ]
        for number, (claims, name) in enumerate(cases):
            self.far.people[f"s-{number}"] = claims
            self.assertEqual(self.come(f"s-{number}").grant.user.name, name)

    def test_a_display_name_that_nobody_may_take(self):
        """As it speaks for the server, or somebody else gave it up a short time ago; the name will do."""
        boss = self.register("Boss")
        self.get(self.accounts.profiles.change(boss, {"name": "Worker"}))
        for number, shown in enumerate(("Admin", "Boss", "worker")):
            self.far.people[f"s-{number}"] = {"preferred_username": f"eve{number}", "name": shown}
            user = self.come(f"s-{number}").grant.user
            self.assertEqual((user.name, user.display_name), (f"eve{number}", f"eve{number}"))
        self.far.people["s-ann"] = {"preferred_username": "ann", "name": "Ann"}
        self.assertEqual(self.come().grant.user.display_name, "Ann")

    def test_the_device_of_the_browser_stays_the_same(self):
        first = self.come()
        self.assertEqual(first.device, "Firefox-4711")
        again = self.come(device=first.device, secrets=[first.grant.secret])
        self.assertEqual((again.grant.device, again.secrets), (first.grant.device, [first.grant.secret]))

    def test_a_revoked_device_gets_another_name(self):
        first = self.come(device="Chrome-1")
        self.get(self.accounts.sessions.revoke(first.grant.user.id, "Chrome-1"))
        self.assertEqual(self.come(device="Chrome-1").device, "Firefox-4711")

    def test_many_secrets_fit_the_cookie(self):
        _, cookie = self.begin(secrets=["s" * 1000] * 4)
        self.assertLess(len(cookie), 3700)

    def test_disabled_here(self):
        user = self.come().grant.user
        self.get(self.accounts.status.disable(user.id))
        self.come_in_vain(Disabled)
        self.assertEqual(self.noted[-1].outcome, "disabled")
        self.assertEqual(self.noted[-1].whose, user.id)

    def test_another_subject_is_another_user(self):
        self.assertNotEqual(self.come("s-ann").grant.user.id, self.come("s-bob").grant.user.id)

    def test_how_the_client_proves_who_it_is(self):
        self.come()
        sent = [headers for headers in self.far.headers if "Content-Type" in headers]
        self.assertEqual(sent[0]["Authorization"], "Basic aGljaGF0OnMzY3JldCUyRiUyQg==")
        self.assertNotIn("client_secret", self.far.sent[0])
        self.far.described["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
        self.sso = self.make_sso()
        self.come()
        self.assertEqual(self.far.sent[-1]["client_secret"], self.secret)

    def test_what_is_asked_for(self):
        url, _ = self.begin()
        for part in ("code_challenge_method=S256", "scope=openid+profile+email+offline_access&", "prompt=consent"):
            self.assertIn(part, url)

    def test_logging_out_there(self):
        url = self.get(self.sso.leave("https://chat.example/"))
        self.assertEqual(url, f"{ISSUER}/end?client_id=hichat&post_logout_redirect_uri=https%3A%2F%2Fchat.example%2F")
        self.far.described["end_session_endpoint"] = ""
        self.sso = self.make_sso()
        self.assertEqual(self.get(self.sso.leave("https://chat.example/")), "")


class PublicClientTests(OpenIDCase):
    secret = ""
    scopes = "openid special"

    def test_without_a_secret(self):
        url, _ = self.begin()
        self.assertIn("scope=openid+special&", url)
        self.assertNotIn("prompt", url)
        self.come()
        self.assertEqual(self.far.sent[-1]["client_id"], "hichat")
        self.assertNotIn("Authorization", next(h for h in self.far.headers if "Content-Type" in h))


class ReturnTests(OpenIDCase):
    """What comes back has to be what was sent."""

    def test_good_once(self):
        url, cookie = self.begin()
        answer = self.far.sign_in(url)
        self.get(self.sso.finish(cookie, answer, PEER))
        self.fails(StrangeReturn, self.sso.finish(cookie, answer, PEER))
        # Another worker, of another host.
        self.sso = self.make_sso()
        self.fails(StrangeReturn, self.sso.finish(cookie, {**answer, "code": "other"}, PEER))
        self.assertEqual(self.noted[-1].outcome, "strange_return")

    def test_another_worker_ends_what_one_began(self):
        url, cookie = self.begin()
        self.sso = self.make_sso()
        self.assertEqual(self.get(self.sso.finish(cookie, self.far.sign_in(url), PEER)).grant.user.name, "ann")

    def test_too_late_and_before(self):
        url, cookie = self.begin()
        answer = self.far.sign_in(url)
        for by in (FLOW_LIFETIME * 1000, -FLOW_LIFETIME * 1000):
            self.now += by
            self.fails(StrangeReturn, self.sso.finish(cookie, answer, PEER))
            self.now -= by
        self.get(self.sso.finish(cookie, answer, PEER))

    def test_without_having_been_sent(self):
        url, cookie = self.begin()
        answer = self.far.sign_in(url)
        _, other = self.begin()
        # Not the last character: some of its bits count for nothing.
        changed = ("A" if cookie[0] != "A" else "B") + cookie[1:]
        wrong = [other, "", "ä", "x" * 5000, changed, "=" + cookie[1:]]
        for each in wrong:
            self.fails(StrangeReturn, self.sso.finish(each, answer, PEER))
        for state in ("", "x", answer["state"][:-1]):
            self.fails(StrangeReturn, self.sso.finish(cookie, {**answer, "state": state}, PEER))
        self.fails(StrangeReturn, self.sso.finish(cookie, {"code": answer["code"]}, PEER))
        strange = self.make_sso(b"k" * 32)
        self.fails(StrangeReturn, strange.finish(cookie, answer, PEER))
        self.assertEqual(self.far.sent, [])

    def test_a_code_that_was_used(self):
        """It is the provider that knows so."""
        url, cookie = self.begin()
        answer = self.far.sign_in(url)
        self.far.codes.clear()
        self.fails(ProviderRefused, self.sso.finish(cookie, answer, PEER))

    def test_a_code_of_somebody_else(self):
        """PKCE: the code was given for another verifier."""
        url, cookie = self.begin()
        other, _ = self.begin()
        answer = {**self.far.sign_in(url), "code": self.far.sign_in(other)["code"]}
        self.fails(ProviderRefused, self.sso.finish(cookie, answer, PEER))

    def test_a_mix_up(self):
        for named in ("https://evil.example", ISSUER + "/", ""):
            url, cookie = self.begin()
            self.fails(BadProof, self.sso.finish(cookie, {**self.far.sign_in(url), "iss": named}, PEER))
        self.assertEqual(self.far.sent, [])
        url, cookie = self.begin()
        answer = self.far.sign_in(url)
        del answer["iss"]
        self.get(self.sso.finish(cookie, answer, PEER))

    def test_who_promises_to_be_named_is(self):
        self.far.described["authorization_response_iss_parameter_supported"] = True
        url, cookie = self.begin()
        answer = self.far.sign_in(url)
        del answer["iss"]
        self.fails(BadProof, self.sso.finish(cookie, answer, PEER))

    def test_the_user_says_no(self):
        for said, kind in (
            ("access_denied", ProviderRefused),
            ("server_error", ProviderAway),
            ("x" * 999, ProviderRefused),
        ):
            url, cookie = self.begin()
            state = self.far.sign_in(url)["state"]
            self.fails(kind, self.sso.finish(cookie, {"error": said, "state": state}, PEER))

    def test_the_token_endpoint_fails(self):
        for answer, kind in (
            (ProviderAnswer(302, None), ProviderAway),
            (ProviderAnswer(500, {"error": "invalid_grant"}), ProviderAway),
            (ProviderAnswer(200, None), ProviderAway),
            (ProviderAnswer(401, {"error": "invalid_client"}), ProviderAway),
            (ProviderAnswer(400, {"error": "invalid_request"}), ProviderAway),
            (ProviderAnswer(200, {}), BadProof),
            (ProviderAnswer(200, {"id_token": 5, "access_token": "x"}), BadProof),
            (ProviderAnswer(400, {"error": "invalid_grant"}), ProviderRefused),
        ):
            self.far.answer = answer
            self.come_in_vain(kind)
        self.assertEqual(self.successResultOf(self.store.read(users.everyone)), [])


class RoleTests(OpenIDCase):
    rules = RoleRules.parse("groups: staff=member, mods=moderator, /chat/owners=owner")

    def come_as(self, *groups):
        self.far.people["s-ann"] = {"preferred_username": "ann", "groups": list(groups)}
        return self.come().grant.user

    def test_at_every_log_in(self):
        self.assertIs(self.come_as("staff", "mods").role, ServerRole.MODERATOR)
        self.assertIs(self.come_as("staff").role, ServerRole.MEMBER)
        self.assertIn(("provider_sets_role", "ok"), self.acts())

    def test_who_may_not_come_in(self):
        self.far.people["s-ann"] = {"preferred_username": "ann", "groups": ["other", 5, None]}
        self.come_in_vain(NotWelcome)
        self.far.people["s-ann"] = {"groups": {"staff": True}}
        self.come_in_vain(NotWelcome)
        self.assertEqual(self.successResultOf(self.store.read(users.everyone)), [])

    def test_the_last_owner_stays(self):
        self.assertIs(self.come_as("/chat/owners").role, ServerRole.OWNER)
        self.assertIs(self.come_as("staff").role, ServerRole.OWNER)
        self.far.people["s-bob"] = {"groups": ["/chat/owners"]}
        self.come("s-bob")
        self.assertIs(self.come_as("staff").role, ServerRole.MEMBER)

    def test_at_a_refresh(self):
        self.come_as("mods")
        grant = self.come().grant
        for groups, role in ((["staff"], ServerRole.MEMBER), (["mods"], ServerRole.MODERATOR)):
            self.now += CHECK_STEP * 1000
            self.far.people["s-ann"]["groups"] = groups
            grant = self.get(self.accounts.refresher.refresh(grant.refresh, PEER[0]))
            self.assertIs(grant.user.role, role)
        self.now += CHECK_STEP * 1000
        self.far.people["s-ann"]["groups"] = []
        self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, PEER[0]))
        self.assertEqual(self.noted[-1].detail, '{"reason":"not_welcome"}')

    def test_a_claim_that_the_user_info_has_no_more(self):
        """Some give no ID token at a refresh, and leave a claim out that would be empty."""
        grant = (self.come_as("mods"), self.come().grant)[1]
        self.far.gives_id_token = False
        for _ in range(2):
            self.now += CHECK_STEP * 1000
            grant = self.get(self.accounts.refresher.refresh(grant.refresh, PEER[0]))
        self.far.people["s-ann"] = {"preferred_username": "ann"}
        self.now += CHECK_STEP * 1000
        self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, PEER[0]))
        self.assertEqual(self.noted[-1].detail, '{"reason":"not_welcome"}')

    def test_a_refresh_that_says_nothing_of_it(self):
        """The claim is in ID tokens only, and there is none at a refresh."""
        self.far.claims = {"groups": ["mods"]}
        grant = self.come().grant
        self.far.gives_id_token = False
        self.now += CHECK_STEP * 1000
        self.assertIs(self.get(self.accounts.refresher.refresh(grant.refresh, PEER[0])).user.role, ServerRole.MODERATOR)


class LinkingTests(OpenIDCase):
    def setUp(self):
        super().setUp()
        self.ann = self.register("Ann")

    def test_a_user_who_is_signed_in(self):
        came = self.come(link=self.ann)
        self.assertIsNone(came.grant)
        self.assertEqual(self.come().grant.user.id, self.ann.id)
        (found,) = self.get(self.sso.linked(self.ann))
        self.assertEqual((found.issuer, found.subject, found.label), (ISSUER, "s-ann", "ann"))
        self.come_in_vain(LinkedAlready, "s-bob", link=self.ann)
        self.come_in_vain(IdentityTaken, link=self.register("Eve"))
        self.assertEqual(
            [each[1] for each in self.acts() if each[0] == "link_identity"], ["ok", "linked_already", "identity_taken"]
        )

    def test_another_password_does_not_free_from_the_provider(self):
        self.come(link=self.ann)
        before = self.come().grant
        change = self.accounts.passwords.change_own
        grant = self.get(change(before.user, before.device, "correct horse", "battery staple", PEER[0]))
        self.far.disabled.add("s-ann")
        self.now += CHECK_STEP * 1000
        self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, PEER[0]))
        self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))

    def test_whose_tokens_were_voided_meanwhile(self):
        url, cookie = self.begin(link=self.ann)
        self.get(self.accounts.sessions.sign_out(self.ann.id))
        self.fails(Unauthorized, self.sso.finish(cookie, self.far.sign_in(url), PEER))
        self.assertEqual(self.get(self.sso.linked(self.ann)), [])

    def test_unlinking_ends_the_sessions_that_came_by_it(self):
        self.come(link=self.ann)
        grant = self.come().grant
        (found,) = self.get(self.sso.linked(self.ann))
        self.fails(NoSuchIdentity, self.sso.unlink(self.register("Eve"), found.id))
        self.get(self.sso.unlink(self.ann, found.id))
        self.assertEqual(self.get(self.sso.linked(self.ann)), [])
        self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))
        self.assertNotEqual(self.come().grant.user.id, self.ann.id)

    def test_the_last_way_in_stays(self):
        user = self.come("s-bob").grant.user
        (found,) = self.get(self.sso.linked(user))
        self.fails(LastWay, self.sso.unlink(user, found.id))
        self.assertEqual(self.get(self.sso.linked(user)), [found])

    def test_a_deleted_account_leaves_nothing(self):
        grant = self.come("s-bob").grant
        with self.store.transaction() as connection:
            Identities().forget(connection, grant.user.id, 1)
            for table in (identities_table, provider_sessions):
                self.assertEqual(connection.execute(table.select()).all(), [])


class PasswordsOffTests(OpenIDCase):
    """Passwords let in owners only: one who has the command line gets in, whatever becomes of the provider."""

    def setUp(self):
        super().setUp()
        self.ann, self.bob = self.register("Ann"), self.register("Bob")
        self.get(self.accounts.status.set_role(self.ann.id, ServerRole.OWNER))
        self.accounts = make_accounts(
            self.store,
            self.ledger,
            Passwords(run_now, self.hasher),
            self.tokens,
            lambda: self.now,
            note=self.noted.append,
            passwords_on=False,
        )

    def log_in_device(self, name, password="correct horse"):
        return self.accounts.log_ins.log_in_device(name, password, "phone", *PEER)

    def test_only_owners(self):
        self.get(self.log_in_device("Ann"))
        self.fails(PasswordsOff, self.log_in_device("Bob"))
        self.assertEqual((self.noted[-1].outcome, self.noted[-1].whose), ("passwords_off", self.bob.id))
        self.fails(WrongPassword, self.log_in_device("Bob", "wrong"))
        self.fails(PasswordsOff, self.accounts.log_ins.log_in("Bob", "correct horse", *PEER))

    def test_the_way_of_the_command_line(self):
        code = self.get(self.accounts.passwords.reset(self.ann.id))
        self.get(self.accounts.passwords.set_by_code(code.code, "battery staple", PEER[0]))
        self.get(self.log_in_device("Ann", "battery staple"))
        token = self.get(self.accounts.sessions.issue(self.found(self.bob.id)))
        self.get(self.accounts.recogniser.identify(token))

    def test_a_password_that_lets_nobody_in_frees_nobody(self):
        """Whoever has such a one depends on the provider, and does not unlink the account there."""
        self.sso = self.make_sso()
        for user, subject in ((self.bob, "s-bob"), (self.ann, "s-ann")):
            self.come(subject, link=user)
        found = {user: self.get(self.sso.linked(user)) for user in (self.ann, self.bob)}
        self.fails(LastWay, self.sso.unlink(self.bob, found[self.bob][0].id))
        self.assertEqual(self.get(self.sso.linked(self.bob)), found[self.bob])
        self.get(self.sso.unlink(self.ann, found[self.ann][0].id))

    def test_nobody_is_asked_for_a_password_that_lets_nobody_in(self):
        """Before one changes how one signs in, a log-in of just now will do."""
        self.sso = self.make_sso()
        ticks, off = (lambda: self.now), Rate(0, 1)
        sign_in = SignIn(
            self.accounts, self.store, bytes(32), ticks, FactorKinds(bytes(32)), Limits(off, off, off, ticks)
        )
        for user, subject, is_asked in ((self.ann, "s-ann", True), (self.bob, "s-bob", False)):
            self.come(subject, link=user)
            grant = self.come(subject).grant
            self.assertIs(self.get(sign_in.prover.by_log_in(grant.user, grant.device)), not is_asked)
            self.assertIs(self.get(sign_in.own.of_user(user.id)).password, is_asked)

    def test_nobody_registers(self):
        self.fails(RegistrationClosed, self.accounts.registrar.register("Eve", "correct horse", "correct horse"))
        self.get(self.accounts.registrar.register("Eve", "correct horse", "correct horse", by_operator=True))

    def test_an_app_password_is_none(self):
        apps = AppPasswords(self.store, self.accounts.sessions, lambda: self.now)
        _, secret = self.get(apps.make(self.bob, "phone"))
        self.get(self.log_in_device("Bob", secret))


class StayingTests(OpenIDCase):
    """Sessions that came by the provider are asked about."""

    def setUp(self):
        super().setUp()
        self.grant = self.come().grant
        self.far.asked.clear()

    def refresh(self):
        self.grant = self.get(self.accounts.refresher.refresh(self.grant.refresh, PEER[0]))

    def refused(self):
        self.fails(Unauthorized, self.accounts.refresher.refresh(self.grant.refresh, PEER[0]))
        self.fails(Unauthorized, self.accounts.recogniser.identify(self.grant.access))

    def kept(self):
        return self.successResultOf(self.store.read(identities.session_of, self.grant.device, self.grant.session))

    def test_at_most_every_few_minutes(self):
        for _ in range(3):
            self.refresh()
        self.assertEqual(self.far.asked, [])
        for _ in range(3):
            self.now += CHECK_STEP * 1000
            self.refresh()
            self.refresh()
        self.assertEqual(self.far.asked.count("/token"), 3)

    def test_a_clock_that_was_set_back(self):
        self.now -= 2 * CHECK_STEP * 1000
        self.refresh()
        self.assertEqual(self.far.asked.count("/token"), 1)

    def test_two_at_once_ask_once(self):
        """Else the provider would take the second one for a thief's."""
        self.now += CHECK_STEP * 1000
        device, session = self.grant.device, self.grant.session
        claims = [self.successResultOf(self.store.write(identities.claim, device, session, self.now)) for _ in range(2)]
        self.assertEqual(claims, [True, False])

    def test_disabled_there_is_out_here(self):
        self.far.disabled.add("s-ann")
        self.refresh()
        self.now += CHECK_STEP * 1000
        self.refused()
        self.assertEqual((self.noted[-1].act, self.noted[-1].whose), ("provider_ends_session", self.grant.user.id))
        self.assertIsNone(self.kept())

    def test_how_a_refusal_is_said(self):
        """Some call it a wrong request when the user of a refresh token is gone."""
        for error, is_refused in (("invalid_client", False), ("invalid_request", True)):
            self.far.answer = ProviderAnswer(400, {"error": error})
            self.now += CHECK_STEP * 1000
            (self.refused if is_refused else self.refresh)()

    def test_others_are_not_asked_about(self):
        self.register("Bob")
        grant = self.get(self.accounts.log_ins.log_in_device("Bob", "correct horse", "phone", *PEER))
        self.now += CHECK_STEP * 1000
        self.get(self.accounts.refresher.refresh(grant.refresh, PEER[0]))
        self.assertEqual(self.far.asked, [])

    def test_a_provider_that_is_away(self):
        """Sessions go on for a day; it may answer in between."""
        self.far.away = True
        for hours in (1, 23):
            self.now += hours * HOUR
            self.refresh()
        self.assertIsNotNone(self.kept().away_since)
        self.far.away = False
        self.now += HOUR
        self.refresh()
        self.assertIsNone(self.kept().away_since)
        self.far.away = True
        self.now += HOUR
        self.refresh()
        self.now += AWAY_LIMIT * 1000
        self.refused()

    def test_a_provider_that_is_away_half_way(self):
        """It has given the next refresh token, and not said who it is of: the next question has that token."""
        for path in ("/me", "/keys"):
            self.now += 2 * HOUR
            self.far.away_paths = {path}
            self.refresh()
            self.assertIsNotNone(self.kept().away_since)
            self.far.away_paths = set()
            self.now += CHECK_STEP * 1000
            self.refresh()
            self.assertIsNone(self.kept().away_since)

    def test_names_of_sessions_that_no_store_takes(self):
        for name in ("\x00", "\ud800", "x" * 300, 5):
            self.far.forge = self.far.signed
            self.far.claims = {"sid": name, "name": f"Ann{name}", "preferred_username": f"ann{name}"}
            self.grant = self.come().grant
            self.assertEqual(self.kept().sid, "")

    def test_an_answer_that_proves_nothing_is_no_answer(self):
        self.far.claims = {"iss": "https://evil.example"}
        self.now += CHECK_STEP * 1000
        self.refresh()
        self.assertIsNotNone(self.kept().away_since)

    def test_tokens_of_somebody_else(self):
        self.far.tokens = dict.fromkeys(self.far.tokens, "s-bob")
        self.now += CHECK_STEP * 1000
        self.refresh()
        self.assertIsNotNone(self.kept().away_since)

    def test_a_worker_pauses_after_no_answer(self):
        """So a slow provider holds up one refresh, and not all."""
        other = self.come("s-bob").grant
        self.far.away = True
        self.now += CHECK_STEP * 1000
        self.far.asked.clear()
        self.refresh()
        self.get(self.accounts.refresher.refresh(other.refresh, PEER[0]))
        self.assertEqual(self.far.asked.count("/token"), 1)

    def test_the_refresh_token_is_sealed(self):
        self.assertNotIn(b"refresh-", self.kept().refresh)
        (token,) = self.far.tokens
        self.now += CHECK_STEP * 1000
        self.refresh()
        self.assertEqual(self.far.sent[-1]["refresh_token"], token)
        self.now += CHECK_STEP * 1000
        self.refresh()
        self.assertNotEqual(self.far.sent[-1]["refresh_token"], token)

    def test_another_key_of_tokens(self):
        self.accounts.refresher.before_refresh = [self.make_sso(b"k" * 32).check]
        self.now += CHECK_STEP * 1000
        self.refused()

    def test_without_a_refresh_token(self):
        self.far.gives_refresh = False
        self.grant = self.come(device="other").grant
        self.now += UNREFRESHED_LIMIT * 1000 - 1
        self.refresh()
        self.now += 1
        self.refused()

    def test_logging_out_there(self):
        """Back-Channel Logout: by subject, by session; a session that began later stays."""
        token = self.far.id_token("s-ann", sub=None, **_LOGOUT)
        self.now += 5000
        later = self.come(device="other").grant
        self.get(self.sso.log_out(token))
        self.fails(Unauthorized, self.accounts.recogniser.identify(self.grant.access))
        self.get(self.accounts.recogniser.identify(later.access))
        self.get(self.sso.log_out(self.far.id_token("s-ann", sid=None, **_LOGOUT)))
        self.fails(Unauthorized, self.accounts.recogniser.identify(later.access))

    def test_a_logout_token_that_is_none(self):
        good = {"sub": "s-ann", **_LOGOUT}
        wrong: dict[str, Any]
        old = self.now // 1000 - 3600
        for wrong in (
            {"events": None},
            {"events": {"other": {}}},
            {"nonce": "x"},
            {"aud": "other"},
            {"iss": "https://evil.example"},
            {"sub": None, "sid": None},
            {"iat": None},
            {"iat": old, "exp": old + 60},
        ):
            token = self.far.id_token("s-ann", **{**good, **wrong})
            self.fails(BadProof, self.sso.log_out(token))
        self.fails(BadProof, self.sso.log_out("x.y.z"))
        self.get(self.accounts.recogniser.identify(self.grant.access))

    def test_a_session_that_is_over_leaves_nothing(self):
        self.get(self.accounts.sessions.log_out(self.grant.user, self.grant.device))
        self.come(device="other")
        self.assertIsNone(self.kept())


_LOGOUT: dict[str, Any] = {
    "nonce": None,
    "jti": "1",
    "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
}


class OnPostgreSQLComingInTests(OnPostgreSQL, ComingInTests):
    pass


class OnPostgreSQLStayingTests(OnPostgreSQL, StayingTests):
    pass


class OnPostgreSQLLinkingTests(OnPostgreSQL, LinkingTests):
    pass
