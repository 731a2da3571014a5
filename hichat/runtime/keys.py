"""Secret keys, made at the first start and kept in the state directory; and signatures made with them."""

import base64
import os
import secrets
import time
from contextlib import suppress
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path

from hichat.core.errors import StartError

SIZE = 32
"""Bytes of a key."""

LEFT_AFTER = 3600
"""Seconds after which nobody is making a key any more."""

MAC_SIZE = 16
"""Bytes that a signature adds."""


class Signer:
    """
    Signs data that is given to clients and comes back, such as a URL or a refresh token, with keyed BLAKE2b (RFC 7693).
    A signature stays valid for as long as the key, the purpose and this arithmetic stay the same.

    @param key: 64 bytes at most.
    @param purpose: a signature for one purpose is valid for no other; 16 bytes at most.
    """

    def __init__(self, key: bytes, purpose: bytes = b"") -> None:
        self._key = key
        self._purpose = purpose

    def sign(self, data: bytes) -> str:
        """@return: the data with its signature, of letters, digits, C{-}, C{_} and, where that does not come out even,
        C{=} (RFC 4648, 5)."""
        return base64.urlsafe_b64encode(data + self._mac(data)).decode()

    def verify(self, signed: str) -> bytes | None:
        """@return: the data, if L{sign} made this of it."""
        try:
            found = base64.b64decode(signed.encode(), b"-_", validate=True)
        except ValueError:
            return None
        data, mac = found[:-MAC_SIZE], found[-MAC_SIZE:]
        return data if compare_digest(mac, self._mac(data)) else None

    def signature(self, text: str) -> str:
        """@return: the signature alone, for data that travels apart from it: 22 letters, digits, C{-} and C{_}."""
        return base64.urlsafe_b64encode(self._mac(text.encode())).decode().rstrip("=")

    def is_signature(self, signature: str, text: str) -> bool:
        """@return: whether L{signature} made it of the text."""
        return compare_digest(signature.encode(), self.signature(text).encode())

    def _mac(self, data: bytes) -> bytes:
        return blake2b(data, key=self._key, digest_size=MAC_SIZE, person=self._purpose).digest()


def load_or_make(directory: Path, name: str) -> bytes:
    """
    @param directory: the state directory.
    @param name: the file's name.
    @return: the key in that file; made, readable by its owner only, if there is none.
    @raise StartError: the file is there and holds no key.
    """
    path = directory / name
    _remove_left_over(directory, name)
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    # Written aside and linked into place: of two processes that start at once both use the same key, and a crash
    # leaves none that is cut short.
    temporary = directory / f".{name}.{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink()
    return _read(path)


def _remove_left_over(directory: Path, name: str) -> None:
    """Remove what a crash left while the key was made; another process may be making it just now."""
    for path in directory.glob(f".{name}.*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - LEFT_AFTER:
                path.unlink()


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != SIZE:
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: {path} does not hold a key of {SIZE} bytes; "
            "restore it, or remove it to have a new one made (which ends all sessions)"
        )
    return key
