"""Devices: who signs in with what, how many there may be, and what a revocation ends."""

from __future__ import annotations

from sqlalchemy import event
from twisted.internet.defer import Deferred

from hichat.accounts import devices
from hichat.accounts.accounts import make_accounts
from hichat.accounts.devices import Device
from hichat.accounts.passwords import Passwords
from hichat.accounts.recognising import Recogniser
from hichat.accounts.tokens import V1_LIFETIME, Claims, Dialect
from hichat.accounts.users import User
from hichat.core.errors import Busy, DeviceRevoked, NoSuchDevice, TooManyDevices, Unauthorized
from hichat.core.events import Scope
from hichat.core.kinds import Kind
from hichat.pipeline.routing.arrivals import read_generation
from hichat.storage.store import Store
from tests.ledger.plans import plans
from tests.support.accounts import AccountsCase
from tests.support.doubles import NOW, run_now
from tests.support.postgres import OnPostgreSQL
from tests.support.threads import Thread


class DeviceCase(AccountsCase):
    """Ann and Bob, with a token each."""

    def setUp(self) -> None:
        super().setUp()
        self.ann: User = self.register()
        self.bob: User = self.register("Bob")
        self.token: str = self.get(self.accounts.sessions.issue(self.ann))
        self.bobs: str = self.get(self.accounts.sessions.issue(self.bob))

    def sign_in(self, name: str = "phone", token: str = "") -> Device:
        _, device, _ = self.get(self.accounts.recogniser.sign_in(token or self.token, name))
        assert isinstance(device, Device)
        return device

    def of(self, user: User) -> list[Device]:
        """@return: without the one that the token belongs to."""
        with self.store.snapshot() as connection:
            return [device for device in devices.of_user(connection, user.id) if device.name != "token"]

    def may_write(self, device: Device, user: User) -> bool:
        with self.store.snapshot() as connection:
            return devices.owners(connection, [device.id]).get(device.id) == user.id

    def generation(self, user: User, device: int) -> int | None:
        """@return: of tokens that are good now, for a device that comes to listen."""
        with self.store.snapshot() as connection:
            return read_generation(connection, user.id, device, 0)


class SigningInTests(DeviceCase):
    def test_made_once(self) -> None:
        user, device, claims = self.get(self.accounts.recogniser.sign_in(self.token, "phone"))
        self.assertEqual((user.id, claims.device), (self.ann.id, 1))
        self.assertEqual(claims, self.tokens.verify(self.token))
        self.assertEqual(device, Device(3, self.ann.id, "phone", NOW, None))
        self.now += 1000
        self.assertEqual(self.sign_in(), device)
        self.assertEqual(self.of(self.ann), [device])

    def test_names_are_a_users_own(self) -> None:
        made = [self.sign_in(), self.sign_in("laptop"), self.sign_in("Phone"), self.sign_in(token=self.bobs)]
        self.assertEqual(len({device.id for device in made}), 4)
        self.assertEqual(self.of(self.ann), made[:3])
        self.assertEqual(self.of(self.bob), made[3:])
        owners = [[self.may_write(device, user) for user in (self.ann, self.bob)] for device in made]
        self.assertEqual(owners, [[True, False]] * 3 + [[False, True]])

    def test_wrong_tokens(self) -> None:
        claims = self.tokens.verify(self.token)
        wrong = [
            claims._replace(user=99),
            claims._replace(generation=1),
            claims._replace(session=claims.session + 1),
            claims._replace(session=1),
            claims._replace(device=9),
            claims._replace(device=0),
        ]
        for token in ("", "nonsense", *(self.tokens.issue(each, 60) for each in wrong)):
            self.fails(Unauthorized, self.accounts.recogniser.sign_in(token, "phone"))
        self.now += V1_LIFETIME * 1000
        self.fails(Unauthorized, self.accounts.recogniser.sign_in(self.token, "phone"))
        self.assertEqual(self.of(self.ann), [], "who is not let in makes no device")

    def test_after_the_password_changed(self) -> None:
        device = self.sign_in()
        self.get(self.accounts.passwords.change(self.ann, "battery staple"))
        self.fails(Unauthorized, self.accounts.recogniser.sign_in(self.token, "phone"))
        self.assertEqual(self.generation(self.ann, device.id), 1)
        self.token = self.get(self.accounts.sessions.issue(self.found(self.ann.id)))
        self.assertEqual(self.sign_in(), device, "the device is the same as before")

    def test_disabled_and_gone(self) -> None:
        device = self.sign_in()
        self.get(self.accounts.status.disable(self.ann.id))
        self.assertIsNone(self.generation(self.ann, device.id))
        self.get(self.accounts.status.enable(self.ann.id))
        self.fails(Unauthorized, self.accounts.recogniser.sign_in(self.token, "phone"))
        self.token = self.get(self.accounts.sessions.issue(self.found(self.ann.id)))
        self.assertEqual(self.sign_in(), device)
        self.get(self.accounts.deleter.delete(self.found(self.ann.id)))
        self.fails(Unauthorized, self.accounts.recogniser.sign_in(self.token, "phone"))

    def slow(self, thread: Thread) -> Recogniser:
        """@return: what recognises users, and whose changes wait for this thread."""
        store = Store(self.store.engine, run_now, thread)
        passwords = Passwords(run_now, self.hasher)
        return make_accounts(store, self.ledger, passwords, self.tokens, lambda: self.now).recogniser

    def test_twice_at_the_same_time(self) -> None:
        """Both have seen that there is none; both get the one that is made."""
        thread = Thread()
        slow = self.slow(thread)
        both = [Deferred.fromCoroutine(slow.sign_in(self.token, "phone")) for _ in range(2)]
        thread.work()
        thread.work()
        first, second = (self.successResultOf(one)[1] for one in both)
        self.assertEqual(first, second)

    def test_many_at_once(self) -> None:
        """Each gets its own, in one transaction; who has too many costs nobody else anything."""
        self.patch(devices, "DEVICES_LIMIT", 2)
        begun: list[object] = []
        note = begun.append
        event.listen(self.store.engine, "begin", note)
        self.addCleanup(event.remove, self.store.engine, "begin", note)
        thread = Thread()
        slow = self.slow(thread)
        calls = [(self.token, "a"), (self.token, "b"), (self.token, "c"), (self.bobs, "a"), (self.bobs, "b")]
        signing_in = [Deferred.fromCoroutine(slow.sign_in(*call)) for call in calls]
        begun.clear()
        thread.work()
        thread.work()
        self.assertEqual(len(begun), 2, "one transaction for the first, one for all others")
        self.failureResultOf(signing_in.pop(2), TooManyDevices)
        made = [self.successResultOf(each)[1] for each in signing_in]
        self.assertEqual(
            [(device.user_id, device.name) for device in made],
            [(self.ann.id, "a"), (self.ann.id, "b"), (self.bob.id, "a"), (self.bob.id, "b")],
        )
        self.assertEqual(len({device.id for device in made}), 4)

    def test_found_by_the_index(self) -> None:
        """However many devices there are."""
        self.sign_in()
        keys = [(self.ann.id, "phone"), (self.bob.id, "phone")]
        (plan,) = plans(self.store, lambda connection: devices.find_many(connection, keys), "devices")
        self.assertNotIn("SCAN devices", plan)
        self.assertNotIn("Seq Scan on devices", plan)


class LimitTests(DeviceCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(devices, "DEVICES_LIMIT", 3)
        for name in ("a", "b", "c"):
            self.sign_in(name)

    def test_so_many_and_no_more(self) -> None:
        self.fails(TooManyDevices, self.accounts.recogniser.sign_in(self.token, "d"))
        self.assertEqual([device.name for device in self.of(self.ann)], ["a", "b", "c"])
        self.sign_in("b")
        self.sign_in("d", self.bobs)

    def test_revoked_ones_do_not_count(self) -> None:
        self.get(self.accounts.sessions.revoke(self.ann.id, "a"))
        self.sign_in("d")
        self.fails(TooManyDevices, self.accounts.recogniser.sign_in(self.token, "e"))


class AdministratorsTokensTests(DeviceCase):
    """What C{hichat token} gives."""

    def issue(self, device: str = devices.TOKEN_NAME) -> Claims:
        token = self.get(self.accounts.sessions.issue(self.found(self.ann.id), device))
        self.get(self.accounts.recogniser.identify(token))
        claims = self.tokens.verify(token)
        self.assertEqual(claims.dialect, Dialect.BOTH)
        return claims

    def test_one_more_ends_none(self) -> None:
        first = self.tokens.verify(self.token)
        self.now += 300 * 24 * 3600 * 1000
        second = self.issue()
        self.assertEqual((second.device, second.session), (first.device, first.session))
        self.now += 59 * 24 * 3600 * 1000
        self.get(self.accounts.recogniser.identify(self.tokens.issue(second, 60)))
        other = self.issue("script")
        self.assertNotEqual(other.device, first.device)

    def test_after_the_password_changed(self) -> None:
        self.get(self.accounts.passwords.change(self.ann, "battery staple"))
        self.fails(Unauthorized, self.accounts.recogniser.identify(self.token))
        first = self.tokens.verify(self.token)
        issued = self.issue()
        self.assertEqual(issued[2], first.device)
        self.assertGreater(issued[3], first.session)

    def test_revoked(self) -> None:
        """Its name is not free again, so another has to be named."""
        self.get(self.accounts.sessions.revoke(self.ann.id, devices.TOKEN_NAME))
        self.fails(Unauthorized, self.accounts.recogniser.identify(self.token))
        self.fails(DeviceRevoked, self.accounts.sessions.issue(self.ann))
        self.issue("token-2")

    def test_they_are_no_devices_of_the_users_own(self) -> None:
        """So a user who has as many as may be can be given one."""
        self.patch(devices, "DEVICES_LIMIT", 0)
        self.fails(TooManyDevices, self.accounts.recogniser.sign_in(self.token, "phone"))
        self.issue("script")


class RevokingTests(DeviceCase):
    def test_revoked(self) -> None:
        device, other = self.sign_in(), self.sign_in("laptop")
        self.now += 1000
        self.assertEqual(self.get(self.accounts.sessions.revoke(self.ann.id, "phone")), device)
        event = self.ledger.appended[-1]
        found = (event.kind, event.scope, event.sender, event.target, event.subject)
        self.assertEqual(found, (Kind.SIGNED_OUT, Scope.ACCOUNTS, self.ann.id, self.ann.id, device.id))
        self.assertEqual([one.revoked_at for one in self.of(self.ann)], [NOW + 1000, None])
        self.assertEqual([self.may_write(one, self.ann) for one in (device, other)], [False, True])
        self.assertEqual([self.generation(self.ann, one.id) for one in (device, other)], [None, 0])

    def test_its_name_is_not_free_again(self) -> None:
        """Its number is half of ids that are used for ever."""
        self.sign_in()
        self.get(self.accounts.sessions.revoke(self.ann.id, "phone"))
        self.fails(Unauthorized, self.accounts.recogniser.sign_in(self.token, "phone"))
        self.assertEqual(self.sign_in("laptop").id, 4, "the token is as good as before")

    def test_there_is_none(self) -> None:
        self.sign_in()
        self.fails(NoSuchDevice, self.accounts.sessions.revoke(self.ann.id, "laptop"))
        self.fails(NoSuchDevice, self.accounts.sessions.revoke(self.bob.id, "phone"))
        self.get(self.accounts.sessions.revoke(self.ann.id, "phone"))
        self.fails(NoSuchDevice, self.accounts.sessions.revoke(self.ann.id, "phone"))
        self.assertEqual(len(self.ledger.appended), 1)

    def test_by_somebody_else_in_the_meantime(self) -> None:
        device = self.sign_in()
        with self.store.transaction() as connection:
            self.assertRaises(NoSuchDevice, devices.revoke, connection, self.bob.id, device.id, NOW)
            devices.revoke(connection, self.ann.id, device.id, NOW)
            self.assertRaises(NoSuchDevice, devices.revoke, connection, self.ann.id, device.id, NOW + 1)
        self.assertEqual([one.revoked_at for one in self.of(self.ann)], [NOW])

    def test_refused_by_the_ledger(self) -> None:
        device = self.sign_in()
        self.ledger.refuse = Busy()
        self.fails(Busy, self.accounts.sessions.revoke(self.ann.id, "phone"))
        self.assertEqual(self.sign_in(), device)


class SigningInOnPostgreSQLTests(OnPostgreSQL, SigningInTests):
    """The same on the other store."""


class LimitOnPostgreSQLTests(OnPostgreSQL, LimitTests):
    """The same on the other store."""


class AdministratorsTokensOnPostgreSQLTests(OnPostgreSQL, AdministratorsTokensTests):
    """The same on the other store."""


class RevokingOnPostgreSQLTests(OnPostgreSQL, RevokingTests):
    """The same on the other store."""
