"""Certificates for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def make_certificate(number: int = 1, host: str = "chat.example") -> tuple[bytes, bytes]:
    """
    @param number: the certificate's.
    @param host: for which it is.
    @return: a key, and a certificate of it that it has signed itself.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{host} {number}")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), number, now, now + timedelta(days=2))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, made.sign(key, SHA256()).public_bytes(Encoding.PEM)


class CertificateAuthority:
    """
    A root, and an intermediate one that it has signed, which signs servers' certificates.

    @ivar root: the root's certificate: the only one that clients know.
    """

    def __init__(self) -> None:
        root, self._root_name = ec.generate_private_key(ec.SECP256R1()), _name("Root")
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), _name("Intermediate")
        self.root = self._certificate(root, self._root_name, root, self._root_name)
        self.intermediate = self._certificate(self._key, self._name, root, self._root_name)

    def issue(self, host: str, days: float = 2) -> tuple[bytes, bytes]:
        """
        @param days: how long the certificate is good; negative: it has expired.
        @return: a key, and the full chain of its certificate: this one, and the intermediate one.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        own = self._certificate(key, _name(host), self._key, self._name, host, days)
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), own + self.intermediate

    def _certificate(
        self,
        key: ec.EllipticCurvePrivateKey,
        name: x509.Name,
        signer: ec.EllipticCurvePrivateKey,
        issuer: x509.Name,
        host: str = "",
        days: float = 2,
    ) -> bytes:
        until = datetime.now(UTC) + timedelta(days=days)
        made = x509.CertificateBuilder(
            issuer, name, key.public_key(), x509.random_serial_number(), until - timedelta(days=4), until
        )
        made = made.add_extension(x509.BasicConstraints(ca=not host, path_length=None), critical=True)
        signs = x509.KeyUsage(bool(host), False, False, False, False, not host, not host, False, False)
        made = made.add_extension(signs, critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        made = made.add_extension(by, critical=False)
        if host:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return made.sign(signer, SHA256()).public_bytes(Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
