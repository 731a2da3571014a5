"""Tests for L{hichat.accounts.server_rights}, and for the roles of users, on both stores."""

from itertools import product

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, text, update

from hichat.accounts import invites, users
from hichat.accounts.accounts import make_accounts
from hichat.accounts.passwords import Passwords
from hichat.accounts.roles import ServerRole
from hichat.accounts.server_rights import SERVER_NEEDS, ServerAct, ask, ask_role
from hichat.core.errors import BadInvite, LastOwner, NoSuchUser, NotAdministrator, NotPermitted, Refused, Unauthorized
from hichat.core.kinds import Kind
from hichat.storage import tables
from hichat.storage.migrations.versions import v0030_roles
from tests.support.accounts import AccountsCase, quick_hasher
from tests.support.doubles import NOW, run_now
from tests.support.postgres import OnPostgreSQL

PASSWORD = "correct horse"


def _answer(function, *args):
    """@return: the class of the error; None: there is none."""
    try:
        function(*args)
    except Refused as e:
        return type(e)
    return None


class ServerRoleTests(AccountsCase):
    def make(self, name, role=ServerRole.MEMBER):
        """@return: a new user of a role."""
        user = self.register(name)
        if role is not ServerRole.MEMBER:
            self.write(users.set_role, user.id, role, NOW)
        return self.found(user.id)

    def write(self, change, *args):
        return self.successResultOf(self.store.write(change, *args))

    def set(self, user, role, by=None):
        return self.get(self.accounts.status.set_role(user.id, role, by))

    def test_the_table(self):
        """Each act has a least role; nobody acts on those of the own role or a higher one, but owners do."""
        self.assertEqual(set(SERVER_NEEDS), set(ServerAct))
        people = {role: self.make(f"x{role.word}s", role) for role in ServerRole}
        for act, (role, actor) in product(ServerAct, people.items()):
            wanted = None if role >= SERVER_NEEDS[act] else NotAdministrator
            self.assertIs(_answer(ask, actor, act), wanted, (act, role))
            for other, whose in people.items():
                below = other < role or role is ServerRole.OWNER
                expected = wanted or (None if below else NotPermitted)
                self.assertIs(_answer(ask, actor, act, whose), expected, (act, role, other))

    def test_roles_that_each_may_give(self):
        people = {role: self.make(f"x{role.word}s", role) for role in ServerRole}
        for role, other, given in product(ServerRole, repeat=3):
            expected: type[Refused] | None = None
            if role < ServerRole.ADMINISTRATOR:
                expected = NotAdministrator
            elif role is ServerRole.ADMINISTRATOR and max(other, given) >= role:
                expected = NotPermitted
            self.assertIs(_answer(ask_role, people[role], people[other], given), expected, (role, other, given))

    def test_a_new_user_is_a_member(self):
        user = self.register("Ann")
        self.assertEqual((user.role, user.administrator, user.role.word), (ServerRole.MEMBER, False, "member"))
        self.assertIsInstance(user.role, ServerRole)

    def test_sign_outs_are_those_that_connections_need(self):
        """The others make writers forget the user all the same."""
        ann = self.make("Ann")
        steps = [
            (ServerRole.MODERATOR, False),
            (ServerRole.ADMINISTRATOR, True),
            (ServerRole.OWNER, False),
            (ServerRole.OWNER, False),
            (ServerRole.GUEST, True),
            (ServerRole.MEMBER, True),
        ]
        self.make("Bob", ServerRole.OWNER)
        for role, is_out in steps:
            before = self.found(ann.id)
            self.get(self.accounts.sessions.issue(before))
            after = self.set(ann, role)
            self.assertEqual((after.role, after.generation - before.generation), (role, int(is_out)))
            event, body = self.ledger.appended[-1], b"%d" % after.generation
            self.assertEqual((event.kind, event.target, event.body), (Kind.SIGNED_OUT, ann.id, body))
        self.fails(NoSuchUser, self.accounts.status.set_role(99, ServerRole.GUEST))
        # Nobody is connected as a user who has no session.
        self.assertEqual(self.set(ann, ServerRole.GUEST).generation, after.generation)

    def test_the_daemon_of_the_version_before_knows_administrators(self):
        """It reads another column; where its command has written only that one, that one is newer."""
        ann = self.make("Ann")
        self.make("Bob", ServerRole.OWNER)
        column = select(tables.users.c.administrator).where(tables.users.c.id == ann.id)
        for role in ServerRole:
            self.write(users.set_role, ann.id, role, NOW)
            with self.store.snapshot() as connection:
                self.assertIs(connection.scalar(column), role >= ServerRole.ADMINISTRATOR)
        change = update(tables.users).where(tables.users.c.id == ann.id)
        self.write(lambda connection: connection.execute(change.values(administrator=False)).close())
        self.assertIs(self.found(ann.id).role, ServerRole.MEMBER)
        self.write(lambda connection: connection.execute(change.values(administrator=True, role=3)).close())
        self.assertIs(self.found(ann.id).role, ServerRole.ADMINISTRATOR)
        self.write(users.set_role, ann.id, ServerRole.GUEST, NOW)
        self.assertIs(self.found(ann.id).role, ServerRole.GUEST)

    def test_administrators_without_names_for_roles(self):
        """An owner stays an owner when made an administrator; taking that back makes a member of everybody."""
        ann, bob = self.make("Ann", ServerRole.OWNER), self.make("Bob", ServerRole.OWNER)
        self.write(users.make_administrator, ann.id, NOW)
        self.assertIs(self.found(ann.id).role, ServerRole.OWNER)
        self.write(users.make_administrator, ann.id, NOW, False)
        self.assertIs(self.found(ann.id).role, ServerRole.MEMBER)
        self.failureResultOf(self.store.write(users.make_administrator, bob.id, NOW, False), LastOwner)

    def test_an_owner_stays(self):
        ann = self.make("Ann", ServerRole.OWNER)
        self.fails(LastOwner, self.accounts.status.set_role(ann.id, ServerRole.ADMINISTRATOR))
        self.fails(LastOwner, self.accounts.status.disable(ann.id))
        self.fails(LastOwner, self.accounts.deleter.delete(ann))
        # One who cannot log in is no other one, nor is one who is gone.
        bob, cat = self.make("Bob", ServerRole.OWNER), self.make("Cat", ServerRole.OWNER)
        self.get(self.accounts.status.disable(bob.id))
        self.get(self.accounts.deleter.delete(cat))
        self.fails(LastOwner, self.accounts.deleter.delete(ann))
        self.get(self.accounts.status.enable(bob.id))
        self.get(self.accounts.deleter.delete(ann))
        self.assertIsNone(self.found(ann.id))
        self.fails(LastOwner, self.accounts.status.disable(bob.id))

    def test_the_last_owner_who_wants_to_go_stays_in_everything(self):
        """Deleting an account leaves groups first."""
        ann = self.make("Ann", ServerRole.OWNER)
        count = len(self.ledger.appended)
        self.fails(LastOwner, self.accounts.deleter.delete(ann))
        self.assertEqual(len(self.ledger.appended), count)

    def test_rights_are_those_of_the_moment(self):
        """An administrator who has lost the role meanwhile gives no roles any more."""
        rita, ann = self.make("Rita", ServerRole.ADMINISTRATOR), self.make("Ann")
        self.set(ann, ServerRole.MODERATOR, by=rita)
        self.fails(NotPermitted, self.accounts.status.set_role(ann.id, ServerRole.ADMINISTRATOR, rita))
        self.fails(NotPermitted, self.accounts.status.set_role(rita.id, ServerRole.MEMBER, rita))
        self.write(users.set_role, rita.id, ServerRole.MODERATOR, NOW)
        self.fails(NotAdministrator, self.accounts.status.set_role(ann.id, ServerRole.GUEST, rita))
        self.write(users.sign_out, rita.id, NOW)
        self.fails(Unauthorized, self.accounts.status.set_role(ann.id, ServerRole.GUEST, rita))
        self.assertIs(self.found(ann.id).role, ServerRole.MODERATOR)

    def test_invites_give_roles(self):
        passwords = Passwords(run_now, quick_hasher())
        accounts = make_accounts(self.store, self.ledger, passwords, self.tokens, lambda: NOW, registration="invite")
        for role in (ServerRole.GUEST, ServerRole.MEMBER):
            code = self.write(invites.make, 1, 60, NOW, role)
            user = self.get(accounts.registrar.register(role.word + "s", PASSWORD, PASSWORD, code))
            self.assertIs(user.role, role)
            self.fails(BadInvite, accounts.registrar.register("third", PASSWORD, PASSWORD, code))

    def test_those_of_before(self):
        """The migration keeps administrators, and makes everybody else a member."""
        ann, bob = self.make("Ann"), self.make("Bob")
        with self.store.transaction() as connection:
            for table in ("users", "invites"):
                connection.execute(text(f"ALTER TABLE {table} DROP COLUMN role"))
            connection.execute(text("UPDATE users SET administrator = (id = :id)"), {"id": bob.id})
            with Operations.context(MigrationContext.configure(connection)):
                v0030_roles.upgrade()
        self.assertIs(self.found(ann.id).role, ServerRole.MEMBER)
        self.assertIs(self.found(bob.id).role, ServerRole.ADMINISTRATOR)


class ServerRoleOnPostgreSQLTests(OnPostgreSQL, ServerRoleTests):
    """The same on the other store."""
