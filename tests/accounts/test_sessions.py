"""Tests for L{hichat.accounts.sessions}, and for what L{hichat.accounts.device_sessions} makes of them."""

from __future__ import annotations

import struct

from sqlalchemy import Connection, select, update

from hichat.accounts import devices, sessions
from hichat.accounts.accounts import make_accounts
from hichat.accounts.grants import Grant
from hichat.accounts.passwords import Passwords
from hichat.accounts.sessions import REFRESH_GRACE
from hichat.accounts.tokens import ACCESS_LIFETIME, REFRESH_LIFETIME, Dialect, digest
from hichat.accounts.users import User
from hichat.core.errors import (
    Busy,
    DeviceRevoked,
    Disabled,
    InvalidField,
    OtherDevice,
    TooManyDevices,
    Unauthorized,
    WrongPassword,
)
from hichat.core.kinds import Kind
from hichat.pipeline.routing.arrivals import read_generation
from hichat.storage import tables
from tests.support.accounts import AccountsCase
from tests.support.doubles import NOW, run_now
from tests.support.postgres import OnPostgreSQL


class SessionCase(AccountsCase):
    """Ann and Bob."""

    def setUp(self) -> None:
        super().setUp()
        self.ann: User = self.register()
        self.bob: User = self.register("Bob")

    def enter(self, device: str = "phone", name: str = "Ann", password: str = "correct horse") -> Grant:
        grant = self.get(self.accounts.log_ins.log_in_device(name, password, device, "192.0.2.1", "4711"))
        assert isinstance(grant, Grant)
        return grant

    def refresh(self, grant: Grant) -> Grant:
        found = self.get(self.accounts.refresher.refresh(grant.refresh, "192.0.2.2"))
        assert isinstance(found, Grant)
        return found

    def is_in(self, grant: Grant) -> bool:
        """@return: whether its access token is good, for HTTP and for a WebSocket; they agree."""
        with self.store.snapshot() as connection:
            claims = self.tokens.verify(grant.access)
            current = read_generation(connection, claims.user, claims.device, claims.session, 0, self.is_over)
        if current != claims.generation:
            self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))
            return False
        user, device = self.get(self.accounts.recogniser.identify(grant.access))
        self.assertEqual((user.id, device), (claims.user, claims.device))
        return True

    def is_over(self, began_at: int) -> bool:
        return sessions.is_over(began_at, self.now, sessions.DURATION)

    def all_over(self, grant: Grant) -> None:
        """Neither of its tokens is any good."""
        self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))
        self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, ""))

    def signed_out(self) -> list[tuple[int, int, bytes]]:
        """@return: whom the events concern that were written since the last time."""
        found, self.ledger.appended[:] = list(self.ledger.appended), []
        self.assertEqual({event.kind for event in found} - {Kind.SIGNED_OUT}, set())
        return [(event.target, event.subject, event.body) for event in found]


class LoggingInTests(SessionCase):
    def test_bound_to_the_device(self) -> None:
        grant = self.enter()
        claims = self.tokens.verify(grant.access)
        self.assertEqual(claims, (self.ann.id, 0, grant.device, grant.session, Dialect.V2, NOW // 1000))
        user, device, said = self.get(self.accounts.recogniser.sign_in(grant.access, "phone"))
        self.assertEqual((user.id, device.id, said), (self.ann.id, grant.device, claims))
        self.assertEqual((user.client_ip, user.client_port), ("192.0.2.1", "4711"))

    def test_a_token_says_hello_as_its_device_only(self) -> None:
        grant = self.enter()
        self.enter("laptop")
        for name in ("laptop", "Phone", "other"):
            self.fails(OtherDevice, self.accounts.recogniser.sign_in(grant.access, name))
        with self.store.snapshot() as connection:
            self.assertEqual([known.name for known in devices.of_user(connection, self.ann.id)], ["phone", "laptop"])

    def test_refusals(self) -> None:
        self.fails(WrongPassword, self.accounts.log_ins.log_in_device("Ann", "wrong", "phone", "", ""))
        self.fails(WrongPassword, self.accounts.log_ins.log_in_device("Eve", "correct horse", "phone", "", ""))
        self.get(self.accounts.status.disable(self.ann.id))
        self.fails(Disabled, self.accounts.log_ins.log_in_device("Ann", "correct horse", "phone", "", ""))
        self.fails(WrongPassword, self.accounts.log_ins.log_in_device("Ann", "wrong", "phone", "", ""))

    def test_a_revoked_device_is_told_to_who_knows_the_password_only(self) -> None:
        grant = self.enter()
        self.get(self.accounts.sessions.revoke(self.ann.id, grant.device))
        self.all_over(grant)
        self.fails(DeviceRevoked, self.accounts.log_ins.log_in_device("Ann", "correct horse", "phone", "", ""))
        self.fails(WrongPassword, self.accounts.log_ins.log_in_device("Ann", "wrong", "phone", "", ""))
        self.enter("phone", "Bob")

    def test_too_many(self) -> None:
        self.patch(devices, "DEVICES_LIMIT", 1)
        self.enter()
        self.enter()
        self.fails(TooManyDevices, self.accounts.log_ins.log_in_device("Ann", "correct horse", "laptop", "", ""))

    def test_again_ends_what_was_before(self) -> None:
        first = self.enter()
        self.signed_out()
        second = self.enter()
        number = b"%d" % second.session
        self.assertEqual((second.device, self.signed_out()), (first.device, [(self.ann.id, first.device, number)]))
        self.assertGreater(second.session, first.session)
        self.fails(Unauthorized, self.accounts.recogniser.identify(first.access))
        self.fails(Unauthorized, self.accounts.refresher.refresh(first.refresh, ""))
        self.assertTrue(self.is_in(second), "an old token of another session ends nothing")

    def test_nothing_stays_of_what_was_not_written(self) -> None:
        first = self.enter()
        self.ledger.refuse = Busy()
        self.fails(Busy, self.accounts.log_ins.log_in_device("Ann", "correct horse", "phone", "", ""))
        self.assertTrue(self.is_in(first))

    def test_expired(self) -> None:
        grant = self.enter()
        self.now += ACCESS_LIFETIME * 1000 - 1000
        self.assertTrue(self.is_in(grant))
        self.now += 1000
        self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))
        self.assertTrue(self.is_in(self.refresh(grant)))

    def test_no_secret_is_stored(self) -> None:
        grant = self.enter()
        with self.store.snapshot() as connection:
            (row,) = connection.execute(select(tables.sessions))
        self.assertEqual([row.refresh_hash, row.previous_hash], [None, None])
        self.refresh(grant)
        with self.store.snapshot() as connection:
            (row,) = connection.execute(select(tables.sessions))
        self.assertEqual((row.refresh_hash, len(row.previous_hash)), (None, 32))
        self.assertNotIn(grant.refresh.encode(), [bytes(value) for value in row if isinstance(value, bytes)])


class RefreshingTests(SessionCase):
    def test_each_gives_the_next(self) -> None:
        grants = [self.enter()]
        for _ in range(3):
            self.now += REFRESH_GRACE
            grants.append(self.refresh(grants[-1]))
        self.assertEqual(len({grant.refresh for grant in grants}), 4)
        self.assertTrue(
            all(map(self.is_in, grants)), "the session is the same, so access tokens are good until they end"
        )

    def test_an_old_one_ends_the_device(self) -> None:
        laptop, first = self.enter("laptop"), self.enter()
        self.now += REFRESH_GRACE
        second = self.refresh(first)
        self.now += REFRESH_GRACE
        self.signed_out()
        self.fails(Unauthorized, self.accounts.refresher.refresh(first.refresh, ""))
        self.assertEqual(self.signed_out(), [(self.ann.id, first.device, b"%d" % (first.session + 1))])
        self.all_over(second)
        self.assertFalse(self.is_in(second))
        self.assertTrue(self.is_in(laptop))
        self.assertTrue(self.is_in(self.enter()), "with the password it comes in again")

    def test_a_much_older_one_too(self) -> None:
        grants = [self.enter()]
        for _ in range(3):
            grants.append(self.refresh(grants[-1]))
        self.fails(Unauthorized, self.accounts.refresher.refresh(grants[0].refresh, ""))
        self.all_over(grants[-1])

    def test_once_more_if_the_answer_was_lost(self) -> None:
        first = self.enter()
        lost = self.refresh(first)
        self.now += REFRESH_GRACE - 1
        second = self.refresh(first)
        self.assertTrue(self.is_in(second))
        self.assertTrue(self.is_in(self.refresh(second)))
        self.fails(Unauthorized, self.accounts.refresher.refresh(lost.refresh, ""))
        self.all_over(second)

    def test_answers_that_overtake_each_other(self) -> None:
        """Of several tries the client takes one answer; whichever it is, the session goes on."""
        for taken in range(4):
            first = self.enter()
            answers = [self.refresh(first) for _ in range(4)]
            self.now += REFRESH_GRACE
            self.assertTrue(self.is_in(self.refresh(self.refresh(answers[taken]))))

    def test_the_grace_does_not_begin_anew(self) -> None:
        first = self.enter()
        self.refresh(first)
        self.now += REFRESH_GRACE - 1
        self.refresh(first)
        self.now += 1
        self.fails(Unauthorized, self.accounts.refresher.refresh(first.refresh, ""))
        self.assertNotEqual(self.signed_out(), [])

    def test_a_clock_that_was_set_back(self) -> None:
        """The grace is as long as ever, and the session goes on."""
        first = self.enter()
        self.refresh(first)
        self.now -= 7_200_000
        second = self.refresh(first)
        self.now += REFRESH_GRACE - 1
        second = self.refresh(first)
        self.assertTrue(self.is_in(second))
        self.now += 1
        self.fails(Unauthorized, self.accounts.refresher.refresh(first.refresh, ""))
        self.assertNotEqual(self.signed_out(), [])

    def test_a_thief_within_the_grace_is_found_out(self) -> None:
        """Whoever refreshes second has a token that is old by then, even at once after the other."""
        for user_is_first in (True, False):
            stolen = self.enter()
            both = [self.refresh(stolen), self.refresh(stolen)]
            first, second = both if user_is_first else reversed(both)
            going_on = self.refresh(first)
            self.fails(Unauthorized, self.accounts.refresher.refresh(second.refresh, ""))
            self.all_over(going_on)

    def test_the_clock_was_set(self) -> None:
        """By less than the grace: nobody is logged out for it, and nothing lasts longer for it."""
        first = self.enter()
        self.refresh(first)
        self.now -= REFRESH_GRACE - 1
        self.assertTrue(self.is_in(self.refresh(first)))
        self.now += REFRESH_GRACE
        self.fails(Unauthorized, self.accounts.refresher.refresh(first.refresh, ""))

    def test_the_clock_was_years_ahead(self) -> None:
        """The refresh after it sets that right: from then on the token lives as long as any."""
        grant = self.enter()
        self.now -= 2 * REFRESH_LIFETIME * 1000
        following = self.refresh(grant)
        self.assertTrue(self.is_in(following))
        self.now += REFRESH_LIFETIME * 1000
        self.all_over(following)

    def test_it_ends_however_often_it_is_refreshed(self) -> None:
        duration = 100 * 24 * 3600
        self.accounts = make_accounts(
            self.store, self.ledger, Passwords(run_now, self.hasher), self.tokens, lambda: self.now, duration=duration
        )
        grant, end = self.enter(), self.now + duration * 1000
        with self.store.snapshot() as connection:
            seen = [grant.device, 4711]
            self.assertEqual(sessions.over(connection, seen, end - 1, duration), set())
            self.assertEqual(sessions.over(connection, seen, end, duration), {grant.device})
        self.assertEqual((grant.access_lifetime, grant.refresh_lifetime), (ACCESS_LIFETIME, REFRESH_LIFETIME))
        for days in (50, 49):
            self.now += days * 24 * 3600 * 1000
            grant = self.refresh(grant)
        self.assertEqual(grant.refresh_lifetime, 24 * 3600, "the cookie of a browser has this")
        self.now = end - 300_000
        grant = self.refresh(grant)
        self.assertEqual((grant.access_lifetime, grant.refresh_lifetime), (300, 300))
        self.now = end - 1
        self.get(self.accounts.recogniser.identify(grant.access))
        last = self.refresh(grant)
        self.now = end
        self.all_over(grant)
        self.all_over(last)
        self.assertTrue(self.is_in(self.enter()))

    def test_a_log_in_in_the_future(self) -> None:
        """The clock was ahead at the log-in: the next refresh sets that right."""
        self.now += 100 * 24 * 3600 * 1000
        grant = self.enter()
        self.now -= 50 * 24 * 3600 * 1000
        grant, begun = self.refresh(grant), self.now
        for _ in range(7):
            self.now += 50 * 24 * 3600 * 1000
            grant = self.refresh(grant)
        self.now = begun + sessions.DURATION * 1000 - 1
        grant = self.refresh(grant)
        self.now += 1
        self.all_over(grant)

    def test_tokens_from_before_they_said_their_turn(self) -> None:
        """The hash says which one is good, as it did."""
        grant = self.enter()

        def old(token: bytes) -> str:
            signed = struct.pack(">QI32s", grant.device, 3, token)
            return self.tokens._refresh.sign(signed)

        def refresh(token: str) -> Grant:
            found = self.get(self.accounts.refresher.refresh(token, ""))
            assert isinstance(found, Grant)
            return found

        current, before = old(b"current"), old(b"before")
        values = {
            "refresh_hash": digest(current),
            "previous_hash": digest(before),
            "rotated_at": self.now - REFRESH_GRACE,
            "number": 3,
        }
        with self.store.transaction() as connection:
            connection.execute(update(tables.sessions).values(values))
        following = refresh(current)
        self.assertTrue(self.is_in(self.refresh(refresh(current))), "the answer was lost")
        self.fails(Unauthorized, self.accounts.refresher.refresh(before, ""))
        self.all_over(following)

    def test_made_up_ones_end_nothing(self) -> None:
        grant = self.enter()
        self.signed_out()
        changed = grant.refresh[:30] + ("A" if grant.refresh[30] != "A" else "B") + grant.refresh[31:]
        made_up = (changed, "", "x", "é", "A" * len(grant.refresh), "A" * 5000, grant.access, grant.refresh[:-4])
        for token in made_up:
            self.fails(Unauthorized, self.accounts.refresher.refresh(token, ""))
        self.assertEqual(self.signed_out(), [])
        self.assertTrue(self.is_in(self.refresh(grant)))

    def test_expired(self) -> None:
        grant = self.enter()
        self.now += REFRESH_LIFETIME * 1000 - 1
        grant = self.refresh(grant)
        self.now += REFRESH_LIFETIME * 1000
        self.all_over(grant)

    def test_who_may_not_come_gets_none(self) -> None:
        for end in (
            lambda: self.accounts.status.disable(self.ann.id),
            lambda: self.accounts.deleter.delete(self.found(self.ann.id)),
        ):
            self.get(self.accounts.status.enable(self.ann.id))
            grant = self.enter()
            self.get(end())
            self.all_over(grant)


class EndingTests(SessionCase):
    def test_log_out(self) -> None:
        grant, laptop = self.enter(), self.enter("laptop")
        self.signed_out()
        self.get(self.accounts.sessions.log_out(self.ann, grant.device))
        self.assertEqual(self.signed_out(), [(self.ann.id, grant.device, b"%d" % (grant.session + 1))])
        self.all_over(grant)
        self.assertFalse(self.is_in(grant))
        self.assertTrue(self.is_in(laptop))
        self.fails(Unauthorized, self.accounts.sessions.log_out(self.ann, grant.device))
        again = self.enter()
        self.assertEqual((again.device, self.is_in(again)), (grant.device, True), "the device is the same as before")

    def test_another_password(self) -> None:
        phone, laptop = self.enter(), self.enter("laptop")
        token, _ = self.log_in()
        self.signed_out()
        self.fails(
            WrongPassword, self.accounts.passwords.change_own(self.ann, phone.device, "wrong", "battery staple", "")
        )
        self.fails(InvalidField, self.accounts.passwords.change_own(self.ann, phone.device, "correct horse", "", ""))
        self.assertTrue(self.is_in(laptop))
        grant = self.get(
            self.accounts.passwords.change_own(self.ann, phone.device, "correct horse", "battery staple", "")
        )
        self.assertEqual(self.signed_out(), [(self.ann.id, 0, b"1")])
        self.all_over(laptop)
        self.fails(Unauthorized, self.accounts.recogniser.identify(phone.access))
        self.fails(Unauthorized, self.accounts.recogniser.authenticate(token, "1"))
        self.assertTrue(self.is_in(grant))
        self.assertTrue(self.is_in(self.refresh(grant)))
        self.assertTrue(self.is_in(self.enter(password="battery staple")))

    def test_everywhere(self) -> None:
        """All sessions end in one transaction, with one event; one that goes on keeps its tokens."""
        phone, laptop, bobs = self.enter(), self.enter("laptop"), self.enter("phone", "Bob")
        token, _ = self.log_in()
        made = self.get(self.accounts.sessions.issue(self.ann))
        self.get(self.accounts.sessions.log_out(self.ann, self.enter("tablet").device))
        self.signed_out()
        self.assertEqual(self.get(self.accounts.sessions.end_sessions(self.ann.id, phone.device)), 3)
        (event,) = self.ledger.appended
        self.assertEqual((event.kind, event.target, event.subject), (Kind.SESSIONS_ENDED, self.ann.id, 0))
        numbers = [int(each) for each in event.body.split()]
        ended = dict(zip(numbers[::2], numbers[1::2], strict=True))
        of_v1, of_token = (self.tokens.verify(each) for each in (token, made))
        wanted = {laptop.device: laptop.session, of_v1.device: of_v1.session, of_token.device: of_token.session}
        self.assertEqual(ended, {device: number + 1 for device, number in wanted.items()})
        self.all_over(laptop)
        for each in (token, made):
            self.fails(Unauthorized, self.accounts.recogniser.authenticate(each, str(self.ann.id)))
        self.assertTrue(self.is_in(phone) and self.is_in(bobs))
        self.assertTrue(self.is_in(self.refresh(phone)))
        self.assertEqual(self.get(self.accounts.sessions.end_sessions(self.ann.id)), 1)
        self.assertEqual(self.get(self.accounts.sessions.end_sessions(self.ann.id)), 0)
        self.assertFalse(self.is_in(phone))
        self.assertTrue(self.is_in(bobs))
        self.assertTrue(self.is_in(self.enter()))

    def test_everywhere_or_nowhere(self) -> None:
        """What else is to change is in the same transaction."""
        phone, laptop = self.enter(), self.enter("laptop")

        def refuse(connection: Connection) -> None:
            raise Busy

        self.fails(Busy, self.accounts.sessions.end_sessions(self.ann.id, phone.device, refuse))
        self.assertTrue(self.is_in(laptop))

    def test_ways_in(self) -> None:
        """A session says how it began, also after a refresh."""
        laptop = self.refresh(self.get(self.accounts.log_ins.let_in(self.ann, "laptop", "", "", via="passkey")))
        self.enter()
        self.log_in()
        self.get(self.accounts.sessions.issue(self.ann))
        with self.store.snapshot() as connection:
            found = sessions.of_user(connection, self.ann.id, self.now, sessions.DURATION)
        self.assertEqual({each.device: each.via for each in found}[laptop.device], "passkey")
        self.assertEqual(sorted(each.via for each in found), ["passkey", "token", "v1", "v2"])
        changed = self.get(
            self.accounts.passwords.change_own(self.ann, laptop.device, "correct horse", "battery x", "")
        )
        with self.store.snapshot() as connection:
            self.assertEqual(sessions.standing(connection, [changed.device])[changed.device].via, "v2")

    def test_the_password_by_v1(self) -> None:
        grant = self.enter()
        self.get(self.accounts.profiles.update(self.ann, {"password": "battery staple"}))
        self.all_over(grant)

    def test_deleted(self) -> None:
        grant = self.enter()
        self.get(self.accounts.deleter.delete(self.found(self.ann.id)))
        self.all_over(grant)
        with self.store.snapshot() as connection:
            rows = connection.execute(select(tables.sessions)).all()
        self.assertEqual(
            [(row.client_ip, row.via, row.live, row.previous_hash) for row in rows], [("", "", False, None)]
        )

    def test_of_user(self) -> None:
        phone, laptop = self.enter(), self.enter("laptop")
        self.enter("phone", "Bob")

        def live() -> list[int]:
            with self.store.snapshot() as connection:
                found = sessions.of_user(connection, self.ann.id, self.now, sessions.DURATION)
                return sorted(session.device for session in found)

        self.assertEqual(live(), [phone.device, laptop.device])
        self.get(self.accounts.sessions.log_out(self.ann, phone.device))
        self.assertEqual(live(), [laptop.device])
        self.get(self.accounts.passwords.change(self.ann, "battery staple"))
        self.assertEqual(live(), [])


class LoggingInOnPostgreSQL(OnPostgreSQL, LoggingInTests):
    """The same there."""


class RefreshingOnPostgreSQL(OnPostgreSQL, RefreshingTests):
    """The same there."""


class EndingOnPostgreSQL(OnPostgreSQL, EndingTests):
    """The same there."""
