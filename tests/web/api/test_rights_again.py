"""Every change by those who run the server asks in its own transaction whether they still may."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.storage import tables
from hichat.web.api.catalogue import OPERATIONS
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.postgres import OnPostgreSQL

ANN, BOB, CAT, DAN = 1, 2, 3, 4

CALLS: dict[str, tuple[str, str, Any]] = {
    "setServerRole": ("PUT", f"/people/{BOB}/role", {"role": "moderator"}),
    "adminMakePerson": ("POST", "/people", {"name": "Eve"}),
    "adminRenamePerson": ("PATCH", f"/people/{BOB}", {"displayName": "Bobby"}),
    "adminDeletePerson": ("DELETE", f"/people/{DAN}", None),
    "adminDisablePerson": ("PUT", f"/people/{BOB}/disabled", None),
    "adminEnablePerson": ("DELETE", f"/people/{BOB}/disabled", None),
    "adminSignOut": ("POST", f"/people/{BOB}/sign-out", {}),
    "adminResetPassword": ("POST", f"/people/{BOB}/password", None),
    "adminRemoveFactors": ("DELETE", f"/people/{BOB}/factors", None),
    "adminRevokeDevice": ("DELETE", f"/people/{BOB}/devices/{{device}}", None),
    "adminSetOwner": ("PUT", f"/groups/{TEAM}/owner", {"user": BOB}),
    "adminDissolveGroup": ("DELETE", f"/groups/{TEAM}", None),
    "adminArchiveGroup": ("PUT", f"/groups/{TEAM}/archived", None),
    "adminUnarchiveGroup": ("DELETE", f"/groups/{TEAM}/archived", None),
    "setGroupRetention": ("PUT", f"/groups/{TEAM}/retention", {"days": 7}),
    "holdUser": ("PUT", f"/holds/users/{ANN}", {}),
    "releaseUser": ("DELETE", f"/holds/users/{BOB}", None),
    "holdGroup": ("PUT", f"/holds/groups/{TEAM + 1}", {}),
    "releaseGroup": ("DELETE", f"/holds/groups/{TEAM}", None),
    "closeReport": ("POST", "/reports/{report}/close", {"outcome": "recalled_and_disabled"}),
    "announce": ("POST", "/announcements", {"text": "hello"}),
    "setRegistration": ("PUT", "/registration", {"policy": "closed"}),
    "resetRegistration": ("DELETE", "/registration", None),
    "makeInvite": ("POST", "/invites", {}),
    "revokeInvite": ("DELETE", "/invites/{invite}", None),
}
"""By the id of the operation: a call that an administrator may make in L{RightsAgainTests.setUp}'s scene."""

ELSEWHERE = {
    # It writes nothing. The use of its link asks for the role of who got it: see AdminPeopleTests.test_export.
    "adminLinkExport",
}


class RightsAgainTests(ConversationsCase):
    """Cat, an administrator, calls; when the first change of the call comes to the store, Cat is none any more."""

    def setUp(self) -> None:
        super().setUp()
        self.make_user("Dan")
        self.run_now(self.groups.create(self.users[1], "raft"))
        message = self.say(BOB, "hi", group=TEAM)
        self.found = {
            "report": self.good(ANN, "POST", "/reports", {"message": message, "reason": "spam"}, 201)["id"],
            "device": self.run_now(self.accounts.sessions.of_user(BOB))[0][0].id,
        }
        for path in (f"/holds/users/{BOB}", f"/holds/groups/{TEAM}"):
            self.good(CAT, "PUT", f"/admin{path}", {}, 204)
        self.good(CAT, "PUT", "/admin/registration", {"policy": "invite"})
        self.good(CAT, "POST", "/admin/invites", {}, 201)
        self.found["invite"] = self.good(CAT, "GET", "/admin/invites")["items"][0]["id"]
        self.before: Any = None
        self._change: Any = None
        self._armed: Any = None
        for where, name in ((self.store, "write"), (self.ledger, "append")):
            self.patch(where, name, self._late(getattr(where, name)))
        recognise = self.accounts.recogniser.recognise

        async def recognised(token):
            found = await recognise(token)
            self._armed = self._change
            return found

        self.patch(self.accounts.recogniser, "recognise", recognised)

    def _late(self, work):
        def late(*args, **kwargs):
            change, self._armed = self._armed, None
            if change is not None:
                with self.store.transaction() as connection:
                    connection.execute(change)
                self.before = self._rows()
            return work(*args, **kwargs)

        return late

    def _rows(self):
        """@return: all that is in the store."""
        with self.store.snapshot() as connection:
            return {table.name: connection.execute(select(table)).all() for table in tables.metadata.sorted_tables}

    def test_every_change_is_here(self) -> None:
        changes = {each.id for each in OPERATIONS if each.path.startswith("/admin/") and each.method != "GET"}
        self.assertEqual(changes - ELSEWHERE, set(CALLS))

    def _check(self, change: Any, status: int, code: str) -> None:
        with self.store.snapshot() as connection:
            cat = users.get(connection, CAT)
        for name, (method, path, body) in CALLS.items():
            self.before = None
            self._change = change
            answer = self.call(CAT, method, f"/admin{path.format(**self.found)}", body)
            self._change = None
            self.assertIsNotNone(self.before, f"{name} did not come to its change: {answer.status} {answer.body}")
            found = answer.json["code"] if answer.body else ""
            self.assertEqual((answer.status, found), (status, code), name)
            self.assertEqual(self._rows(), self.before, name)
            with self.store.transaction() as connection:
                connection.execute(
                    update(tables.users)
                    .where(tables.users.c.id == CAT)
                    .values(role=cat.role, administrator=True, generation=cat.generation)
                )

    def test_a_role_that_was_taken(self) -> None:
        of_cat = update(tables.users).where(tables.users.c.id == CAT)
        self._check(of_cat.values(role=ServerRole.MEMBER, administrator=False), 403, "not_administrator")

    def test_tokens_that_were_voided(self) -> None:
        of_cat = update(tables.users).where(tables.users.c.id == CAT)
        self._check(of_cat.values(generation=tables.users.c.generation + 1), 401, "unauthorized")


class RightsAgainOnPostgreSQLTests(OnPostgreSQL, RightsAgainTests):
    """The same on the other store."""
