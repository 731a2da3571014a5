"""Tests for L{hichat.mail}, on both stores: addresses, forgotten passwords, notices, and the queue that loses none."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func, select, update
from twisted.internet.defer import Deferred, fail

from hichat.accounts.roles import ServerRole
from hichat.accounts.telling import MailKind
from hichat.accounts.tokens import RESET_LIFETIME
from hichat.accounts.users import User
from hichat.core.errors import (
    AddressTaken,
    BadCode,
    InvalidField,
    NoMail,
    StoreAway,
    TooManyAttempts,
    WrongAddressCode,
    WrongPassword,
)
from hichat.log.follower import StepFailed
from hichat.mail import queue
from hichat.mail.addresses import CLAIM_LIFETIME, CODE_TRIES, address_of
from hichat.mail.mail import FORGOTTEN_RATE, AddressState
from hichat.mail.queue import ASKED_FOR, MAIL_KEPT, MAIL_LEASE, TO_MAILBOX
from hichat.mail.smtp import Envelope, MailFailed
from hichat.storage.tables import address_claims, mail_addresses, mails, password_resets, users
from tests.support.mail import text_of
from tests.support.mailing import ADDRESS, SITE, MailCase
from tests.support.postgres import OnPostgreSQL

HERE = "192.0.2.1"
NEW = "a new password"


class AddressTests(MailCase):
    def state(self, user: User | None = None) -> AddressState:
        found = self.get(self.mail.state((user or self.ann).id))
        assert isinstance(found, AddressState)
        return found

    def test_verifying(self) -> None:
        """The former address stays until the code was typed. Then both are told, and the profile has the new one."""
        self.get(self.mail.give(self.ann, " Anna@EXAMPLE.org ", "zh"))
        (mail,) = self.deliver()
        self.assertEqual((mail["To"], mail["Content-Language"]), ("Anna@EXAMPLE.org", "zh"))
        verified, claimed = self.state()
        assert verified
        assert claimed
        self.assertEqual((verified.address, claimed.address), (ADDRESS, "Anna@EXAMPLE.org"))
        self.fails(WrongAddressCode, self.mail.verify(self.ann, "1"))
        state = self.get(self.mail.verify(self.ann, f" {self.code_in(mail)} "))
        self.assertEqual(state.verified[:2], ("Anna@EXAMPLE.org", "zh"))
        self.assertIsNone(state.claimed)
        self.assertEqual(self.found(self.ann.id).email, "Anna@EXAMPLE.org")
        self.assertEqual([mail["To"] for mail in self.deliver()], [ADDRESS, "Anna@EXAMPLE.org"])
        self.fails(WrongAddressCode, self.mail.verify(self.ann, self.code_in(mail)))

    def test_the_mail_with_the_code_has_nothing_of_the_user(self) -> None:
        """Or everybody could send everybody a mail with any text."""
        eve = self.register("visit evil.example now")
        self.get(self.mail.give(eve, "victim@example.org", "en"))
        (mail,) = self.deliver()
        self.assertNotIn("evil", bytes(mail).decode())

    def test_wrong_codes(self) -> None:
        """After some, the right one does not count any more either; nor after an hour, nor after a newer one."""
        self.get(self.mail.give(self.ann, "b@example.org", "en"))
        (mail,) = self.deliver()
        for _ in range(CODE_TRIES):
            self.fails(WrongAddressCode, self.mail.verify(self.ann, "000000x"))
        self.fails(WrongAddressCode, self.mail.verify(self.ann, self.code_in(mail)))
        self.get(self.mail.give(self.ann, "b@example.org", "en"))
        (late,) = self.deliver()
        self.now += CLAIM_LIFETIME * 1000
        self.fails(WrongAddressCode, self.mail.verify(self.ann, self.code_in(late)))
        self.get(self.mail.give(self.ann, "b@example.org", "en"))
        self.get(self.mail.give(self.ann, "c@example.org", "en"))
        (newest,) = self.deliver()
        self.assertEqual(newest["To"], "c@example.org")
        self.get(self.mail.verify(self.ann, self.code_in(newest)))

    def test_anothers_code(self) -> None:
        bob = self.register("Bob")
        self.get(self.mail.give(bob, "bob@example.org", "en"))
        (mail,) = self.deliver()
        self.get(self.mail.give(self.ann, "bob@example.org", "en"))
        self.fails(WrongAddressCode, self.mail.verify(self.ann, self.code_in(mail)))

    def test_no_two_users_have_the_same(self) -> None:
        bob = self.register("Bob")
        self.get(self.mail.give(bob, ADDRESS.upper(), "en"))
        (mail,) = self.deliver()
        self.fails(AddressTaken, self.mail.verify(bob, self.code_in(mail)))
        self.assertIsNone(self.state(bob).verified)
        # Two may wait for it: the first one gets it.
        self.get(self.mail.give(bob, "both@example.org", "en"))
        (to_bob,) = self.deliver()
        self.have(self.ann, "both@example.org")
        self.fails(AddressTaken, self.mail.verify(bob, self.code_in(to_bob)))

    def test_removing(self) -> None:
        state = self.get(self.mail.remove(self.ann))
        self.assertEqual(state, (None, None))
        self.assertEqual(self.found(self.ann.id).email, "")
        (mail,) = self.deliver()
        self.assertEqual((mail["To"], mail["Subject"]), (ADDRESS, "Your address at chat.example.org/talk was changed"))
        self.have(self.register("Bob"), ADDRESS)

    def test_the_profile_is_another_fact(self) -> None:
        self.get(self.accounts.profiles.change(self.found(self.ann.id), {"email": "eve@example.org"}))
        verified, _ = self.state()
        assert verified
        self.assertEqual(verified.address, ADDRESS)

    def test_limits(self) -> None:
        """Of an account, and of a mailbox."""
        self.now += queue.HOUR * 1000
        for number in range(ASKED_FOR):
            self.get(self.mail.give(self.ann, f"a{number}@example.org", "en"))
        self.fails(TooManyAttempts, self.mail.give(self.ann, "more@example.org", "en"))
        users = [self.register(f"User {number}") for number in range(ASKED_FOR + 1)]
        for user in users[:-1]:
            self.get(self.mail.give(user, "victim@example.org", "en"))
        self.fails(TooManyAttempts, self.mail.give(users[-1], "Victim@example.org", "en"))
        self.deliver()
        self.now += queue.HOUR * 1000
        self.get(self.mail.give(users[-1], "victim@example.org", "en"))

    def test_what_is_an_address(self) -> None:
        for text, wanted in {
            " ann+chat@example.org ": "ann+chat@example.org",
            "ann@bücher.example": "ann@xn--bcher-kva.example",
            "ann@例子.测试": "ann@xn--fsqu00a.xn--0zwm56d",
        }.items():
            self.assertEqual(address_of(text), wanted)
        for text in (
            "",
            "ann",
            "ann@",
            "@example.org",
            "ann@localhost",
            "ännchen@example.org",
            "ann@exa mple.org",
            "ann@example.org\nBcc: eve@example.org",
            "ann@example.org\r\n.\r\n",
            "Ann <ann@example.org>",
            "ann@ex\u200dample.org",
            "ann@[192.0.2.1]",
            f"ann@{'a' * 300}.org",
            f"ann@{'ü' * 300}.org",
        ):
            with self.assertRaises(InvalidField):
                address_of(text)

    def test_language(self) -> None:
        self.get(self.mail.speak(self.ann.id, "zh"))
        self.told(device="phone", address=HERE)
        (mail,) = self.deliver()
        self.assertIn("新设备", mail["Subject"])
        self.assertIn("设备：phone", text_of(mail))

    def test_a_deleted_account(self) -> None:
        """Nothing stays of it, and nothing more is sent."""
        self.get(self.mail.forgot("Ann", HERE))
        self.step()
        self.get(self.mail.give(self.ann, "b@example.org", "en"))
        self.told()
        self.get(self.accounts.deleter.delete(self.found(self.ann.id)))
        with self.store.snapshot() as connection:
            for table in (mails, mail_addresses, address_claims, password_resets):
                self.assertEqual(connection.scalar(select(func.count()).select_from(table)), 0, table.name)


class ForgottenTests(MailCase):
    def forget(self, who: str = "Ann", client_ip: str = "") -> list[Any]:
        """@return: the mails that are sent because somebody forgot the password."""
        self.get(self.mail.forgot(who, client_ip))
        return self.deliver()

    def test_by_name_or_address(self) -> None:
        for who in ("Ann", " ann", "ANN", ADDRESS, " Ann@Example.ORG "):
            self.now += queue.HOUR * 1000
            (mail,) = self.forget(who)
            self.assertEqual(mail["To"], ADDRESS)
        self.assertIn("the password of Ann at chat.example.org/talk", text_of(mail))
        before = self.found(self.ann.id)
        changed = self.get(self.accounts.passwords.set_by_code(self.link_in(mail), NEW, HERE))
        self.assertEqual(changed.generation, before.generation + 1)
        self.log_in(password=NEW)
        # Once.
        self.fails(BadCode, self.accounts.passwords.set_by_code(self.link_in(mail), "another password", HERE))
        self.fails(WrongPassword, self.accounts.log_ins.log_in("Ann", "another password", HERE, ""))
        (told, _) = self.deliver()
        self.assertEqual(told["Subject"], "Your password at chat.example.org/talk was changed")

    def test_an_hour(self) -> None:
        (mail,) = self.forget()
        self.now += RESET_LIFETIME * 1000 - 1
        code = self.link_in(mail)
        self.tokens.verify_code(code)
        self.now += 1
        self.fails(BadCode, self.accounts.passwords.set_by_code(code, NEW, HERE))

    def test_a_newer_one_voids_it(self) -> None:
        (first,) = self.forget()
        self.now += 1
        (second,) = self.forget()
        self.fails(BadCode, self.accounts.passwords.set_by_code(self.link_in(first), NEW, HERE))
        self.get(self.accounts.passwords.set_by_code(self.link_in(second), NEW, HERE))

    def test_the_newer_one_overtakes_it(self) -> None:
        """The first one could not be sent, and would be sent after the second."""
        self.refuses = self.away
        self.forget()
        self.refuses = None
        self.now += 1000
        (second,) = self.forget()
        self.now += MAIL_LEASE * 1000
        self.assertEqual(self.deliver(), [])
        self.get(self.accounts.passwords.set_by_code(self.link_in(second), NEW, HERE))

    def test_other_changes_void_it(self) -> None:
        (mail,) = self.forget()
        self.get(self.accounts.sessions.sign_out(self.ann.id))
        self.fails(BadCode, self.accounts.passwords.set_by_code(self.link_in(mail), NEW, HERE))

    def test_a_code_of_an_administrator_is_no_other(self) -> None:
        """It needs no row, and one of a mail is good for nothing without its row."""
        given = self.get(self.accounts.passwords.reset(self.ann.id))
        self.get(self.accounts.passwords.set_by_code(given.code, NEW, HERE))
        self.now += queue.HOUR * 1000
        self.deliver()
        (mail,) = self.forget()
        with self.store.transaction() as connection:
            connection.execute(password_resets.delete())
        self.fails(BadCode, self.accounts.passwords.set_by_code(self.link_in(mail), "another password", HERE))

    def test_who_was_imported(self) -> None:
        """There has never been a password, but the address counts as verified; see C{hichat import --verified-mail}."""
        with self.store.transaction() as connection:
            connection.execute(users.update().where(users.c.id == self.ann.id).values(password_hash="", login_at=None))
        (mail,) = self.forget()
        self.get(self.accounts.passwords.set_by_code(self.link_in(mail), NEW, HERE))
        self.log_in(password=NEW)

    def test_who_gets_nothing(self) -> None:
        """And the answer is the same; and as much is written."""
        bob = self.register("Bob")
        self.get(self.mail.give(bob, "bob@example.org", "en"))
        self.deliver()
        for who in ("Bob", "bob@example.org", "Nobody", "nobody@example.org", "\0", "x" * 300, "\ud800", ""):
            before = self.rows()
            self.get(self.mail.forgot(who, ""))
            self.assertEqual(self.rows(), before + 1)
            self.assertEqual(self.deliver(), [], who)
        self.get(self.accounts.status.disable(self.ann.id))
        self.assertEqual(self.forget(), [])
        self.assertEqual(self.forget(ADDRESS), [])
        self.get(self.accounts.status.enable(self.ann.id))
        # An administrator has taken the password away; or the user comes in another way.
        self.get(self.accounts.passwords.reset(self.ann.id))
        self.deliver()
        self.assertEqual(self.forget(), [])

    def test_where_passwords_let_in_only_owners(self) -> None:
        self.postman = self.make_postman(passwords_on=False)
        self.assertEqual(self.forget(), [])
        self.get(self.accounts.status.set_role(self.ann.id, ServerRole.OWNER))
        self.assertEqual(len(self.forget()), 1)

    def rows(self) -> int:
        with self.store.snapshot() as connection:
            return connection.scalar(select(func.count()).select_from(mails)) or 0

    def test_nothing_of_what_was_typed_is_stored(self) -> None:
        self.get(self.mail.forgot("my secret password", ""))
        with self.store.snapshot() as connection:
            self.assertNotIn("secret", repr(connection.execute(select(mails)).all()))

    def test_limits(self) -> None:
        """Of an address; of an account, which the answer does not show."""
        for _ in range(FORGOTTEN_RATE.attempts):
            self.get(self.mail.forgot("Ann", HERE))
        self.fails(TooManyAttempts, self.mail.forgot("Ann", HERE))
        self.fails(TooManyAttempts, self.mail.forgot("Nobody", HERE))
        self.assertEqual(len(self.deliver()), ASKED_FOR)
        self.get(self.mail.forgot("Ann", "198.51.100.7"))
        self.assertEqual(self.deliver(), [])
        self.now += queue.HOUR * 1000
        self.assertEqual(len(self.forget("Ann", "198.51.100.7")), 1)

    def test_the_audit_log(self) -> None:
        self.forget("Ann", HERE)
        self.forget("Nobody", HERE)
        found = [(entry.act, entry.whose, entry.address) for entry in self.noted]
        self.assertEqual(found, [("forgot_password", self.ann.id, HERE)])

    def test_off(self) -> None:
        self.mail.on = False
        self.fails(NoMail, self.mail.forgot("Ann", HERE))
        self.fails(NoMail, self.mail.give(self.ann, "b@example.org", "en"))
        self.told()
        self.assertEqual(self.deliver(), [])
        self.get(self.mail.remove(self.ann))


class NoticeTests(MailCase):
    def enter(self, device: str, address: str = HERE) -> None:
        self.get(self.accounts.log_ins.log_in_device("Ann", "correct horse", device, address, "4711"))

    def test_a_new_device(self) -> None:
        self.enter("phone")
        (mail,) = self.deliver()
        text = text_of(mail)
        facts = (
            "Device:  phone",
            "Time:    2023-11-14 22:13 UTC",
            f"Address: {HERE}",
            "as Ann at",
            f"{SITE}/#/settings/security",
        )
        for fact in facts:
            self.assertIn(fact, text)
        self.enter("phone", "198.51.100.7")
        self.assertEqual(self.deliver(), [])

    def test_a_new_address_of_v1(self) -> None:
        """There each log-in is a device."""
        self.log_in()
        (mail,) = self.deliver()
        self.assertIn(HERE, text_of(mail))
        self.log_in()
        self.assertEqual(self.deliver(), [])
        self.get(self.accounts.log_ins.log_in("Ann", "correct horse", "198.51.100.7", ""))
        self.assertEqual(len(self.deliver()), 1)

    def test_a_wrong_password_tells_nobody(self) -> None:
        self.fails(WrongPassword, self.accounts.log_ins.log_in_device("Ann", "wrong horse", "phone", HERE, "1"))
        self.assertEqual(self.deliver(), [])

    def test_changed_passwords(self) -> None:
        self.enter("phone")
        self.deliver()
        device = self.successResultOf(self.store.read(lambda connection: 1))
        user = self.found(self.ann.id)
        self.get(self.accounts.passwords.change_own(user, device, "correct horse", NEW, HERE))
        self.get(self.accounts.passwords.change(self.found(self.ann.id), "another password"))
        self.get(self.accounts.passwords.reset(self.ann.id))
        subjects = {mail["Subject"] for mail in self.deliver()}
        self.assertEqual(len(self.sent[-3:]), 3)
        self.assertEqual(subjects, {"Your password at chat.example.org/talk was changed"})

    def test_what_fails_tells_nobody(self) -> None:
        """The mail is in the transaction of the change."""
        self.ledger.refuse = StoreAway()
        self.fails(StoreAway, self.accounts.log_ins.log_in_device("Ann", "correct horse", "phone", HERE, "1"))
        self.assertEqual(self.deliver(), [])

    def test_headers(self) -> None:
        self.enter("phone")
        (mail,) = self.deliver()
        self.assertEqual(str(mail["From"]), "HiChat <chat@example.org>")
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual(mail["Date"].datetime.timestamp(), self.now // 1000)
        self.assertRegex(mail["Message-ID"], r"^<[0-9a-f]{32}@example\.org>$")
        self.assertEqual(mail.get_content_type(), "text/plain")
        self.assertEqual(mail.get_content_charset(), "utf-8")
        self.assertFalse([name for name in mail if name.lower().startswith(("list-", "precedence"))])
        (envelope,) = self.sent[-1:]
        self.assertTrue(envelope.content.isascii())
        self.assertNotIn(b"\n", envelope.content.replace(b"\r\n", b""))
        self.assertLess(max(map(len, envelope.content.split(b"\r\n"))), 998)

    def test_nobody_adds_a_line(self) -> None:
        self.told(device="x\r\nBcc: eve@example.org\r\n\r\nvisit\u2028evil\u202e", address="{site}\n{link}")
        (mail,) = self.deliver()
        self.assertIsNone(mail["Bcc"])
        text = text_of(mail)
        self.assertIn("Device:  xBcc: eve@example.orgvisitevil\n", text)
        self.assertIn("Address: {site}{link}\n", text)

    def test_a_flood(self) -> None:
        for number in range(TO_MAILBOX + 5):
            self.told(device=f"d{number}")
        # Two were sent before.
        self.assertEqual(len(self.deliver()), TO_MAILBOX - 2)
        self.now += queue.HOUR * 1000
        self.told()
        self.assertEqual(len(self.deliver()), 1)


class QueueTests(MailCase):
    def test_an_address_to_which_nobody_can_write(self) -> None:
        """HTML's field takes it. Where one is in the store, other mails do not wait for it."""
        for text in ("a..b@example.org", ".a@example.org", "a.@example.org", "=?utf-8?q?x?=@example.org"):
            self.fails(InvalidField, self.mail.give(self.ann, text, "en"))
        with self.store.transaction() as connection:
            queue.put(connection, self.ann.id, MailKind.NEW_DEVICE, "a..b@example.org", "en", {}, self.now)
        self.told(device="phone")
        self.assertEqual([mail["To"] for mail in self.deliver()], [ADDRESS])
        self.assertEqual(self.postman.counts["refused"], 1)

    def row(self) -> Any:
        with self.store.snapshot() as connection:
            return connection.execute(select(mails).order_by(mails.c.id.desc()).limit(1)).one()

    def test_a_mail_is_its_senders(self) -> None:
        """Somebody else who has seen it, too, does not send it as well; after the lease it is there again."""
        self.told(device="phone")
        number = self.row().id
        with self.store.transaction() as connection:
            taken = queue.take(connection, number, self.now)
            self.assertIsNone(queue.take(connection, number, self.now))
            self.assertIsNone(queue.take(connection, number, self.now + MAIL_LEASE * 1000 - 1))
            again = queue.take(connection, number, self.now + MAIL_LEASE * 1000)
        assert taken is not None
        self.assertEqual(again, taken._replace(tries=2))

    def test_what_stays(self) -> None:
        self.told(device="phone")
        self.deliver()
        row = self.row()
        self.assertEqual((row.outcome, row.address, row.facts, row.next_at), ("sent", "", "", None))
        self.now += 2 * MAIL_KEPT * 1000 + 1
        self.clock.advance(MAIL_KEPT)
        self.deliver()
        with self.store.snapshot() as connection:
            self.assertEqual(connection.scalar(select(func.count()).select_from(mails)), 0)

    def test_no_secret_is_in_the_store(self) -> None:
        """Neither while a mail waits, nor when it is sent."""
        self.refuses = self.away
        self.get(self.mail.forgot("Ann", ""))
        self.get(self.mail.give(self.ann, "b@example.org", "en"))
        self.deliver()
        waiting = self.everything()
        self.refuses = None
        self.now += MAIL_LEASE * 1000
        forgotten, given = self.deliver()
        code = self.link_in(forgotten)
        for stored in (waiting, self.everything()):
            self.assertNotIn(code, stored)
            self.assertNotIn(code[:40], stored)
            # By itself: some longer number may have the same six digits in it.
            self.assertNotRegex(stored, rf"(?<![0-9a-f]){self.code_in(given)}(?![0-9a-f])")

    def everything(self) -> str:
        with self.store.snapshot() as connection:
            tables = (mails, mail_addresses, address_claims, password_resets)
            return repr([connection.execute(select(table)).all() for table in tables])

    def test_a_server_that_is_away(self) -> None:
        """It is tried later and later, for a day; a mail that came later does not wait behind it."""
        self.refuses = self.away
        self.told(device="first")
        began = self.now
        self.deliver()
        pauses: list[int] = []
        while (due := self.row().next_at) is not None:
            pauses.append(due - self.now)
            self.assertLess(len(pauses), 40)
            for self.now, tries in ((due - 1, len(pauses)), (due, len(pauses) + 1)):
                self.deliver()
                self.assertEqual(self.row().tries, tries)
        row = self.row()
        self.assertEqual((row.outcome, row.facts), ("given_up", ""))
        self.assertEqual(pauses, sorted(pauses))
        self.assertLess(pauses[0], pauses[-1])
        # Not when another try would come too late.
        self.assertTrue(0 <= began + MAIL_KEPT * 1000 - self.now <= pauses[-1])
        tries = len(pauses) + 1
        self.assertTrue(20 < tries < 40, tries)
        self.assertEqual(self.postman.counts["given_up"], 1)

    def test_the_same_mail_again(self) -> None:
        """As long as it is not accepted: with the same Message-ID, and the same code."""
        seen: list[Envelope] = []

        def dies(mail: Envelope) -> Deferred[None]:
            seen.append(mail)
            return fail(MailFailed("it closes the connection"))

        self.refuses = dies
        self.get(self.mail.forgot("Ann", ""))
        self.deliver()
        self.refuses = None
        self.now += MAIL_LEASE * 1000
        self.deliver()
        self.assertEqual(self.sent[-1:], seen)

    def test_refused_for_good(self) -> None:
        self.refuses = lambda mail: fail(MailFailed("no such user", for_good=True))
        self.told()
        self.deliver()
        self.assertEqual(self.row().outcome, "refused")

    def test_a_code_that_is_not_good_any_more_is_not_sent(self) -> None:
        self.refuses = self.away
        self.get(self.mail.forgot("Ann", ""))
        for _ in range(70):
            self.deliver()
            self.now += 60_000
        self.assertEqual(self.row().outcome, "given_up")

    def test_a_killed_daemon(self) -> None:
        """Whatever it was doing: another one sends the mail, when the time of the one that had it is over."""
        self.told(device="phone")
        never: Deferred[None] = Deferred()
        self.refuses = lambda mail: never
        self.assertNoResult(Deferred.fromCoroutine(self.postman.step()))
        self.refuses = None
        self.postman = self.make_postman()
        self.assertEqual(self.deliver(), [])
        self.now += MAIL_LEASE * 1000 - 1
        self.assertEqual(self.deliver(), [])
        self.now += 1
        self.assertEqual(len(self.deliver()), 1)

    def test_two_daemons(self) -> None:
        """Even if both hold it for their work, each mail is sent once."""
        self.told(device="phone")
        never: Deferred[None] = Deferred()
        self.refuses = lambda mail: never
        sending = Deferred.fromCoroutine(self.postman.step())
        self.refuses = None
        other = self.make_postman()
        self.get(other.step())
        self.sent.append(Envelope("", "", b""))
        never.callback(None)
        self.successResultOf(sending)
        self.get(other.step())
        self.assertEqual(self.row().outcome, "sent")
        self.assertEqual(self.sent[-1].to, "")

    def test_the_store_is_away_after_it_was_accepted(self) -> None:
        """It is not sent again: what became of it is noted first."""
        self.told(device="phone")
        write: Any = self.store.write
        calls = 0

        def fails_at_the_second(change: Any, *arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            return write(change, *arguments) if calls != 2 else fail(StoreAway())

        self.patch(self.store, "write", fails_at_the_second)
        count = len(self.sent)
        self.fails(StepFailed, self.postman.step())
        self.assertEqual(len(self.sent), count + 1)
        self.now += MAIL_LEASE * 1000
        self.assertEqual(self.deliver(), [])
        self.assertEqual(self.row().outcome, "sent")

    def test_a_full_queue(self) -> None:
        self.patch(queue, "QUEUE_LIMIT", 2)
        for _ in range(4):
            self.get(self.mail.forgot("Nobody", ""))
        with self.store.snapshot() as connection:
            waiting = select(func.count()).select_from(mails).where(mails.c.next_at.is_not(None))
            self.assertEqual(connection.scalar(waiting), 2)
        self.fails(TooManyAttempts, self.mail.give(self.ann, "b@example.org", "en"))

    def test_figures(self) -> None:
        self.assertIsNone(self.postman.state)
        self.postman.start()
        self.addCleanup(self.postman.stop)
        self.clock.advance(0)
        self.assertEqual((self.postman.age(), self.postman.state.waiting), (0, 0))  # type: ignore[union-attr]
        self.refuses = self.away
        self.told()
        for _ in range(5):
            self.now += 2000
            self.clock.advance(2)
        self.assertEqual(self.postman.state.waiting, 1)  # type: ignore[union-attr]
        self.assertEqual(self.postman.age(), 10)

    def test_rows_of_nobody_go(self) -> None:
        self.get(self.mail.forgot("Nobody", ""))
        self.deliver()
        self.clock.advance(MAIL_KEPT)
        self.deliver()
        with self.store.snapshot() as connection:
            self.assertEqual(connection.scalar(select(func.count()).where(mails.c.user_id.is_(None))), 0)

    def test_a_code_cannot_be_changed(self) -> None:
        self.get(self.mail.forgot("Ann", ""))
        (mail,) = self.deliver()
        claims = self.tokens.verify_code(self.link_in(mail))
        self.assertEqual(claims.user, self.ann.id)
        forged = self.tokens.issue_code(claims._replace(number=claims.number + 1))
        self.fails(BadCode, self.accounts.passwords.set_by_code(forged, NEW, HERE))

    def test_facts_fit(self) -> None:
        self.told(device="d" * 500, address="ü" * 500)
        with self.store.snapshot() as connection:
            facts = connection.scalar(select(mails.c.facts).where(mails.c.next_at.is_not(None)))
        self.assertEqual(len(msgspec.json.decode(facts or "")["device"]), 100)
        self.assertEqual(len(self.deliver()), 1)

    def test_an_address_that_was_changed_meanwhile(self) -> None:
        """What was to be told at the former one is told there; a link goes to the present one only."""
        self.refuses = self.away
        self.told(device="phone")
        self.get(self.mail.forgot("Ann", ""))
        self.deliver()
        with self.store.transaction() as connection:
            connection.execute(update(mail_addresses).values(address="b@example.org", address_key="b@example.org"))
        self.refuses = None
        self.now += MAIL_LEASE * 1000
        self.assertEqual([mail["To"] for mail in self.deliver()], [ADDRESS, "b@example.org"])


class AddressPostgresTests(OnPostgreSQL, AddressTests):
    """The same on PostgreSQL."""


class ForgottenPostgresTests(OnPostgreSQL, ForgottenTests):
    """The same on PostgreSQL."""


class NoticePostgresTests(OnPostgreSQL, NoticeTests):
    """The same on PostgreSQL."""


class QueuePostgresTests(OnPostgreSQL, QueueTests):
    """The same on PostgreSQL."""
