"""Secret keys, made at the first start and kept in the state directory; signatures and fingerprints made with them."""

import base64
import os
import secrets
import time
from contextlib import suppress
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path

from hichat.core.errors import StartError
from hichat.runtime.files import temporary

SIZE = 32
"""Bytes of a key."""

LEFT_AFTER = 3600
"""Seconds after which a temporary file was left by a crash: no process takes so long to make a key."""

MAC_SIZE = 16
"""Bytes that a signature adds."""


class Signer:
    """
    Signs data that clients get and send back, such as a URL or a refresh token, with keyed BLAKE2b (RFC 7693). A
    signature stays valid as long as the key, the purpose and the algorithm here stay the same.

    @param key: the secret key, at most 64 bytes.
    @param purpose: what the signatures are for, at most 16 bytes. A signature for one purpose is valid for no other.
    """

    def __init__(self, key: bytes, purpose: bytes = b"") -> None:
        self._key = key
        self._purpose = purpose

    def sign(self, data: bytes) -> str:
        """@return: the data with its signature, in Base64 for URLs (RFC 4648, 5), padded with C{=}."""
        return base64.urlsafe_b64encode(data + self._mac(data)).decode()

    def verify(self, signed: str) -> bytes | None:
        """@return: the data, if L{sign} has signed it; else None."""
        try:
            found = base64.b64decode(signed.encode(), b"-_", validate=True)
        except ValueError:
            return None
        data, mac = found[:-MAC_SIZE], found[-MAC_SIZE:]
        return data if compare_digest(mac, self._mac(data)) else None

    def signature(self, text: str) -> str:
        """@return: the signature without the data, in 22 letters, digits, C{-} and C{_}."""
        return base64.urlsafe_b64encode(self._mac(text.encode())).decode().rstrip("=")

    def is_signature(self, signature: str, text: str) -> bool:
        """@return: whether it is the text's L{signature}."""
        return compare_digest(signature.encode(), self.signature(text).encode())

    def _mac(self, data: bytes) -> bytes:
        return blake2b(data, key=self._key, digest_size=MAC_SIZE, person=self._purpose).digest()


def load_or_make(directory: Path, name: str) -> bytes:
    """
    @param directory: the state directory.
    @param name: the file's name.
    @return: the key in that file. A missing file is made with a new key; only its owner may read it.
    @raise StartError: the file exists, but holds no key.
    """
    _remove_left_over(directory, name)
    found = load(directory, name)
    if found is not None:
        return found
    # The temporary file is linked to the name: so two processes that start at once use the same key.
    with temporary(directory / name, secrets.token_bytes(SIZE)) as made, suppress(FileExistsError):
        os.link(made, directory / name)
    return _read(directory / name)


def load(directory: Path, name: str) -> bytes | None:
    """
    @return: the key in a file of the state directory; None: there is no such file.
    @raise StartError: the file exists, but holds no key.
    """
    try:
        return _read(directory / name)
    except FileNotFoundError:
        return None


def fingerprint(name: str, key: bytes) -> bytes:
    """
    @param name: the name of the key's file.
    @return: 16 bytes by which a key is recognised. They tell nothing about the key, which is a random number of 256
        bits, nor about anything that is made with it.
    """
    return blake2b(name.encode(), key=key, digest_size=16, person=b"hichat-print").digest()


def _remove_left_over(directory: Path, name: str) -> None:
    """Remove temporary files that a crash has left, but no recent ones: another process may be writing its own."""
    for path in directory.glob(f".{name}.*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - LEFT_AFTER:
                path.unlink()


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != SIZE:
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: {path} does not hold a key of {SIZE} bytes; "
            "remove it, and copy the right one with `hichat keys import`"
        )
    return key
