"""
An older copy of the store is put back, and the ids that were given out since are given out to somebody else: nothing
that was made for the one before opens anything of the other's.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from hichat.accounts import invites, known
from hichat.accounts.grants import Grant
from hichat.accounts.tokens import Claims, digest
from hichat.accounts.users import User
from hichat.core.errors import BadInvite, NoSuchLink, Unauthorized
from hichat.groups.joining import InviteLink
from hichat.groups.service import Groups
from hichat.pipeline.routing.arrivals import read_generation
from hichat.storage import tables
from tests.support.accounts import AccountsCase
from tests.support.backup import Backup
from tests.support.postgres import OnPostgreSQL


class PutBackTests(AccountsCase):
    """
    Ann, who is in the backup with a phone. Bob came after it, and Ann's laptop; both are forgotten. Then Eve came.
    """

    def setUp(self) -> None:
        super().setUp()
        self.ann: User = self.register()
        self.phone = self.enter("Ann", "phone")
        backup = Backup(self.store)
        self.laptop = self.enter("Ann", "laptop")
        self.bob: User = self.register("Bob")
        self.bobs = self.enter("Bob", "bobs")
        self.old = self.everything(self.bob)
        backup.put_back()
        self.eve: User = self.register("Eve")
        # The devices have their numbers from before, too: the laptop's, and Bob's.
        self.first, self.eves = self.enter("Eve", "tablet"), self.enter("Eve", "bobs")
        self.new = self.everything(self.eve)

    def enter(self, name: str, device: str) -> Grant:
        grant = self.get(self.accounts.log_ins.log_in_device(name, "correct horse", device, "192.0.2.1", "4711"))
        assert isinstance(grant, Grant)
        return grant

    def everything(self, user: User) -> list[str]:
        """@return: a token of v1, and one for both dialects."""
        return [self.log_in(user.name)[0], self.get(self.accounts.sessions.issue(user))]

    def may_connect(self, claims: Claims) -> bool:
        """@return: whether a connection with such a token may listen, and whether it may go on."""
        with self.store.snapshot() as connection:
            found = read_generation(connection, claims.user, claims.device, claims.session)
        return found == claims.generation

    def is_over(self, token: str, *others: str) -> None:
        """It opens nothing: no call of v2 or v1, no connection of either."""
        claims = self.tokens.verify(token)
        self.assertFalse(self.may_connect(claims))
        calls: list[Callable[[], Any]] = [
            lambda: self.accounts.recogniser.identify(token),
            *(lambda name=name: self.accounts.recogniser.sign_in(token, name) for name in others),
            lambda: self.accounts.recogniser.authenticate(token, str(claims.user)),
            lambda: self.accounts.recogniser.authenticate_v1(token, str(claims.user)),
        ]
        for call in calls:
            self.fails(Unauthorized, call())

    def test_the_ids_are_the_same(self) -> None:
        self.assertEqual(self.eve.id, self.bob.id)
        self.assertEqual([self.first.device, self.eves.device], [self.laptop.device, self.bobs.device])
        old, new = ([self.tokens.verify(token) for token in tokens] for tokens in (self.old, self.new))
        for before, now in zip(old, new, strict=True):
            self.assertEqual((before.user, before.device, before.generation), (now.user, now.device, now.generation))

    def test_access_tokens(self) -> None:
        for token in (self.bobs.access, self.laptop.access, *self.old):
            self.is_over(token, "bobs", "tablet", "another")

    def test_refresh_tokens(self) -> None:
        """They end nobody else's session either."""
        for grant in (self.bobs, self.laptop):
            self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, ""))
        for grant in (self.eves, self.first):
            self.assertEqual(self.get(self.accounts.refresher.refresh(grant.refresh, "")).user.id, self.eve.id)

    def test_device_secrets(self) -> None:
        with self.store.snapshot() as connection:
            for grant in (self.bobs, self.laptop):
                given = {self.tokens.verify_secret(grant.secret): digest(grant.secret)}
                self.assertEqual(known.find(connection, self.eve.id, given), 0)
            given = {self.eves.device: digest(self.eves.secret)}
            self.assertEqual(known.find(connection, self.eve.id, given), self.eves.device)

    def test_what_was_made_before_and_after(self) -> None:
        """Those who were in the backup, and those who came since, notice nothing."""
        for grant, user in ((self.phone, self.ann), (self.eves, self.eve), (self.first, self.eve)):
            self.assertEqual(self.get(self.accounts.recogniser.identify(grant.access))[0].id, user.id)
            self.assertTrue(self.may_connect(self.tokens.verify(grant.access)))
        for token in self.new:
            self.assertEqual(self.get(self.accounts.recogniser.authenticate(token, str(self.eve.id))).id, self.eve.id)
            self.assertTrue(self.may_connect(self.tokens.verify(token)))

    def test_invites(self) -> None:
        """Neither a code for an account nor a link to a group: both are random, and name no id."""
        groups = Groups(self.store, self.ledger, lambda: self.now)
        backup = Backup(self.store)

        def make() -> tuple[str, int, InviteLink]:
            with self.store.transaction() as connection:
                code = invites.make(connection, 1, 3600, self.now)
            group = self.get(groups.create(self.ann, "sailors", policy="invite"))
            return code, group.id, self.get(groups.make_link(self.ann.id, group.id, None, None))

        code, group, link = make()
        backup.put_back()
        _, other, others = make()
        self.assertEqual((group, link.id), (other, others.id))
        self.fails(NoSuchLink, groups.join_by_link(self.eve.id, link.code))
        with self.store.snapshot() as connection:
            self.assertRaises(BadInvite, invites.check, connection, code, self.now)

    def test_a_session_that_begins_anew(self) -> None:
        """Nor does the next session of a device have the number of a forgotten one."""
        backup = Backup(self.store)
        gone = [self.enter("Ann", "phone") for _ in range(3)]
        backup.put_back()
        for _ in range(5):
            self.enter("Ann", "phone")
            for grant in gone:
                self.is_over(grant.access, "phone")
                self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, ""))

    def test_tokens_of_earlier_versions(self) -> None:
        """Their numbers of sessions are small; they are as good as they were, and the device's next one is large."""
        with self.store.transaction() as connection:
            where = tables.sessions.c.device_id == self.phone.device
            connection.execute(update(tables.sessions).where(where).values(number=3))
        access = self.tokens.issue(self.tokens.verify(self.phone.access)._replace(session=3), 60)
        self.assertEqual(self.get(self.accounts.recogniser.identify(access))[0].id, self.ann.id)
        packed = struct.pack(">QII31s", self.phone.device, 3, 0, bytes(31))
        grant = self.get(self.accounts.refresher.refresh(self.tokens._refresh.sign(packed), ""))
        self.assertEqual((grant.user.id, grant.session), (self.ann.id, 3))
        self.assertEqual(self.get(self.accounts.refresher.refresh(grant.refresh, "")).session, 3)
        self.assertNotIn(self.enter("Ann", "phone").session, range(5))
        self.is_over(access, "phone")


class PutBackOnPostgreSQLTests(OnPostgreSQL, PutBackTests):
    """The same on the other store."""
