"""
Names that were given up. For 30 days no other user may take such a name, to pass for the former user. Queries of a
connection.

A user who deletes an account wants to be forgotten, so only a hash of the name is kept, made with the server's key.
"""

from hashlib import blake2b

from sqlalchemy import Connection, and_, delete, insert, or_, select

from hichat.core.errors import NameTaken
from hichat.core.lookalikes import MIXED, look_of, script_of
from hichat.core.text import key_of
from hichat.storage.tables import resting_names

REST = 30 * 24 * 3600 * 1000
"""Milliseconds for which a name rests."""

RESTING_LIMIT = 5
"""The most names that rest because of one user, the last ones: otherwise a user could block any number of names."""


class Resting:
    """
    The table of resting names.

    @param key: a secret of the server's.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def check(self, connection: Connection, name: str, user_id: int, now: int, field: str = "name") -> None:
        """
        @param user_id: the user who wants the name; 0: a new user.
        @raise NameTaken: another user gave up this name, or one that looks like it, a short time ago.
        """
        c, script = resting_names.c, script_of(name)
        looks_like = c.look_hash == self._hash("look", look_of(name))
        if script != MIXED:
            looks_like = and_(looks_like, c.script != script)
        same = or_(c.name_hash == self._hash("name", key_of(name)), looks_like)
        query = select(c.until).where(same, c.until > now, c.user_id != user_id).limit(1)
        if connection.scalar(query) is not None:
            raise NameTaken(field)

    def add(self, connection: Connection, name: str, user_id: int, now: int) -> None:
        """
        Let a name rest.

        @param user_id: the user who had the name, and may take it again.
        """
        c = resting_names.c
        row = {
            "name_hash": self._hash("name", key_of(name)),
            "look_hash": self._hash("look", look_of(name)),
            "script": script_of(name),
            "user_id": user_id,
            "until": now + REST,
        }
        connection.execute(delete(resting_names).where(or_(c.until <= now, c.name_hash == row["name_hash"])))
        connection.execute(insert(resting_names).values(row))
        last = select(c.name_hash).where(c.user_id == user_id).order_by(c.until.desc()).limit(RESTING_LIMIT)
        connection.execute(delete(resting_names).where(c.user_id == user_id, c.name_hash.not_in(last)))

    def _hash(self, kind: str, text: str) -> bytes:
        return blake2b(f"{kind} {text}".encode(), key=self._key, digest_size=32).digest()
