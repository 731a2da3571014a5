"""A store with something of everything in it: for commands that look at all of it, or copy it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, String, delete, func, insert, select, update

from hichat.admin.administration import Administration
from hichat.bench import prepare
from hichat.core.events import FIRST_GROUP_ID
from hichat.daemon import settings
from hichat.daemon.settings import DaemonSettings
from hichat.log import reading
from hichat.storage.tables import (
    connections,
    conversation_settings,
    conversations,
    device_secrets,
    events,
    invite_links,
    marks,
    media,
    media_marks,
    media_uses,
    metadata,
    places,
    places_head,
    recent_places,
    refusals,
    resting_names,
    users,
)
from tests.support.doubles import NOW

PICTURE = "picture-of-22-charact-"
TEXT = "another-of-22-characte"
"""The ids of the files."""

MESSAGES_OF_USERS = 7000
"""Messages: so many that both tiers of the index by conversation have some."""


def settings_for(state: Path, url: str) -> DaemonSettings:
    """@return: the settings of a daemon with this state directory and database."""
    return settings.load({"state-dir": str(state), "database": url}, {}, state.parent)


def fill(state: Path, url: str, messages: int = MESSAGES_OF_USERS) -> DaemonSettings:
    """
    Make a state directory, and fill its store: people, groups, messages, files, and rows with all that a column may
    have.

    @return: the daemon's settings.
    """
    found = settings_for(state, url)
    made = Administration(found)
    store = made.store
    try:
        prepare.make_users(store, 20, NOW, int)
        prepare.make_groups(store, 20, 10, NOW, int)
        prepare.make_messages(store, 20, messages, 2, NOW, int, random.Random(1))
        made.add("zoë", "correct horse", administrator=True)
        with store.transaction() as connection:
            _fill(connection, state / "uploads")
    finally:
        store.engine.dispose()
    return found


def _fill_the_rest(connection: Connection) -> None:
    """Put a row into each table that has none: also into those that are declared one day."""
    for table in metadata.sorted_tables:
        if not connection.scalar(select(func.count()).select_from(table)):
            connection.execute(insert(table).values({column.name: _value(connection, column) for column in table.c}))


def _value(connection: Connection, column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        return connection.scalar(select(key.column).order_by(key.column).limit(1))
    if isinstance(column.type, LargeBinary):
        return b"\x00\xff"
    return "x" if isinstance(column.type, String) else column.type.python_type(1)


def _fill(connection: Connection, uploads: Path) -> None:
    head = reading.head(connection)
    connection.execute(update(users).where(users.c.id == 1).values(bio="über\n\\N\t'\"", deleted_at=None))
    connection.execute(update(users).where(users.c.id == 2).values(disabled=True, found_by=None, login_at=2**53))
    connection.execute(update(events).where(events.c.position == 5).values(body=bytes(range(256))))
    entry = connection.execute(select(places).where(places.c.position == 41)).one()._asdict()
    connection.execute(delete(places).where(places.c.position == 41))
    connection.execute(insert(recent_places).values(entry))
    connection.execute(update(places_head).values(recent=1))
    first = connection.scalar(select(conversations.c.id).limit(1))
    connection.execute(insert(marks).values(conversation=first, user_id=1, received=head, read=head, read_n=3))
    connection.execute(insert(device_secrets).values(device_id=1, secret_hash=bytes(32)))
    connection.execute(
        insert(resting_names).values(name_hash=b"\xff" * 32, look_hash=b"\x00" * 32, script="Latn", user_id=9, until=1)
    )
    connection.execute(insert(conversation_settings).values(user_id=1, scope=1, target=2, pinned=True, muted=False))
    link = {"group_id": FIRST_GROUP_ID, "made_by": 1, "created_at": NOW}
    connection.execute(insert(invite_links).values(code="code", use_limit=None, expires_at=5, **link))
    connection.execute(insert(connections).values(id=2**60, user_id=1, device=1, dialect="v2", address="::1", opened=5))
    connection.execute(insert(refusals).values(at=1, user_id=1, device=1, code="blocked", count=2))
    connection.execute(insert(media_marks).values(place="s3://chat/", mark="one", next="two"))
    file = {"owner_id": 1, "room": 4096, "created_at": NOW, "unused_since": None}
    picture = {"kind": "picture", "type": "image/png", "name": "ein Bild.png", "width": 3, "height": 4}
    connection.execute(insert(media).values(id=PICTURE, size=7, preview=b"\x00webp", **picture, **file))
    connection.execute(insert(media).values(id=TEXT, kind="file", type="text/plain", name="", size=5, **file))
    connection.execute(insert(media_uses).values(media_id=PICTURE, position=head))
    _fill_the_rest(connection)
    (uploads / PICTURE).write_bytes(b"picture")
    (uploads / f"{PICTURE}.thumbnail").write_bytes(b"thumb")
    (uploads / TEXT).write_bytes(b"words")
