"""Users who depend on the provider: their other ways in are good for as long as it lets them in."""

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.core.errors import SignOnNeeded, Unauthorized
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.openid import identities
from hichat.signin.openid.dependants import CONFIRM_LIMIT, LOOK_STEP
from hichat.signin.openid.identities import CHECK_STEP
from hichat.signin.openid.sign_on import AWAY_LIMIT
from hichat.storage.tables import identities as identities_table
from tests.support.openid import ISSUER, PEER, OpenIDCase
from tests.support.postgres import OnPostgreSQL

DAY = 24 * 3600 * 1000


class DependantsTests(OpenIDCase):
    def setUp(self):
        super().setUp()
        self.accounts.log_ins.before_log_in = self.sso.dependants.check_log_in
        self.browser = self.come().grant
        self.ann = self.browser.user
        self.apps = AppPasswords(self.store, self.accounts.sessions, lambda: self.now)
        _, self.secret = self.get(self.apps.make(self.ann, "phone"))
        self.phone = self.get(self.log_in_phone())
        self.old_phone, _ = self.get(self.log_in_v1())

    def log_in_phone(self):
        return self.accounts.log_ins.log_in_device(self.ann.name, self.secret, "phone", *PEER)

    def log_in_v1(self):
        return self.accounts.log_ins.log_in(self.ann.name, self.secret, *PEER)

    def refresh_phone(self):
        self.phone = self.get(self.accounts.refresher.refresh(self.phone.refresh, PEER[0]))

    def look(self):
        self.get(self.sso.dependants.look_at_some())

    def v1_is_in(self):
        self.get(self.accounts.recogniser.authenticate(self.old_phone, str(self.ann.id)))

    def v1_is_out(self):
        self.fails(Unauthorized, self.accounts.recogniser.authenticate(self.old_phone, str(self.ann.id)))

    def kept(self, grant):
        return self.successResultOf(self.store.read(identities.session_of, grant.device, grant.session))

    def out(self):
        self.far.disabled.add("s-ann")
        self.now += CHECK_STEP * 1000

    def test_a_refresh_of_another_way_asks_the_provider(self):
        self.far.asked.clear()
        self.refresh_phone()
        self.assertEqual(self.far.asked, [])
        self.now += CHECK_STEP * 1000
        self.refresh_phone()
        self.refresh_phone()
        self.assertEqual(self.far.asked.count("/token"), 1)

    def test_disabled_there_ends_all_at_the_next_refresh_of_any(self):
        self.out()
        self.fails(Unauthorized, self.accounts.refresher.refresh(self.phone.refresh, PEER[0]))
        self.v1_is_out()
        for grant in (self.phone, self.browser):
            self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))
        self.assertIn(("provider_ends_session", "ok"), self.acts())

    def test_the_refresh_of_the_browser_ends_the_others_too(self):
        self.out()
        self.fails(Unauthorized, self.accounts.refresher.refresh(self.browser.refresh, PEER[0]))
        self.v1_is_out()

    def test_nobody_comes_in_again_until_the_provider_lets_in(self):
        self.out()
        for log_in in (self.log_in_phone, self.log_in_v1):
            self.fails(SignOnNeeded, log_in())
        self.far.disabled.clear()
        for log_in in (self.log_in_phone, self.log_in_v1):
            self.fails(SignOnNeeded, log_in())
        self.come()
        for log_in in (self.log_in_phone, self.log_in_v1):
            self.get(log_in())

    def test_another_session_there_that_goes_on(self):
        """One session may have ended there by itself: the person is out when the last one is refused."""
        self.now += 1000
        other = self.come(device="other").grant
        (first,) = [token for token in self.far.tokens if token != max(self.far.tokens, key=lambda t: int(t[8:]))]
        del self.far.tokens[first]
        self.now += CHECK_STEP * 1000
        self.fails(Unauthorized, self.accounts.refresher.refresh(self.browser.refresh, PEER[0]))
        self.v1_is_in()
        self.get(self.accounts.refresher.refresh(other.refresh, PEER[0]))
        self.refresh_phone()

    def test_the_refused_one_ends_when_another_is_asked_in_its_place(self):
        self.now += 1000
        newest = self.come(device="other").grant
        del self.far.tokens[max(self.far.tokens, key=lambda token: int(token[8:]))]
        self.now += CHECK_STEP * 1000
        self.refresh_phone()
        self.fails(Unauthorized, self.accounts.recogniser.identify(newest.access))
        self.get(self.accounts.recogniser.identify(self.browser.access))

    def test_the_provider_lets_in_whatever_it_says_of_an_older_session(self):
        self.far.tokens.clear()
        self.now += CHECK_STEP * 1000
        self.come(device="other")
        self.refresh_phone()

    def test_a_browser_that_has_logged_out_is_a_witness(self):
        self.get(self.accounts.sessions.log_out(self.ann, self.browser.device))
        self.now += CHECK_STEP * 1000
        self.refresh_phone()
        self.out()
        self.fails(Unauthorized, self.accounts.refresher.refresh(self.phone.refresh, PEER[0]))

    def test_clients_that_refresh_nothing(self):
        self.look()
        self.now += LOOK_STEP * 1000 + 1
        self.far.asked.clear()
        self.look()
        self.look()
        self.assertEqual(self.far.asked.count("/token"), 1)
        self.v1_is_in()
        self.far.disabled.add("s-ann")
        self.now += LOOK_STEP * 1000 + 1
        self.look()
        self.v1_is_out()

    def test_a_provider_that_is_away(self):
        self.far.away = True
        self.now += CHECK_STEP * 1000
        self.refresh_phone()
        self.now += AWAY_LIMIT * 1000 - 1
        self.refresh_phone()
        self.now += 1 + CHECK_STEP * 1000
        self.fails(Unauthorized, self.accounts.refresher.refresh(self.phone.refresh, PEER[0]))
        self.far.away = False
        self.now += CHECK_STEP * 1000
        self.phone = self.get(self.log_in_phone())

    def test_without_a_refresh_token_somebody_signs_in_once_in_a_while(self):
        self.far.gives_refresh = False
        self.come(device="web")
        self.get(self.sso._end(self.kept(self.browser)))
        self.now += CONFIRM_LIMIT * 1000 - 1
        self.refresh_phone()
        self.now += 1
        self.fails(Unauthorized, self.accounts.refresher.refresh(self.phone.refresh, PEER[0]))
        self.v1_is_out()
        self.fails(SignOnNeeded, self.log_in_phone())
        self.come(device="web")
        self.get(self.log_in_phone())

    def test_another_provider_since(self):
        """Nobody can ask the one of before: its users' other ways end as if nobody had confirmed them."""
        self.patch(self.sso.dependants, "_issuer", "https://new.example")
        self.now += CONFIRM_LIMIT * 1000 - 1
        self.get(self.log_in_phone())
        self.now += 1
        self.fails(SignOnNeeded, self.log_in_phone())
        self.now += LOOK_STEP * 1000 + 1
        self.look()
        self.v1_is_out()

    def test_a_link_of_before_beside_that_of_now(self):
        """It is the link to the provider of now that counts, also where there is no session to ask about."""
        self.get(self.sso._end(self.kept(self.browser)))
        with self.store.transaction() as connection:
            connection.execute(identities_table.update().values(issuer="https://before.example"))
            identities.link(connection, self.ann.id, ISSUER, "s-ann", "ann", self.now + CONFIRM_LIMIT * 1000)
        self.now += CONFIRM_LIMIT * 1000
        self.get(self.log_in_phone())
        self.look()
        self.get(self.accounts.recogniser.identify(self.get(self.log_in_phone()).access))

    def test_users_with_a_password_do_not_depend(self):
        code = self.get(self.accounts.passwords.reset(self.ann.id))
        self.get(self.accounts.passwords.set_by_code(code.code, "battery staple", PEER[0]))
        grant = self.get(self.accounts.log_ins.log_in_device(self.ann.name, "battery staple", "laptop", *PEER))
        self.out()
        self.get(self.accounts.refresher.refresh(grant.refresh, PEER[0]))

    def test_without_passwords_all_but_owners_depend(self):
        code = self.get(self.accounts.passwords.reset(self.ann.id))
        self.get(self.accounts.passwords.set_by_code(code.code, "battery staple", PEER[0]))
        self.get(self.accounts.status.set_role(self.register("Boss").id, ServerRole.OWNER))
        self.passwords_on = False
        self.sso = self.make_sso()
        self.accounts.refresher.before_refresh = [self.sso.check]
        self.out()
        for role, is_out in ((ServerRole.OWNER, False), (ServerRole.MEMBER, True)):
            with self.store.transaction() as connection:
                users.set_role(connection, self.ann.id, role, self.now)
            _, secret = self.get(self.apps.make(self.found(self.ann.id), role.word))
            grant = self.get(self.accounts.log_ins.log_in_device(self.ann.name, secret, role.word, *PEER))
            if is_out:
                self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, PEER[0]))
            else:
                self.get(self.accounts.refresher.refresh(grant.refresh, PEER[0]))

    def test_users_who_are_not_linked_are_not_asked_about(self):
        self.register("Bob")
        grant = self.get(self.accounts.log_ins.log_in_device("Bob", "correct horse", "phone", *PEER))
        self.far.asked.clear()
        self.now += 2 * DAY
        self.get(self.accounts.refresher.refresh(grant.refresh, PEER[0]))
        self.assertEqual(self.far.asked, [])


class OnPostgreSQLDependantsTests(OnPostgreSQL, DependantsTests):
    pass
