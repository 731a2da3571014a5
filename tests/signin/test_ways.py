"""Tests for L{hichat.signin.ways}."""

from typing import Any

from twisted.internet.defer import Deferred

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.core.errors import (
    BadTicket,
    DeviceRevoked,
    EnrolmentNeeded,
    NotStored,
    SecondFactorNeeded,
    TooManyAttempts,
    Unauthorized,
    WrongCode,
    WrongPassword,
)
from hichat.runtime.limits import Rate
from hichat.signin import tickets
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.factors import Recovery, Totp
from hichat.signin.kinds import FactorKinds
from hichat.signin.recovery import RECOVERY_CODES, make_codes
from hichat.signin.remembered import REMEMBERED_FOR
from hichat.signin.tickets import TICKET_LIFETIME, WRONG_ANSWERS, Tickets
from hichat.storage import tables
from tests.support.postgres import OnPostgreSQL
from tests.support.signing_in import KEY, PEER, SignInCase, code_at

WRONG = Totp("000000")


class Steps(SignInCase):
    def test_nobody_is_asked_without_a_factor(self):
        grant = self.get(self.first_step())
        self.assertEqual((grant.user.id, grant.name), (1, "phone"))
        self.assertEqual(self.outcomes, [("v2", "ok")])

    def test_two_steps(self):
        self.enrol()
        refused = self.fails(SecondFactorNeeded, self.first_step())
        self.assertEqual(refused.factors, ["totp"])
        grant = self.get(self.second_step(refused.ticket))
        self.assertEqual((grant.user.id, grant.name), (1, "phone"))
        self.assertEqual(self.get(self.accounts.recogniser.identify(grant.access))[1], grant.device)
        self.assertEqual(
            [(note.act, note.outcome, note.via) for note in self.notes if note.act == "log_in"][-2:],
            [
                ("log_in", "second_factor_needed", "v2"),
                ("log_in", "ok", "v2"),
            ],
        )
        self.assertEqual(self.outcomes, [("v2", "second_step"), ("v2", "ok")])

    def test_a_wrong_password_gives_no_ticket(self):
        self.enrol()
        self.fails(WrongPassword, self.first_step(password="wrong"))

    def test_who_comes_another_way(self):
        """A way that is safe enough asks for nothing; another one for the factor."""
        self.enrol()
        grant = self.get(self.sign_in.came_by(self.ann, "phone", PEER, "passkey", factor_done=True))
        self.assertEqual(self.notes[-1].via, "passkey")
        needed = self.fails(SecondFactorNeeded, self.sign_in.came_by(self.ann, "phone", PEER, "device_flow"))
        again = self.get(self.second_step(needed.ticket))
        self.assertEqual((again.device, self.notes[-1].via), (grant.device, "device_flow"))

    def test_a_code_is_good_once(self):
        self.enrol()
        self.get(self.second_step(self.ticket()))
        self.fails(WrongCode, self.second_step(self.ticket()))
        self.now += 30_000
        self.get(self.second_step(self.ticket()))
        # The code of the step before, which was not used by itself.
        self.fails(WrongCode, self.second_step(self.ticket(), code_at(self.now - 30_000)))

    def test_clocks_differ(self):
        self.enrol()
        for skew, good in ((-90_000, False), (90_000, False), (-60_000, False), (-30_000, True), (30_000, True)):
            step = self.second_step(self.ticket(), code_at(self.now + skew))
            if good:
                self.get(step)
            else:
                self.assertIn("clock", self.fails(WrongCode, step).text("en"))

    def test_a_clock_that_was_wrong(self):
        """A code that was used in a far future does not keep the user out when the clock is right again."""
        self.enrol()
        self.now += 10**10
        self.get(self.second_step(self.ticket()))
        self.now -= 10**10
        self.get(self.second_step(self.ticket()))

    def at_once(self, *steps):
        """@return: the results of log-ins that have all looked at their answers before the first one is written."""
        real = self.ledger.append
        late: list[tuple[Deferred[Any], dict[str, Any]]] = []

        def append(**fields):
            late.append((Deferred(), fields))
            return late[-1][0]

        self.ledger.append = append
        results = [Deferred.fromCoroutine(step) for step in steps]
        self.assertEqual(len(late), len(steps))
        for fired, fields in late:
            real(**fields).chainDeferred(fired)
        return results

    def test_two_at_once(self):
        """Two processes have looked at the same code, and both found it right: the transaction decides."""
        self.enrol()
        tickets = [self.ticket(), self.ticket("tablet")]
        steps = self.at_once(*(self.second_step(ticket) for ticket in tickets))
        self.successResultOf(steps[0])
        self.failureResultOf(steps[1], WrongCode)

    def test_a_ticket_is_good_once(self):
        self.enrol()
        ticket = self.ticket()
        self.get(self.second_step(ticket))
        self.now += 60_000
        self.fails(BadTicket, self.second_step(ticket))
        # Nobody learns with it whether an answer would be right.
        self.fails(BadTicket, self.second_step(ticket, WRONG))

    def test_one_ticket_twice_at_once(self):
        self.enrol()
        codes = make_codes()
        self.run_in_store(self.kinds.recovery.keep, 1, codes)
        ticket = self.ticket()
        steps = self.at_once(*(self.second_step(ticket, Recovery(code)) for code in codes[:2]))
        self.successResultOf(steps[0])
        self.failureResultOf(steps[1], BadTicket)
        self.assertEqual(self.run_in_store(self.kinds.recovery.left, 1), RECOVERY_CODES - 1)

    def test_a_ticket_ends(self):
        self.enrol()
        ticket = self.ticket()
        for by in (TICKET_LIFETIME, -TICKET_LIFETIME):
            self.now += by
            self.fails(BadTicket, self.second_step(ticket))
            self.now -= by
        self.now -= TICKET_LIFETIME - 1
        self.get(self.second_step(ticket))

    def test_a_used_ticket_stays_so_when_the_clock_is_set_back(self):
        self.enrol()
        used = self.ticket()
        self.get(self.second_step(used))
        self.now += TICKET_LIFETIME + 60_000
        self.get(self.second_step(self.ticket()))
        self.now -= 90_000
        self.fails(BadTicket, self.second_step(used))

    def test_invented_tickets(self):
        self.enrol()
        ticket = self.ticket()
        for given in ("", "x", "é", ticket[:-1], ticket[::-1], "A" * 2000, self.tokens.issue_secret(1)):
            self.fails(BadTicket, self.second_step(given))

    def test_a_ticket_of_the_enrolment_is_none_for_a_factor(self):
        self.start(needed=[ServerRole.MEMBER])
        ticket = self.fails(EnrolmentNeeded, self.first_step()).ticket
        self.enrol()
        self.fails(BadTicket, self.second_step(ticket))

    def test_what_voids_a_ticket(self):
        self.enrol()
        for change in (
            lambda: self.accounts.sessions.sign_out(1),
            lambda: self.accounts.passwords.change(self.found(1), "correct horse 2"),
            lambda: self.accounts.passwords.change(self.found(1), "correct horse"),
            lambda: self.accounts.status.disable(1),
            lambda: self.accounts.deleter.delete(self.found(1)),
        ):
            self.get(self.accounts.status.enable(1))
            ticket = self.sign_in._tickets.issue("factor", 1, self.ann.created_at, self.found(1).generation, "phone")
            self.get(change())
            self.fails(BadTicket, self.second_step(ticket))

    def test_a_password_that_is_set_between_the_look_and_the_transaction(self):
        self.enrol()
        ticket = self.ticket()
        real = self.ledger.append

        def append(**fields):
            self.ledger.append = real
            self.get(self.accounts.passwords.change(self.found(1), "correct horse 2"))
            return real(**fields)

        self.ledger.append = append
        self.fails(BadTicket, self.second_step(ticket))

    def test_a_factor_that_comes_between_the_look_and_the_transaction(self):
        real = self.ledger.append

        def append(**fields):
            self.enrol()
            return real(**fields)

        self.ledger.append = append
        self.fails(SecondFactorNeeded, self.first_step())

    def test_a_store_that_refuses_uses_nothing_up(self):
        self.enrol()
        ticket = self.ticket()
        self.ledger.refuse = NotStored()
        self.fails(NotStored, self.second_step(ticket))
        self.get(self.second_step(ticket))

    def test_a_revoked_device(self):
        """It is told before the second step: a browser then takes another name."""
        self.enrol()
        self.get(self.second_step(self.ticket()))
        self.get(self.accounts.sessions.revoke(1, "phone"))
        self.fails(DeviceRevoked, self.first_step())

    def test_somebody_with_the_id_of_before_a_backup(self):
        self.enrol()
        ticket = self.ticket()
        self.run_in_store(lambda c: c.execute(tables.users.update().values(created_at=5)))
        self.fails(BadTicket, self.second_step(ticket))


class StepsOnPostgreSQL(OnPostgreSQL, Steps):
    pass


class RecoveryTests(SignInCase):
    def setUp(self):
        super().setUp()
        self.codes = make_codes()
        self.run_in_store(self.kinds.recovery.keep, 1, self.codes)

    def test_each_is_good_once(self):
        self.enrol()
        self.assertEqual(self.fails(SecondFactorNeeded, self.first_step()).factors, ["totp", "recovery"])
        for code in self.codes:
            self.get(self.second_step(self.ticket(), Recovery(code)))
            self.fails(WrongCode, self.second_step(self.ticket(), Recovery(code)))
        self.assertEqual(self.fails(SecondFactorNeeded, self.first_step()).factors, ["totp"])

    def test_as_people_write_them(self):
        self.enrol()
        self.get(self.second_step(self.ticket(), Recovery(f" {self.codes[0].upper().replace('-', ' ')} ")))

    def test_they_ask_for_nothing_by_themselves(self):
        self.get(self.first_step())

    def test_they_cannot_be_guessed(self):
        """16 letters of 31 are 79 bits; nothing of them is in the store."""
        self.assertEqual(len(set(make_codes() + self.codes)), 2 * RECOVERY_CODES)
        for code in self.codes:
            self.assertRegex(code, r"^([a-z2-9]{4}-){3}[a-z2-9]{4}$")
        rows = self.run_in_store(lambda c: c.execute(tables.recovery_codes.select()).all())
        self.assertNotIn(self.codes[0].encode(), b"".join(row.code_hash for row in rows))


class RecoveryOnPostgreSQL(OnPostgreSQL, RecoveryTests):
    pass


class Guesses(SignInCase):
    def setUp(self):
        super().setUp()
        self.enrol()

    def guess(self, ticket=None, peer=PEER):
        return self.second_step(ticket or self.ticket(), WRONG, peer=peer)

    def test_five_for_a_ticket(self):
        ticket = self.ticket()
        for _ in range(WRONG_ANSWERS):
            self.fails(WrongCode, self.guess(ticket))
        self.fails(BadTicket, self.second_step(ticket))
        self.get(self.second_step(self.ticket()))

    def test_not_more_because_the_ticket_ends_meanwhile(self):
        """When its row is gone, nobody knows any more how often it was answered."""
        ticket = self.ticket()
        for _ in range(WRONG_ANSWERS):
            self.fails(WrongCode, self.guess(ticket))
        shown = Tickets(bytes(32), lambda: self.now).verify(ticket, "factor")
        self.failureResultOf(self.store.write(tickets.come, shown, shown.ends + 1), BadTicket)

    def test_of_ever_more_devices_of_somebody_signed_in(self):
        """Whoever has found a page open lets in devices, and guesses with each."""
        for device in range(100):
            self.fails(WrongCode, self.sign_in.prover.by_factor(self.ann, device, WRONG))
            self.fails(WrongPassword, self.sign_in.prover.by_password(self.ann, device, "wrong"))
        self.fails(TooManyAttempts, self.sign_in.prover.by_factor(self.ann, 1000, code_at(self.now)))
        self.fails(TooManyAttempts, self.sign_in.prover.by_password(self.ann, 1000, "correct horse"))
        self.get(self.second_step(self.ticket()))

    def test_over_many_tickets_and_addresses(self):
        self.start(login=Rate(10, 600))
        for number in range(10):
            self.fails(WrongCode, self.guess(peer=(f"198.51.{number}.1", "1")))
        self.fails(TooManyAttempts, self.guess(peer=("203.0.113.5", "1")))
        self.fails(TooManyAttempts, self.second_step(self.ticket()))

    def test_from_one_address(self):
        self.start(address=Rate(3, 600))
        tickets = [self.ticket() for _ in range(4)]
        for ticket in tickets[:3]:
            self.fails(WrongCode, self.guess(ticket))
        self.fails(TooManyAttempts, self.guess(tickets[3]))

    def test_after_a_restart_too(self):
        for _ in range(100):
            self.start()
            self.fails(WrongCode, self.guess())
        self.assertEqual(self.fails(TooManyAttempts, self.second_step(self.ticket())).retry_after, 3600)
        self.now += 3600_000
        self.get(self.second_step(self.ticket()))

    def test_a_known_device_is_not_locked_out(self):
        secret = self.get(self.second_step(self.ticket())).secret
        self.now += 60_000
        self.start(login=Rate(10, 600))
        for _ in range(10):
            self.fails(WrongCode, self.guess())
        self.fails(TooManyAttempts, self.guess())
        self.get(self.second_step(self.ticket(secrets=[secret]), secrets=[secret]))
        for _ in range(10):
            self.fails(WrongCode, self.guess(self.ticket(secrets=[secret])))
        self.fails(TooManyAttempts, self.guess(self.ticket(secrets=[secret])))

    def test_right_ones_are_not_counted(self):
        self.start(login=Rate(2, 600), address=Rate(2, 600))
        for _ in range(5):
            self.now += 30_000
            self.get(self.second_step(self.ticket()))

    def test_the_right_password_does_not_forget_them(self):
        for _ in range(100):
            self.fails(WrongCode, self.guess())
        self.ticket()
        self.fails(TooManyAttempts, self.guess())

    def test_what_is_no_code(self):
        for code in ("", "12345", "1234567", "１２３４５６", "12 34", "x" * 64, "-1", "0x1234"):
            self.fails(WrongCode, self.second_step(self.ticket(), Totp(code)))
            self.fails(WrongCode, self.second_step(self.ticket(), Recovery(code)))

    def test_with_blanks(self):
        code = code_at(self.now).code
        self.get(self.second_step(self.ticket(), Totp(f" {code[:3]} {code[3:]} ")))


class GuessesOnPostgreSQL(OnPostgreSQL, Guesses):
    pass


class RememberedTests(SignInCase):
    def setUp(self):
        super().setUp()
        self.enrol()
        self.secret = self.get(self.second_step(self.ticket(), remember=True)).secret

    def test_the_password_is_enough_for_thirty_days(self):
        self.now += REMEMBERED_FOR - 1
        self.assertEqual(self.get(self.first_step(secrets=[self.secret])).secret, self.secret)
        self.now += 1
        self.fails(SecondFactorNeeded, self.first_step(secrets=[self.secret]))

    def test_only_with_the_secret_and_only_that_device(self):
        self.fails(SecondFactorNeeded, self.first_step())
        self.fails(SecondFactorNeeded, self.first_step("tablet", [self.secret]))
        self.fails(SecondFactorNeeded, self.first_step(secrets=[self.tokens.issue_secret(1)]))

    def test_another_secret_ends_it(self):
        self.now += 30_000
        self.get(self.second_step(self.ticket()))
        self.fails(SecondFactorNeeded, self.first_step(secrets=[self.secret]))

    def test_what_voids_tokens_ends_it(self):
        self.get(self.accounts.sessions.sign_out(1))
        self.fails(SecondFactorNeeded, self.first_step(secrets=[self.secret]))

    def test_not_without_asking(self):
        self.now += 30_000
        secret = self.get(self.second_step(self.ticket("tablet"))).secret
        self.fails(SecondFactorNeeded, self.first_step("tablet", [secret]))

    def test_a_clock_that_is_set_back(self):
        self.now -= 2 * REMEMBERED_FOR
        self.fails(SecondFactorNeeded, self.first_step(secrets=[self.secret]))


class RememberedOnPostgreSQL(OnPostgreSQL, RememberedTests):
    pass


class Needed(SignInCase):
    def test_a_role_needs_one(self):
        self.start(needed=[ServerRole.MEMBER])
        self.fails(EnrolmentNeeded, self.first_step())
        self.enrol()
        self.get(self.second_step(self.ticket()))

    def test_others_do_not(self):
        self.start(needed=[ServerRole.OWNER])
        self.refresh(self.get(self.first_step()))

    def refresh(self, grant):
        return self.get(self.accounts.refresher.refresh(grant.refresh, PEER[0]))

    def test_a_session_from_before_the_role_needed_one(self):
        self.start(needed=[ServerRole.MODERATOR])
        grant = self.refresh(self.get(self.first_step()))
        self.get(self.accounts.status.set_role(1, ServerRole.MODERATOR))
        self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, PEER[0]))
        self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))
        self.fails(EnrolmentNeeded, self.first_step())

    def test_a_device_that_a_code_has_let_in(self):
        """Whoever let it in may have come with the password alone; but not if the user has none."""
        self.start(needed=[ServerRole.MODERATOR])
        come = self.sign_in.came_by(self.ann, "terminal", PEER, "device_flow", factor_done=True)
        grant = self.get(come)
        self.get(self.accounts.status.set_role(1, ServerRole.MODERATOR))
        known = self.run_in_store(users.find_hash, "Ann")[1]
        self.run_in_store(users._update, 1, {"password_hash": ""})
        grant = self.refresh(grant)
        self.run_in_store(users._update, 1, {"password_hash": known})
        self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, PEER[0]))
        self.fails(Unauthorized, self.accounts.recogniser.identify(grant.access))

    def test_a_session_from_before_ways_in_were_noted(self):
        """It began with the password, or an app password."""
        self.start(needed=list(ServerRole))
        _, secret = self.get(AppPasswords(self.store, self.accounts.sessions, lambda: self.now).make(self.ann, "phone"))
        by_app = self.get(self.first_step(password=secret))
        grant = self.get(self.sign_in.came_by(self.ann, "laptop", PEER, "v2", factor_done=True))
        self.run_in_store(lambda c: c.execute(tables.sessions.update().values(via="")))
        self.refresh(by_app)
        self.fails(Unauthorized, self.accounts.refresher.refresh(grant.refresh, PEER[0]))

    def test_whoever_has_set_one_up_meanwhile_stays(self):
        self.start(needed=[ServerRole.MODERATOR])
        grant = self.get(self.first_step())
        self.get(self.accounts.status.set_role(1, ServerRole.MODERATOR))
        self.enrol()
        self.refresh(grant)


class Kept(SignInCase):
    def setUp(self):
        super().setUp()
        self.enrol()

    def test_another_password_keeps_it(self):
        grant = self.get(self.second_step(self.ticket()))
        self.get(self.accounts.passwords.change_own(self.found(1), grant.device, "correct horse", "horse correct", ""))
        self.now += 30_000
        needed = self.fails(SecondFactorNeeded, self.first_step(password="horse correct"))
        self.get(self.second_step(needed.ticket))

    def test_the_code_for_a_forgotten_password_keeps_it(self):
        code = self.get(self.accounts.passwords.reset(1))
        self.get(self.accounts.passwords.set_by_code(code.code, "horse correct", ""))
        self.fails(SecondFactorNeeded, self.first_step(password="horse correct"))

    def test_the_deletion_of_the_account_forgets_it(self):
        self.run_in_store(self.kinds.recovery.keep, 1, make_codes())
        self.get(self.second_step(self.ticket(), remember=True))
        self.get(self.accounts.deleter.delete(self.found(1)))
        for table in (tables.totp_keys, tables.recovery_codes, tables.remembered_devices):
            self.assertEqual(self.run_in_store(lambda c, t=table: c.execute(t.select()).all()), [])

    def test_the_key_is_sealed(self):
        """Without the key of the tokens a copy of the store tells nothing, and another key opens nothing."""
        (row,) = self.run_in_store(lambda c: c.execute(tables.totp_keys.select()).all())
        self.assertNotIn(KEY, row.sealed)
        self.assertNotEqual(row.sealed, self.resealed().sealed)
        self.kinds = FactorKinds(b"x" * 32)
        self.start()
        self.fails(WrongCode, self.second_step(self.ticket()))
        self.flushLoggedErrors()

    def resealed(self):
        self.enrol()
        (row,) = self.run_in_store(lambda c: c.execute(tables.totp_keys.select()).all())
        return row

    def test_a_key_is_of_its_user(self):
        """A row that was moved to another user opens nothing."""
        self.register("Bob")
        self.run_in_store(lambda c: c.execute(tables.totp_keys.update().values(user_id=2)))
        needed = self.fails(SecondFactorNeeded, self.sign_in.with_password("Bob", "correct horse", "phone", PEER))
        self.fails(WrongCode, self.second_step(needed.ticket))


class KeptOnPostgreSQL(OnPostgreSQL, Kept):
    pass
