"""The secret keys."""

import os
import stat
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts.tokens import RefreshClaims, TokenSigner
from hichat.core.errors import StartError
from hichat.media.addresses import Addresses
from hichat.runtime.files import replace
from hichat.runtime.keys import MAC_SIZE, SIZE, Signer, fingerprint, load, load_or_make


class KeyTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.directory = Path(self.mktemp())
        self.directory.mkdir()

    def test_made_once(self) -> None:
        key = load_or_make(self.directory, "a.key")
        self.assertEqual(len(key), 32)
        self.assertEqual(load_or_make(self.directory, "a.key"), key)
        self.assertNotEqual(load_or_make(self.directory, "b.key"), key)
        self.assertEqual(sorted(path.name for path in self.directory.iterdir()), ["a.key", "b.key"])

    def test_for_the_owner_only(self) -> None:
        load_or_make(self.directory, "a.key")
        self.assertEqual(stat.S_IMODE((self.directory / "a.key").stat().st_mode), 0o600)

    def test_what_a_crash_left(self) -> None:
        """Before or after it gave the key its name; what another process is making just now stays."""
        key = load_or_make(self.directory, "a.key")
        old, new = self.directory / ".a.key.0123", self.directory / ".a.key.4567"
        for path in (old, new):
            path.write_bytes(key)
        os.utime(old, (0, 0))
        self.assertEqual(load_or_make(self.directory, "a.key"), key)
        self.assertEqual((old.exists(), new.exists()), (False, True))

    def test_cut_short(self) -> None:
        (self.directory / "a.key").write_bytes(b"x" * 31)
        error = self.assertRaises(StartError, load_or_make, self.directory, "a.key")
        self.assertIn("HICHAT_STATE_DIR", str(error))

    def test_replaced(self) -> None:
        """Whole, or not at all; and its file is for the owner only, whatever was there before."""
        self.assertIsNone(load(self.directory, "a.key"))
        (self.directory / "a.key").write_bytes(b"x" * 31)
        replace(self.directory / "a.key", b"k" * SIZE)
        self.assertEqual(load(self.directory, "a.key"), b"k" * SIZE)
        self.assertEqual(stat.S_IMODE((self.directory / "a.key").stat().st_mode), 0o600)
        self.assertEqual([path.name for path in self.directory.iterdir()], ["a.key"])

    def test_fingerprints(self) -> None:
        """They stay the same from version to version: stores have them."""
        self.assertEqual(fingerprint("a.key", bytes(range(SIZE))).hex(), "920f3142b587bc054fa9201084ae6b73")
        self.assertNotEqual(fingerprint("a.key", bytes(SIZE)), fingerprint("b.key", bytes(SIZE)))
        self.assertNotEqual(fingerprint("a.key", bytes(SIZE)), fingerprint("a.key", b"x" * SIZE))


class SignerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.signer = Signer(b"k" * 32, b"one")

    def test_signed_and_verified(self) -> None:
        for data in (b"", b"x", b"ab", bytes(300)):
            self.assertEqual(self.signer.verify(self.signer.sign(data)), data)

    def test_what_others_signed(self) -> None:
        for other in (Signer(b"l" * 32, b"one"), Signer(b"k" * 32, b"two"), Signer(b"k" * 32)):
            self.assertIsNone(self.signer.verify(other.sign(b"data")))
            self.assertFalse(self.signer.is_signature(other.signature("text"), "text"))

    def test_another_bit(self) -> None:
        signed = self.signer.sign(b"data12")
        for place in range(len(signed)):
            for letter in {"A", "B", "-"} - {signed[place]}:
                found = self.signer.verify(signed[:place] + letter + signed[place + 1 :])
                self.assertIsNone(found if found != b"data12" else None)

    def test_what_is_none(self) -> None:
        for wrong in ("", "A", "=", "AAAA", "A" * 22 + "==", "A" * 400, "\ud800", "ä", "a b", "+/+/" * 8):
            self.assertIsNone(self.signer.verify(wrong), wrong)

    def test_the_signature_alone(self) -> None:
        signature = self.signer.signature("text")
        self.assertEqual(len(signature), -(-MAC_SIZE * 8 // 6))
        self.assertTrue(self.signer.is_signature(signature, "text"))
        for wrong in ("", signature[:-1], signature + "A", signature.swapcase()):
            self.assertFalse(self.signer.is_signature(wrong, "text"))
        self.assertFalse(self.signer.is_signature(signature, "other"))


class UpgradeTests(SynchronousTestCase):
    """What was given away before an upgrade is good after it: these are of the daemon before it had L{Signer}."""

    key = bytes(range(32))
    file = "A" * 22

    def test_addresses(self) -> None:
        addresses = Addresses(self.key)
        self.assertEqual(addresses.open_url(self.file, "png"), f"/uploads/{self.file}-haIHfik-eunbr4zaFPSXGw.png")
        self.assertEqual(addresses.sign(self.file, 1_700_000_000_000), "9a13FcduqzwGemGPVjolkg")

    def test_tokens(self) -> None:
        tokens = TokenSigner(self.key, lambda: 0)
        refresh = "AAAAAAAAAAcAAAAJAAAAAwABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR59XzEKsnw2MUnl7xszhNhS"
        self.assertEqual(tokens.verify_refresh(refresh), RefreshClaims(7, 9, 3))
        secret = "AAAAAAAAAAcAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcN_8M5GqIu6hDwwzJrIFb-"
        self.assertEqual(tokens.verify_secret(secret), 7)
