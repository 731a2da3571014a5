"""Tests for L{hichat.web.api.server_roles}; the rules are those of L{hichat.accounts.server_rights}."""

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from tests.support.site import SiteCase


class ServerRoleOverHTTPTests(SiteCase):
    def setUp(self) -> None:
        super().setUp()
        self.ids = {}
        for name, role in (("Ann", ServerRole.MEMBER), ("Rita", ServerRole.ADMINISTRATOR), ("Olga", ServerRole.OWNER)):
            user, _ = self.make_user(name)
            self.successResultOf(self.store.write(users.set_role, user.id, role, self.now))
            self.ids[name] = user.id

    def give(self, by, whose, role):
        """@return: the code of the refusal, or the status."""
        number = self.ids.get(whose, whose)
        answer = self.api("PUT", f"/admin/people/{number}/role", {"role": role}, self.token_of(self.ids[by]))
        return answer.json["code"] if answer.body else answer.status

    def role(self, name):
        return self.api("GET", "/me", token=self.token_of(self.ids[name])).json["role"]

    def test_given_and_taken(self) -> None:
        for by, whose, role, answer in (
            ("Ann", "Ann", "owner", "not_administrator"),
            ("Ann", 4711, "owner", "not_administrator"),
            ("Rita", "Ann", "moderator", 204),
            ("Rita", "Ann", "administrator", "not_permitted"),
            ("Rita", "Olga", "guest", "not_permitted"),
            ("Rita", 4711, "guest", "no_such_user"),
            ("Olga", "Olga", "member", "last_owner"),
            ("Olga", "Rita", "owner", 204),
            ("Rita", "Olga", "guest", 204),
            ("Rita", "Ann", "king", "invalid_field"),
        ):
            self.assertEqual(self.give(by, whose, role), answer, (by, whose, role))
        roles = {name: self.role(name) for name in self.ids}
        self.assertEqual(roles, {"Ann": "moderator", "Rita": "owner", "Olga": "guest"})

    def test_signed_out_only_if_it_matters(self) -> None:
        token = self.token_of(self.ids["Ann"])
        self.assertEqual(self.give("Rita", "Ann", "moderator"), 204)
        self.assertEqual(self.api("GET", "/me", token=token).json["role"], "moderator")
        self.assertEqual(self.give("Rita", "Ann", "guest"), 204)
        self.problem(self.api("GET", "/me", token=token), 401, "unauthorized")
