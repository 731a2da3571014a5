"""Tests for L{hichat.signin.own} and L{hichat.signin.enrolling}."""

from base64 import b32decode
from unittest.mock import patch

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.accounts.telling import MailKind
from hichat.core.errors import (
    BadTicket,
    ClockSkewed,
    EnrolmentNeeded,
    FactorRequired,
    FreshLogInNeeded,
    NoSuchDevice,
    NoSuchFactor,
    NotStored,
    SecondFactorNeeded,
    TooManyAttempts,
    Unauthorized,
    WrongCode,
    WrongPassword,
)
from hichat.runtime.limits import Rate
from hichat.signin.factors import Recovery, Totp
from hichat.signin.recovery import RECOVERY_CODES
from hichat.signin.tickets import TICKET_LIFETIME, WRONG_ANSWERS
from tests.support.postgres import OnPostgreSQL
from tests.support.signing_in import PEER, SignInCase, code_at

WRONG = Totp("000000")


def key_in(told):
    """@return: the key that an app has read."""
    return b32decode(told.secret)


class Own(SignInCase):
    def setUp(self):
        super().setUp()
        self.own = self.sign_in.own

    def begin(self):
        ticket, told = self.get(self.own.begin(self.ann))
        return ticket, key_in(told)

    def set_up(self):
        ticket, key = self.begin()
        return key, self.get(self.own.confirm(self.ann, ticket, code_at(self.now, key)))

    def test_a_code_that_becomes_too_old(self):
        """Between the look at it and the log-in, as when a step ends."""
        ticket = self.fails_to_come_without_one()
        enrolling = self.sign_in.enrolling
        key = key_in(self.get(enrolling.begin(ticket)))
        code, looked = code_at(self.now - 30_000, key), enrolling._look

        def look_slowly(*args):
            found = looked(*args)
            self.now += 30_000
            return found

        with patch.object(enrolling, "_look", look_slowly):
            self.fails(WrongCode, enrolling.confirm(ticket, code, PEER))
        self.get(enrolling.confirm(ticket, code_at(self.now, key), PEER))

    def fails_to_come_without_one(self):
        self.start(needed=[ServerRole.MEMBER])
        return self.fails(EnrolmentNeeded, self.first_step()).ticket

    def test_who_takes_it_away_is_told_by_mail(self):
        """The user, or an administrator; in the transaction, and not when it stays."""
        told = []
        self.own.mail = lambda connection, user, kind, facts: told.append((user, kind, facts))
        self.set_up()
        self.get(self.own.remove_app(self.ann))
        self.now += 60_000
        self.set_up()
        self.fails(NoSuchFactor, self.own.remove_app(self.register("Bob")))
        self.get(self.own.take_away(self.ann.id))
        removed = MailKind.FACTOR_REMOVED
        kinds = ["totp", "totp", "recovery"]
        self.assertEqual(told, [(self.ann.id, removed, {"factor": kind}) for kind in kinds])

    def test_an_app(self):
        ticket, told = self.get(self.own.begin(self.ann))
        self.assertEqual(told.uri, f"otpauth://totp/HiChat:Ann?secret={told.secret}&issuer=HiChat")
        self.assertTrue(told.qr.startswith("<svg"))
        self.get(self.first_step())
        codes = self.get(self.own.confirm(self.ann, ticket, code_at(self.now, key_in(told))))
        self.assertEqual(len(codes), RECOVERY_CODES)
        found = self.get(self.own.of_user(1))
        self.assertEqual((found.names, found.app_since, found.codes_left), (["totp", "recovery"], self.now, 10))
        # The code that has shown that the app has the key is used up.
        self.fails(WrongCode, self.second_step(self.ticket(), code_at(self.now, key_in(told))))
        self.now += 30_000
        self.get(self.second_step(self.ticket(), code_at(self.now, key_in(told))))
        self.get(self.second_step(self.ticket(), Recovery(codes[3])))

    def test_each_gets_another_key(self):
        self.assertNotEqual(self.begin()[1], self.begin()[1])

    def prove(self, answer, device=1):
        return self.sign_in.prover.by_factor(self.ann, device, answer)

    def test_proving_it_again(self):
        """A factor will do in place of the password, once."""
        prover = self.sign_in.prover
        self.fails(WrongPassword, prover.by_password(self.ann, 1, "wrong"))
        self.get(prover.by_password(self.ann, 1, "correct horse"))
        self.fails(WrongCode, self.prove(WRONG))
        key, codes = self.set_up()
        self.now += 30_000
        self.get(self.prove(code_at(self.now, key)))
        self.fails(WrongCode, self.prove(code_at(self.now, key)))
        self.get(self.prove(Recovery(codes[0])))
        self.fails(WrongCode, self.prove(Recovery(codes[0])))
        self.get(self.accounts.sessions.sign_out(1))
        self.fails(Unauthorized, self.prove(Recovery(codes[1])))

    def test_a_log_in_of_just_now(self):
        """It proves who has nothing to show if the provider has let the user in; no device that a code let in does."""
        self.run_in_store(users._update, 1, {"password_hash": ""})
        for via in ("passkey", "device_flow", "oidc"):
            grant = self.get(self.sign_in.came_by(self.ann, via, PEER, via, factor_done=True))
            proof = self.sign_in.prover.by_log_in(self.ann, grant.device)
            if via == "oidc":
                self.assertIs(self.get(proof), True)
            else:
                self.fails(FreshLogInNeeded, proof)

    def test_guesses_are_limited(self):
        self.start(login=Rate(3, 600))
        self.own = self.sign_in.own
        self.set_up()
        for _ in range(3):
            self.fails(WrongCode, self.prove(WRONG))
        self.fails(TooManyAttempts, self.prove(WRONG))
        # Somebody with a token of this device does not hold up the user at another one, nor a log-in.
        self.fails(WrongCode, self.prove(WRONG, 2))
        self.fails(WrongCode, self.second_step(self.ticket(), WRONG))

    def test_guesses_in_a_row(self):
        self.set_up()
        for _ in range(100):
            self.fails(WrongCode, self.prove(WRONG))
        self.fails(TooManyAttempts, self.prove(WRONG))

    def test_what_is_voided_meanwhile(self):
        self.set_up()
        self.get(self.accounts.sessions.sign_out(1))
        self.fails(Unauthorized, self.own.remove_app(self.ann))
        self.fails(Unauthorized, self.own.make_recovery_codes(self.ann))

    def test_confirming(self):
        ticket, key = self.begin()
        self.fails(WrongCode, self.own.confirm(self.ann, ticket, WRONG))
        for skew in (-90_000, 90_000):
            self.fails(ClockSkewed, self.own.confirm(self.ann, ticket, code_at(self.now + skew, key)))
        bob = self.register("Bob")
        self.fails(BadTicket, self.own.confirm(bob, ticket, code_at(self.now, key)))
        self.get(self.own.confirm(self.ann, ticket, code_at(self.now, key)))
        self.now += 30_000
        self.fails(BadTicket, self.own.confirm(self.ann, ticket, code_at(self.now, key)))
        late, key = self.begin()
        self.now += TICKET_LIFETIME
        self.fails(BadTicket, self.own.confirm(self.ann, late, code_at(self.now, key)))

    def test_too_many_wrong_ones(self):
        ticket, key = self.begin()
        for _ in range(WRONG_ANSWERS):
            self.fails(WrongCode, self.own.confirm(self.ann, ticket, WRONG))
        self.fails(BadTicket, self.own.confirm(self.ann, ticket, code_at(self.now, key)))

    def test_a_ticket_of_a_log_in_sets_nothing_up(self):
        self.set_up()
        self.now += 30_000
        self.fails(BadTicket, self.own.confirm(self.ann, self.ticket(), WRONG))

    def test_what_voids_tokens_voids_the_ticket(self):
        ticket, key = self.begin()
        self.get(self.accounts.sessions.sign_out(1))
        self.fails(BadTicket, self.own.confirm(self.ann, ticket, code_at(self.now, key)))

    def test_another_app_takes_its_place(self):
        key, codes = self.set_up()
        self.now += 60_000
        new, _ = self.set_up()
        self.now += 60_000
        self.fails(WrongCode, self.second_step(self.ticket(), code_at(self.now, key)))
        self.fails(WrongCode, self.second_step(self.ticket(), Recovery(codes[0])))
        self.get(self.second_step(self.ticket(), code_at(self.now, new)))

    def test_log_ins_over_v1_end(self):
        token, _ = self.log_in()
        self.get(self.accounts.recogniser.authenticate_v1(token, "1"))
        self.set_up()
        self.fails(Unauthorized, self.accounts.recogniser.authenticate_v1(token, "1"))

    def test_removing(self):
        self.fails(NoSuchFactor, self.own.remove_app(self.ann))
        self.fails(NoSuchFactor, self.own.make_recovery_codes(self.ann))
        key, _ = self.set_up()
        self.now += 30_000
        self.get(self.second_step(self.ticket(), code_at(self.now, key), remember=True))
        (device,) = self.get(self.own.of_user(1)).remembered
        self.assertEqual((device.name, device.made_at), ("phone", self.now))
        self.get(self.own.remove_app(self.ann))
        self.assertEqual(self.get(self.own.of_user(1)), ([], 0, 0, False, True, []))
        self.get(self.first_step())

    def test_a_role_that_needs_one_keeps_it(self):
        self.start(needed=[ServerRole.MEMBER])
        self.own = self.sign_in.own
        self.set_up()
        self.fails(FactorRequired, self.own.remove_app(self.ann))
        self.assertEqual(self.get(self.own.of_user(1)).names, ["totp", "recovery"])

    def test_new_codes(self):
        _, old = self.set_up()
        new = self.get(self.own.make_recovery_codes(self.ann))
        self.fails(WrongCode, self.second_step(self.ticket(), Recovery(old[0])))
        self.get(self.second_step(self.ticket(), Recovery(new[0])))
        self.assertEqual(self.get(self.own.of_user(1)).codes_left, RECOVERY_CODES - 1)

    def test_forgetting_a_device(self):
        key, _ = self.set_up()
        self.now += 30_000
        grant = self.get(self.second_step(self.ticket(), code_at(self.now, key), remember=True))
        self.fails(NoSuchDevice, self.own.forget_device(2, grant.device))
        self.get(self.own.forget_device(1, grant.device))
        self.fails(NoSuchDevice, self.own.forget_device(1, grant.device))
        self.fails(SecondFactorNeeded, self.first_step(secrets=[grant.secret]))

    def test_taking_away(self):
        self.set_up()
        self.assertEqual(self.get(self.own.take_away(1)), ["totp", "recovery"])
        self.get(self.first_step())
        self.assertEqual(self.get(self.own.take_away(1)), [])


class OwnOnPostgreSQL(OnPostgreSQL, Own):
    pass


class AtTheLogIn(SignInCase):
    def setUp(self):
        super().setUp()
        self.start(needed=[ServerRole.MEMBER])
        self.enrolling = self.sign_in.enrolling

    def needed(self):
        return self.fails(EnrolmentNeeded, self.first_step()).ticket

    def confirm(self, ticket, answer):
        return self.enrolling.confirm(ticket, answer, PEER)

    def key_of(self, ticket):
        return key_in(self.get(self.enrolling.begin(ticket)))

    def test_an_app_is_set_up(self):
        ticket = self.needed()
        key = self.key_of(ticket)
        self.assertEqual(self.key_of(ticket), key)
        self.fails(WrongCode, self.confirm(ticket, WRONG))
        self.fails(ClockSkewed, self.confirm(ticket, code_at(self.now + 90_000, key)))
        grant, codes = self.get(self.confirm(ticket, code_at(self.now, key)))
        self.assertEqual((grant.user.id, grant.name, len(codes)), (1, "phone", RECOVERY_CODES))
        self.fails(WrongCode, self.second_step(self.ticket(), code_at(self.now, key)))
        self.get(self.second_step(self.ticket(), Recovery(codes[0])))
        self.assertEqual(self.outcomes[:3], [("v2", "second_step"), ("v2", "wrong_code"), ("v2", "refused")])

    def test_a_ticket_is_good_once(self):
        ticket = self.needed()
        key = self.key_of(ticket)
        self.get(self.confirm(ticket, code_at(self.now, key)))
        self.get(self.sign_in.own.take_away(1))
        self.fails(BadTicket, self.confirm(ticket, code_at(self.now + 30_000, key)))

    def test_the_first_of_two_wins(self):
        """Somebody with the password begins, too: whoever is later does not take the factor's place."""
        first, second = self.needed(), self.needed()
        key = self.key_of(second)
        self.get(self.confirm(first, code_at(self.now, self.key_of(first))))
        self.fails(BadTicket, self.enrolling.begin(second))
        self.fails(BadTicket, self.confirm(second, code_at(self.now, key)))

    def test_a_store_that_refuses_changes_nothing(self):
        ticket = self.needed()
        key = self.key_of(ticket)
        self.ledger.refuse = NotStored()
        self.fails(NotStored, self.confirm(ticket, code_at(self.now, key)))
        self.assertEqual(self.get(self.sign_in.own.of_user(1)).names, [])
        self.get(self.confirm(ticket, code_at(self.now, key)))

    def test_tickets_that_do_not_hold(self):
        ticket = self.needed()
        key = self.key_of(ticket)
        for given in ("", "x", ticket[:-2], self.sign_in._tickets.issue("factor", 1, self.ann.created_at, 0)):
            self.fails(BadTicket, self.enrolling.begin(given))
            self.fails(BadTicket, self.confirm(given, code_at(self.now, key)))
        self.get(self.accounts.status.disable(1))
        self.fails(BadTicket, self.enrolling.begin(ticket))
        self.fails(BadTicket, self.confirm(ticket, code_at(self.now, key)))
        self.get(self.accounts.status.enable(1))
        ticket = self.needed()
        self.now += TICKET_LIFETIME
        self.fails(BadTicket, self.enrolling.begin(ticket))


class AtTheLogInOnPostgreSQL(OnPostgreSQL, AtTheLogIn):
    pass
