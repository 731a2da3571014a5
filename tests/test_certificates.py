"""Tests for L{hichat.runtime.certificates}: the files of an C{ssl:} endpoint."""

from __future__ import annotations

import contextlib
import ssl
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from OpenSSL import SSL
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import StartError
from hichat.daemon.listening import Endpoint
from hichat.runtime.certificates import CertificateFiles, Certificates, WrongCertificate
from tests.support.certificates import CertificateAuthority

HOST = "chat.example.org"


class FilesTests(SynchronousTestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.authority = CertificateAuthority()
        key, chain = self.authority.issue(HOST)
        self.key, self.chain = self.write("privkey.pem", key), self.write("fullchain.pem", chain)

    def write(self, name: str, content: bytes) -> Path:
        path = self.directory / name
        path.write_bytes(content)
        return path

    def files(self, **options: Path) -> CertificateFiles:
        given = {"privateKey": self.key, "certKey": self.chain, **options}
        return CertificateFiles.of({name: str(path) for name, path in given.items()})

    def served(self, certificates: Certificates) -> bytes:
        """
        @return: the certificate that a client gets who knows the root only.
        @raise ssl.SSLError: it does not believe it.
        """
        server = SSL.Connection(certificates.getContext())
        server.set_accept_state()
        coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cadata=self.authority.root.decode())
        client = context.wrap_bio(coming, going, server_hostname=HOST)

        def pump(step: Callable[[], object]) -> None:
            with contextlib.suppress(SSL.WantReadError, ssl.SSLWantReadError):
                step()
            if sent := going.read():
                server.bio_write(sent)

        for _ in range(4):
            pump(client.do_handshake)
            pump(server.do_handshake)
            with contextlib.suppress(SSL.WantReadError):
                coming.write(server.bio_read(65536))
        return client.getpeercert(binary_form=True) or b""

    def own(self, chain: Path) -> bytes:
        return ssl.PEM_cert_to_DER_cert(
            chain.read_text().partition("-----END CERTIFICATE-----\n")[0] + "-----END CERTIFICATE-----\n"
        )

    def test_the_full_chain(self) -> None:
        """Of one file, and of one that has the key, too."""
        self.assertEqual(self.served(Certificates(self.files().read)), self.own(self.chain))
        both = self.write("both.pem", self.key.read_bytes() + self.chain.read_bytes())
        found = CertificateFiles.of({"privateKey": str(both)})
        self.assertEqual(self.served(Certificates(found.read)), self.own(self.chain))

    def test_a_chain_apart(self) -> None:
        """As Twisted has it. Without it a client that knows the root only does not believe."""
        first, rest = self.chain.read_bytes().split(b"-----END CERTIFICATE-----\n")[:2]
        end = b"-----END CERTIFICATE-----\n"
        alone, more = self.write("cert.pem", first + end), self.write("chain.pem", rest + end)
        with self.assertRaises(ssl.SSLError):
            self.served(Certificates(self.files(certKey=alone).read))
        found = Certificates(self.files(certKey=alone, extraCertChain=more).read)
        self.assertEqual(self.served(found), self.own(self.chain))

    def test_what_is_wrong(self) -> None:
        """One line names the file."""
        other, _ = self.authority.issue(HOST)
        self.write("other.pem", other)
        self.write("rubbish.pem", b"rubbish")
        broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        self.write("broken.pem", broken)
        key = load_pem_private_key(other, None)
        locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open"))
        self.write("locked.pem", locked)
        for option, name, said in (
            ("privateKey", "none.pem", "cannot be read: No such file or directory"),
            ("certKey", "none.pem", "cannot be read: No such file or directory"),
            ("extraCertChain", "none.pem", "cannot be read: No such file or directory"),
            ("dhParameters", "none.pem", "cannot be read: No such file or directory"),
            ("privateKey", "rubbish.pem", "has no private key in PEM"),
            ("privateKey", "locked.pem", "has no private key in PEM without a passphrase"),
            ("certKey", "rubbish.pem", "has no certificate in PEM"),
            ("certKey", "broken.pem", "has a certificate that cannot be read"),
            ("extraCertChain", "rubbish.pem", "has no certificate in PEM"),
            ("privateKey", "other.pem", "is not that of the first certificate in"),
        ):
            with self.assertRaises(WrongCertificate, msg=(option, name)) as caught:
                self.files(**{option: self.directory / name}).read()
            told = str(caught.exception)
            self.assertIn(str(self.directory / name), told)
            self.assertIn(said, told)
            self.assertNotIn("\n", told)
        with self.assertRaisesRegex(StartError, "^hichat: HICHAT_LISTEN: ssl: has no option certkey; it has backlog, "):
            Endpoint("HICHAT_LISTEN", "ssl:443:certkey=x").certificates()

    def test_the_old_ones_stay(self) -> None:
        found = Certificates(self.files().read)
        before = self.own(self.chain)
        key, chain = self.authority.issue(HOST, -1)
        self.chain.write_bytes(chain)
        self.assertRaises(WrongCertificate, found.read_again)
        self.assertEqual(self.served(found), before)
        self.key.write_bytes(key)
        found.read_again()
        self.assertTrue(found.current.is_over(time.time()))
        self.assertRaisesRegex(ssl.SSLError, "expired", self.served, found)

    def test_what_the_log_says(self) -> None:
        current = Certificates(self.files().read).current
        self.assertFalse(current.is_over(time.time()))
        self.assertRegex(
            current.about(), rf"^{self.chain}, good until \d{{4}}-\d\d-\d\d \d\d:\d\d UTC, with 1 more of its chain$"
        )
