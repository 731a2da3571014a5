"""Tests for L{hichat.signin.passkeys}, L{hichat.signin.ceremonies}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select, update

from hichat.accounts.roles import ServerRole
from hichat.accounts.telling import MailKind, TellByMail, nobody_told
from hichat.accounts.users import User
from hichat.audit.entries import Entry
from hichat.core.errors import (
    ChallengeOver,
    Disabled,
    FactorRequired,
    InvalidField,
    NoPasskeysHere,
    NoSuchPasskey,
    PasskeyCopied,
    PasskeyTaken,
    TooManyAttempts,
    TooManyPasskeys,
    Unauthorized,
    WrongPasskey,
)
from hichat.runtime.limits import Limits, Rate
from hichat.signin.ceremonies import (
    CHALLENGE_LIFETIME,
    NewCredential,
    UsedCredential,
)
from hichat.signin.kinds import FactorKinds
from hichat.signin.parties import AT_LOCALHOST, RelyingParty
from hichat.signin.passkeys import PASSKEYS_LIMIT, KeptPasskey, PasskeyShown
from hichat.signin.ways import SignIn
from hichat.storage import tables
from tests.support.accounts import AccountsCase
from tests.support.authenticator import EDDSA, PRESENT, RS256, VERIFIED, SoftAuthenticator, decode, encode, new_key
from tests.support.postgres import OnPostgreSQL

ORIGIN = "https://chat.example"
PARTY = RelyingParty("chat.example", ORIGIN)
OFF = Rate(0, 1)


class PasskeyCase(AccountsCase):
    party: RelyingParty | None = PARTY

    def setUp(self) -> None:
        super().setUp()
        self.noted: list[Entry] = []
        self.limits = Limits(OFF, Rate(3, 3600), OFF, lambda: self.now)
        self.worker()
        self.device = SoftAuthenticator(ORIGIN)
        self.ann = self.register()

    def worker(
        self,
        key: bytes = bytes(32),
        party: RelyingParty | None = PARTY,
        needed: Sequence[ServerRole] = (),
        mail: TellByMail = nobody_told,
    ) -> None:
        """From here on another worker answers. Workers have nothing in common but the store and the key."""
        kinds = FactorKinds(key, party)
        here = self.accounts, self.store, key, lambda: self.now, kinds, self.limits, needed, self.noted.append
        signing = SignIn(*here, mail=mail)
        self.factor, self.passkeys = kinds.passkey, signing.passkeys

    def begin(self, user: User, device: int = 1) -> tuple[str, Any]:
        state, options = self.get(self.passkeys.begin_making(user, device))
        return state, msgspec.to_builtins(options)

    def finish(self, user: User, state: str, credential: Any, name: str = "Phone", device: int = 1) -> Any:
        given = msgspec.convert(credential, NewCredential)
        return self.passkeys.finish_making(user, device, state, given, name)

    def make(self, user: User | None = None, name: str = "Phone", **changes: Any) -> KeptPasskey:
        user = user or self.ann
        state, options = self.begin(user)
        made: KeptPasskey
        made, _ = self.get(self.finish(user, state, self.device.make(options, **changes), name))
        return made

    def asked(self, browser: str = "browser") -> tuple[str, Any]:
        state, options = self.passkeys.begin_coming(browser)
        return state, msgspec.to_builtins(options)

    def come(self, state: str, credential: Any, browser: str = "browser", address: str = "192.0.2.1") -> Any:
        given = msgspec.convert(credential, UsedCredential)
        return self.passkeys.come(PasskeyShown(browser, state, given), address)

    def show(self, **changes: Any) -> Any:
        """Come in with the newest passkey. @param changes: what the browser's answer has in place of the right."""
        state, options = self.asked()
        credential = self.device.show(options)
        credential["response"] |= changes
        return self.come(state, credential)


class MakingTests(PasskeyCase):
    def test_one(self) -> None:
        made = self.make(name="  My phone ")
        self.assertEqual(made, KeptPasskey(made.id, "My phone", self.now, 0))
        self.assertEqual(self.get(self.passkeys.listed(self.ann.id)), [made])

    def test_what_the_browser_is_told(self) -> None:
        state, options = self.begin(self.ann)
        self.assertEqual(options["rp"], {"id": "chat.example", "name": "HiChat"})
        self.assertEqual((options["user"]["name"], options["user"]["displayName"]), ("Ann", "Ann"))
        self.assertEqual(options["authenticatorSelection"]["residentKey"], "required")
        self.assertEqual(options["authenticatorSelection"]["userVerification"], "required")
        self.assertEqual(options["attestation"], "none")
        self.assertEqual(options["excludeCredentials"], [])
        self.get(self.finish(self.ann, state, self.device.make(options)))
        _, again = self.begin(self.ann)
        known = {"type": "public-key", "id": encode(self.device.passkeys[0].id), "transports": ["internal"]}
        self.assertEqual(again["excludeCredentials"], [known])
        self.assertEqual(again["user"], options["user"], "an authenticator knows a user by the same name")
        self.assertNotEqual(again["challenge"], options["challenge"])

    def test_the_user_handle_is_random(self) -> None:
        handles = {self.begin(user)[1]["user"]["id"] for user in (self.ann, self.register("Bob"))}
        self.assertEqual({len(handle) for handle in handles}, {43})
        self.assertEqual(len(handles), 2)

    def test_keys_of_each_kind(self) -> None:
        for kind in (EDDSA, RS256):
            self.device = SoftAuthenticator(ORIGIN, kind=kind)
            self.make()
            self.assertEqual(self.get(self.show()).id, self.ann.id)

    def test_a_key_that_the_server_does_not_take(self) -> None:
        state, options = self.begin(self.ann)
        credential = self.device.make(options)
        said = bytearray(decode(credential["response"]["attestationObject"]))
        # The kind of the key in COSE: -7 becomes -9.
        at = said.index(bytes.fromhex("a501020326"))
        said[at + 4] = 0x28
        credential["response"]["attestationObject"] = encode(bytes(said))
        self.fails(WrongPasskey, self.finish(self.ann, state, credential))

    def test_a_key_that_is_none(self) -> None:
        state, options = self.begin(self.ann)
        credential = self.device.make(options)
        said = bytearray(decode(credential["response"]["attestationObject"]))
        said[-20:] = bytes(20)
        credential["response"]["attestationObject"] = encode(bytes(said))
        self.fails(WrongPasskey, self.finish(self.ann, state, credential))

    def test_without_verifying_the_user(self) -> None:
        for flags in (PRESENT, VERIFIED, 0):
            self.device.flags = flags
            state, options = self.begin(self.ann)
            self.fails(WrongPasskey, self.finish(self.ann, state, self.device.make(options)))

    def test_of_another_page(self) -> None:
        others = (
            {"origin": "https://chat.example.evil.example"},
            {"origin": "http://chat.example"},
            {"origin": "https://chat.example:8443"},
            {"origin": ""},
            {"origin": ["https://chat.example"]},
            {"crossOrigin": True},
            {"type": "webauthn.get"},
            {"challenge": encode(bytes(32))},
            {"challenge": 7},
        )
        for more in others:
            with self.subTest(more=more):
                self.device.more = more
                state, options = self.begin(self.ann)
                self.fails(WrongPasskey, self.finish(self.ann, state, self.device.make(options)))

    def test_for_another_host(self) -> None:
        state, options = self.begin(self.ann)
        self.fails(WrongPasskey, self.finish(self.ann, state, self.device.make(options, rp_id="evil.example")))

    def test_nonsense(self) -> None:
        state, options = self.begin(self.ann)
        good = self.device.make(options)
        broken = [
            {"attestationObject": encode(bytes)}
            for bytes in (b"", b"\0", b"\xa0", b"\x9f" * 20_000, b"\x81" * 20_000, b"\xff" * 100)
        ]
        broken += [{"clientDataJSON": encode(text)} for text in (b"", b"{}", b"[]", b"\xff", b"[" * 4000, b"null")]
        broken += [{"clientDataJSON": "A"}, {"attestationObject": "AAAAA"}]
        for each in broken:
            credential = {**good, "response": {**good["response"], **each}}
            self.fails(WrongPasskey, self.finish(self.ann, state, credential))
        for id in ("", "A", "AAAAA", encode(bytes(1023))):
            self.fails(WrongPasskey, self.finish(self.ann, state, {**good, "id": id, "rawId": id}))
            self.fails(WrongPasskey, self.finish(self.ann, state, {**good, "id": id}))
        self.get(self.finish(self.ann, state, good))

    def test_what_is_no_answer(self) -> None:
        """The types and the lengths of the fields are checked before anything is done with them."""
        _, options = self.begin(self.ann)
        good = self.device.make(options)
        for bad in (
            {"id": 7},
            {"rawId": "A" * 1365},
            {"rawId": "="},
            {"type": "password"},
            {"response": None},
            {"response": {**good["response"], "clientDataJSON": "A" * 5463}},
            {"response": {**good["response"], "attestationObject": "A" * 32_769}},
            {"response": {**good["response"], "transports": ["usb"] * 17}},
            {"response": {**good["response"], "transports": [7]}},
        ):
            self.assertRaises(msgspec.ValidationError, msgspec.convert, {**good, **bad}, NewCredential)

    def test_names(self) -> None:
        state, options = self.begin(self.ann)
        credential = self.device.make(options)
        for name in ("", "  ", "x" * 65, "a\nb", "a\0b", "a\u202eb"):
            self.fails(InvalidField, self.finish(self.ann, state, credential, name))
        self.get(self.finish(self.ann, state, credential, "x" * 64))

    def test_twice(self) -> None:
        state, options = self.begin(self.ann)
        credential = self.device.make(options)
        self.get(self.finish(self.ann, state, credential))
        self.worker()
        self.fails(ChallengeOver, self.finish(self.ann, state, credential))
        self.assertEqual(len(self.get(self.passkeys.listed(self.ann.id))), 1)

    def test_too_late(self) -> None:
        state, options = self.begin(self.ann)
        credential = self.device.make(options)
        self.now += CHALLENGE_LIFETIME
        self.fails(ChallengeOver, self.finish(self.ann, state, credential))

    def test_begun_by_somebody_else(self) -> None:
        bob = self.register("Bob")
        state, options = self.begin(self.ann)
        credential = self.device.make(options)
        self.fails(ChallengeOver, self.finish(bob, state, credential))
        self.fails(ChallengeOver, self.finish(self.ann, state, credential, device=2))
        # What was asked at the door is no registration.
        self.fails(ChallengeOver, self.finish(self.ann, self.asked()[0], credential))
        self.get(self.finish(self.ann, state, credential))

    def test_the_passkey_of_somebody_else(self) -> None:
        """Whoever knows the id of a credential registers no other key under it."""
        bob = self.register("Bob")
        self.make()
        (passkey,) = self.device.passkeys
        for user in (bob, self.ann):
            state, options = self.begin(user)
            credential = SoftAuthenticator(ORIGIN).make(options, id=passkey.id)
            self.fails(PasskeyTaken, self.finish(user, state, credential))
        self.assertEqual(self.get(self.show()).id, self.ann.id)

    def test_so_many_and_no_more(self) -> None:
        state, options = self.begin(self.ann)
        one_more = SoftAuthenticator(ORIGIN).make(options)
        for _ in range(PASSKEYS_LIMIT):
            self.device = SoftAuthenticator(ORIGIN)
            made = self.make()
        self.fails(TooManyPasskeys, self.passkeys.begin_making(self.ann, 1))
        self.fails(TooManyPasskeys, self.finish(self.ann, state, one_more))
        self.get(self.passkeys.remove(self.ann, made.id))
        self.make(self.register("Bob"))
        self.get(self.finish(self.ann, state, one_more))

    def test_tokens_that_were_voided_meanwhile(self) -> None:
        state, options = self.begin(self.ann)
        self.get(self.accounts.sessions.sign_out(self.ann.id))
        self.fails(Unauthorized, self.finish(self.ann, state, self.device.make(options)))

    def test_an_account_that_was_deleted_meanwhile(self) -> None:
        state, options = self.begin(self.ann)
        self.get(self.accounts.deleter.delete(self.ann))
        self.fails(Unauthorized, self.finish(self.ann, state, self.device.make(options)))

    def test_a_server_without_a_name(self) -> None:
        self.worker(party=None)
        self.fails(NoPasskeysHere, self.passkeys.begin_making(self.ann, 1))
        self.assertRaises(NoPasskeysHere, self.passkeys.begin_coming, "browser")
        self.fails(NoPasskeysHere, self.passkeys.begin_showing(self.ann.id, "ticket"))


class MakingOnPostgreSQLTests(OnPostgreSQL, MakingTests):
    """The same on PostgreSQL."""


class OwnTests(PasskeyCase):
    def test_renaming(self) -> None:
        one, other = self.make(), self.make_another()
        renamed = self.get(self.passkeys.rename(self.ann.id, one.id, "Key"))
        self.assertEqual(renamed, one._replace(name="Key"))
        self.assertEqual(self.get(self.passkeys.listed(self.ann.id)), [renamed, other])
        self.fails(InvalidField, self.passkeys.rename(self.ann.id, one.id, ""))

    def test_the_last_factor_of_a_role_that_needs_one(self) -> None:
        """It stays; and who takes one away is told by mail."""
        told: list[Any] = []
        mail = lambda _connection, user, kind, facts: told.append((user, kind, facts))  # noqa: E731
        self.worker(needed=[ServerRole.MEMBER], mail=mail)
        one, other = self.make(), self.make_another()
        self.get(self.passkeys.remove(self.ann, one.id))
        self.assertEqual(told, [(self.ann.id, MailKind.FACTOR_REMOVED, {"factor": "passkey"})])
        self.fails(FactorRequired, self.passkeys.remove(self.ann, other.id))
        self.assertEqual(self.get(self.passkeys.listed(self.ann.id)), [other])

    def test_removing(self) -> None:
        one, other = self.make(), self.make_another()
        self.get(self.passkeys.remove(self.ann, other.id))
        self.assertEqual(self.get(self.passkeys.listed(self.ann.id)), [one])
        self.fails(NoSuchPasskey, self.passkeys.remove(self.ann, other.id))
        self.fails(WrongPasskey, self.show())

    def test_somebody_elses(self) -> None:
        one, bob = self.make(), self.register("Bob")
        self.fails(NoSuchPasskey, self.passkeys.rename(bob.id, one.id, "mine"))
        self.fails(NoSuchPasskey, self.passkeys.remove(bob, one.id))
        self.assertEqual(self.get(self.passkeys.listed(bob.id)), [])
        self.assertEqual(self.get(self.passkeys.listed(self.ann.id)), [one])

    def make_another(self) -> KeptPasskey:
        self.device = SoftAuthenticator(ORIGIN)
        return self.make(name="Laptop")


class OwnOnPostgreSQLTests(OnPostgreSQL, OwnTests):
    """The same on PostgreSQL."""


class ComingTests(PasskeyCase):
    def setUp(self) -> None:
        super().setUp()
        self.made = self.make()

    def test_alone(self) -> None:
        state, options = self.asked()
        self.assertEqual((options["rpId"], options["userVerification"]), ("chat.example", "required"))
        self.assertEqual(options["allowCredentials"], [], "it tells nobody who has passkeys")
        self.now += 1000
        self.worker()
        self.assertEqual(self.get(self.come(state, self.device.show(options))).id, self.ann.id)
        self.assertEqual(self.get(self.passkeys.listed(self.ann.id)), [self.made._replace(used_at=self.now)])
        self.assertEqual(self.noted, [], "what comes in is noted when it is in")

    def test_once(self) -> None:
        state, options = self.asked()
        credential = self.device.show(options)
        self.get(self.come(state, credential))
        self.worker()
        self.fails(ChallengeOver, self.come(state, credential))
        self.assertEqual(self.noted[-1].outcome, "challenge_over")
        # Nor with another signature.
        self.fails(ChallengeOver, self.come(state, self.device.show(options)))

    def test_used_challenges_are_forgotten(self) -> None:
        for _ in range(3):
            self.get(self.show())
        self.now += 2 * CHALLENGE_LIFETIME + 1
        self.get(self.show())
        with self.store.snapshot() as connection:
            self.assertEqual(connection.scalar(select(func.count()).select_from(tables.used_challenges)), 1)

    def test_too_late(self) -> None:
        state, options = self.asked()
        credential = self.device.show(options)
        self.now += CHALLENGE_LIFETIME - 1
        self.get(self.come(state, credential))
        state, options = self.asked()
        credential = self.device.show(options)
        self.now += CHALLENGE_LIFETIME
        self.fails(ChallengeOver, self.come(state, credential))
        # Far ahead, the clock was wrong.
        self.now -= 3 * CHALLENGE_LIFETIME
        self.fails(ChallengeOver, self.come(state, credential))

    def test_of_another_browser(self) -> None:
        state, options = self.asked("one")
        credential = self.device.show(options)
        self.fails(ChallengeOver, self.come(state, credential, "other"))
        self.get(self.come(state, credential, "one"))

    def test_a_state_that_is_none(self) -> None:
        state, options = self.asked()
        credential = self.device.show(options)
        for bad in ("", "A", "\ud800", "x" * 5000, state[:-2], state.swapcase(), self.begin(self.ann)[0]):
            self.fails(ChallengeOver, self.come(bad, credential))
        self.worker(key=bytes([1]) * 32)
        self.fails(ChallengeOver, self.come(state, credential))

    def test_without_verifying_the_user(self) -> None:
        for flags in (PRESENT, VERIFIED, 0):
            self.device.flags = flags
            self.fails(WrongPasskey, self.show())

    def test_of_another_page(self) -> None:
        for more in (
            {"origin": "https://evil.example"},
            {"origin": "http://chat.example"},
            {"crossOrigin": True},
            {"type": "webauthn.create"},
            {"challenge": encode(bytes(32))},
        ):
            self.limits.address.forgive("192.0.2.1")
            self.device.more = more
            self.fails(WrongPasskey, self.show())

    def test_for_another_host(self) -> None:
        self.device.passkeys[0].rp_id = "evil.example"
        self.fails(WrongPasskey, self.show())

    def test_after_the_server_has_another_name(self) -> None:
        self.worker(party=RelyingParty("im.example", "https://im.example"))
        self.device.origin = "https://im.example"
        self.fails(WrongPasskey, self.show())

    def test_another_key(self) -> None:
        self.device.passkeys[0].key = new_key(self.device.kind)
        self.fails(WrongPasskey, self.show())

    def test_whose_it_is(self) -> None:
        """The passkey says it, and so does the server."""
        self.fails(WrongPasskey, self.show(userHandle=encode(bytes(32))))
        self.fails(WrongPasskey, self.show(userHandle=None))
        bob = self.register("Bob")
        (passkey,) = self.device.passkeys
        handle = passkey.handle
        self.device = SoftAuthenticator(ORIGIN)
        self.make(bob)
        self.fails(WrongPasskey, self.show(userHandle=encode(handle)))

    def test_an_unknown_passkey(self) -> None:
        state, options = self.asked()
        credential = self.device.show(options)
        for id in ("", "A", encode(bytes(32)), encode(bytes(1023))):
            self.limits.address.forgive("192.0.2.1")
            self.fails(WrongPasskey, self.come(state, {**credential, "id": id, "rawId": id}))
        self.assertEqual((self.noted[-1].outcome, self.noted[-1].via), ("wrong_passkey", "passkey"))

    def test_nonsense(self) -> None:
        for bad in (
            {"signature": ""},
            {"signature": "A"},
            {"signature": encode(bytes(64))},
            {"authenticatorData": ""},
            {"authenticatorData": encode(bytes(36))},
            {"authenticatorData": encode(bytes(37))},
            {"authenticatorData": encode(bytes(32) + b"\xc5" + bytes(3000))},
            {"clientDataJSON": encode(b"{}")},
            {"clientDataJSON": encode(b"[" * 4000)},
            {"userHandle": "A"},
        ):
            self.limits.address.forgive("192.0.2.1")
            self.fails(WrongPasskey, self.show(**bad))

    def test_a_disabled_account(self) -> None:
        self.get(self.accounts.status.disable(self.ann.id))
        self.fails(Disabled, self.show())
        (entry,) = self.noted
        self.assertEqual((entry.outcome, entry.whose, entry.via), ("disabled", self.ann.id, "passkey"))

    def test_a_deleted_account(self) -> None:
        with self.store.transaction() as connection:
            self.factor.forget(connection, self.ann.id)
            for table in (tables.passkeys, tables.passkey_handles):
                self.assertEqual(connection.scalar(select(func.count()).select_from(table)), 0)
        self.fails(WrongPasskey, self.show())

    def test_too_many_wrong_ones(self) -> None:
        self.device.flags = PRESENT
        for _ in range(3):
            self.fails(WrongPasskey, self.show())
        self.fails(TooManyAttempts, self.show())
        self.now += 3600_000
        self.device.flags |= VERIFIED
        for _ in range(5):
            self.get(self.show())


class ComingOnPostgreSQLTests(OnPostgreSQL, ComingTests):
    """The same on PostgreSQL."""


class CountTests(PasskeyCase):
    def setUp(self) -> None:
        super().setUp()
        self.make()
        (self.passkey,) = self.device.passkeys

    def test_a_copy(self) -> None:
        for _ in range(3):
            self.get(self.show())
        for count in (self.passkey.count - 1, self.passkey.count - 2, 0):
            self.passkey.count = count
            self.noted.clear()
            self.fails(PasskeyCopied, self.show())
            (entry,) = self.noted
            self.assertEqual((entry.act, entry.outcome, entry.whose), ("log_in", "passkey_copied", self.ann.id))
        self.passkey.count = 17
        self.get(self.show())

    def test_it_says_nothing_of_a_copy_to_those_without_the_key(self) -> None:
        self.get(self.show())
        self.passkey.count, self.passkey.key = 0, new_key(self.device.kind)
        self.fails(WrongPasskey, self.show())

    def test_it_begins_to_count(self) -> None:
        with self.store.transaction() as connection:
            connection.execute(update(tables.passkeys).values(sign_count=0))
        self.get(self.show())
        self.device.counts, self.passkey.count = False, 0
        self.fails(PasskeyCopied, self.show())

    def test_it_does_not_count(self) -> None:
        self.device = SoftAuthenticator(ORIGIN, counts=False)
        self.make()
        for _ in range(3):
            self.get(self.show())


class CountOnPostgreSQLTests(OnPostgreSQL, CountTests):
    """The same on PostgreSQL."""


class FactorTests(PasskeyCase):
    """As a second factor."""

    def test_who_has_it(self) -> None:
        self.assertFalse(self.asks(self.ann))
        self.begin(self.ann)
        self.assertFalse(self.asks(self.ann))
        made = self.make()
        self.assertTrue(self.asks(self.ann))
        self.assertFalse(self.asks(self.register("Bob")))
        self.get(self.passkeys.remove(self.ann, made.id))
        self.assertFalse(self.asks(self.ann))

    def test_right_once(self) -> None:
        self.make()
        answer = self.answer(self.ann)
        self.assertTrue(self.is_right(self.ann, answer))
        self.assertTrue(self.spend(self.ann, answer))
        self.assertFalse(self.spend(self.ann, answer))
        (kept,) = self.get(self.passkeys.listed(self.ann.id))
        self.assertEqual(kept.used_at, self.now)

    def test_only_the_users_own(self) -> None:
        bob = self.register("Bob")
        self.make()
        ann_has, self.device = self.device, SoftAuthenticator(ORIGIN)
        self.make(bob)
        answer = self.answer(bob)
        self.assertFalse(self.is_right(self.ann, answer))
        self.assertFalse(self.spend(self.ann, answer))
        self.device = ann_has
        self.assertTrue(self.is_right(self.ann, self.answer(self.ann)))

    def test_bound_to_its_ticket(self) -> None:
        self.make()
        answer = self.answer(self.ann)
        self.assertFalse(self.is_right(self.ann, answer._replace(bound="another ticket")))
        state, options = self.asked()
        shown = PasskeyShown("browser", state, msgspec.convert(self.device.show(options), UsedCredential))
        self.assertFalse(self.is_right(self.ann, shown), "asked at the door")

    def test_a_copy(self) -> None:
        self.make()
        self.spend(self.ann, self.answer(self.ann))
        self.device.passkeys[0].count -= 1
        answer = self.answer(self.ann)
        self.assertTrue(self.is_right(self.ann, answer))
        self.assertRaises(PasskeyCopied, self.spend, self.ann, answer)

    def test_without_verifying_the_user(self) -> None:
        self.make()
        self.device.flags = PRESENT
        self.assertFalse(self.is_right(self.ann, self.answer(self.ann)))

    def test_a_server_without_a_name(self) -> None:
        self.make()
        answer = self.answer(self.ann)
        self.worker(party=None)
        self.assertFalse(self.is_right(self.ann, answer))
        self.assertTrue(self.asks(self.ann), "nobody comes in more easily after a mistake in the settings")

    def answer(self, user: User) -> PasskeyShown:
        state, options = self.get(self.passkeys.begin_showing(user.id, "ticket"))
        credential = self.device.show(msgspec.to_builtins(options))
        return PasskeyShown("ticket", state, msgspec.convert(credential, UsedCredential))

    def asks(self, user: User) -> bool:
        return bool(self.successResultOf(self.store.read(self.factor.of_user, user.id)))

    def is_right(self, user: User, answer: PasskeyShown) -> bool:
        return bool(self.successResultOf(self.store.read(self.factor.is_right, user.id, answer, self.now)))

    def spend(self, user: User, answer: PasskeyShown) -> bool:
        with self.store.transaction() as connection:
            return self.factor.spend(connection, user.id, answer, self.now)


class FactorOnPostgreSQLTests(OnPostgreSQL, FactorTests):
    """The same on PostgreSQL."""


class LocalTests(PasskeyCase):
    """A server without a public URL, for a browser on the same machine."""

    def test_any_port(self) -> None:
        self.worker(party=AT_LOCALHOST)
        for origin in ("http://localhost:8000", "http://localhost", "https://localhost:8443"):
            self.device = SoftAuthenticator(origin)
            self.make(self.ann)
            self.assertEqual(self.get(self.show()).id, self.ann.id)
        for origin in ("http://localhost.evil.example", "http://localhost:8000@evil.example", "http://127.0.0.1:8000"):
            self.limits.address.forgive("192.0.2.1")
            self.device.origin = origin
            self.fails(WrongPasskey, self.show())
