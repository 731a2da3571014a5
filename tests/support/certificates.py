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
