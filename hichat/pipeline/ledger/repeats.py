"""
Idempotency keys in the store: what each user has sent under each.

Only drafts that have a key are looked up here and entered, in the transaction that writes their events. Rows stay for
ever, but for those of accounts that were deleted: see L{hichat.accounts.erasures.begin}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select, tuple_

from hichat.storage.tables import idempotency_keys

LOOKED_UP_TOGETHER = 500
"""The most keys that are looked up in one statement."""

OwnedKey = tuple[int, bytes]
"""A user's id, and the digest of a key of that user's."""


class SaidUnder(NamedTuple):
    """
    What was sent under a key.

    @ivar position: the event's.
    @ivar said: see L{hichat.core.repeats.DraftKey}.
    """

    position: int
    said: bytes


def look_up_keys(connection: Connection, wanted: Iterable[OwnedKey]) -> Mapping[OwnedKey, SaidUnder]:
    """@return: what was sent under those of the keys that were used."""
    keys = list(dict.fromkeys(wanted))
    found: dict[OwnedKey, SaidUnder] = {}
    table = idempotency_keys.c
    for first in range(0, len(keys), LOOKED_UP_TOGETHER):
        some = keys[first : first + LOOKED_UP_TOGETHER]
        query = select(idempotency_keys).where(tuple_(table.user_id, table.digest).in_(some))
        for row in connection.execute(query):
            found[row.user_id, row.digest] = SaidUnder(row.position, row.said)
    return found
