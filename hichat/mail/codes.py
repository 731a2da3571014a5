"""The codes of six digits that verify addresses. They are made of a random number and a key, so no store has them."""

from __future__ import annotations

from hashlib import blake2b
from hmac import compare_digest

from hichat.mail.addresses import AddressClaim, address_key_of

CODE_DIGITS = 6


class AddressCodes:
    """
    @param key: of the tokens; all daemons of the store have it.
    """

    def __init__(self, key: bytes) -> None:
        self._key = blake2b(key=key[:64], person=b"hichat-address").digest()

    def code(self, user_id: int, claim: AddressClaim) -> str:
        """@return: the digits that verify an address of a user."""
        said = f"{user_id} {claim.number} {address_key_of(claim.address)}".encode()
        found = int.from_bytes(blake2b(said, key=self._key, digest_size=16).digest(), "big")
        return f"{found % 10**CODE_DIGITS:0{CODE_DIGITS}}"

    def is_code(self, user_id: int, claim: AddressClaim, typed: str) -> bool:
        """@return: whether these are the digits."""
        return compare_digest(self.code(user_id, claim).encode(), typed.encode("utf-8", "surrogatepass"))
