"""What one user may send to a running daemon."""

from __future__ import annotations

import sqlite3
import time
from typing import ClassVar

from tests.integration.system import SharedSystem, System
from tests.support.daemon import STOPPED, until
from tests.support.scene import fixture_of


class MessageLimit(SharedSystem):
    settings: ClassVar[dict[str, str]] = {"MESSAGE_LIMIT": "100/1", "STRANGER_LIMIT": "1/3600"}


message_limit = fixture_of(MessageLimit)


async def test_later_and_nothing_is_lost(message_limit: MessageLimit) -> None:
    ann, bob = await message_limit.people("ann", "bob")
    a, again, b = await message_limit.online(ann, ann, bob)
    began = time.monotonic()
    sent = [a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"{i}") for i in range(300)]
    other = [again.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"again {i}") for i in range(100)]
    heard = await b.heard(400, 30)
    assert time.monotonic() - began > 2
    assert [text for text in heard if "again" not in text] == sent
    assert [text for text in heard if "again" in text] == other
    assert not [text for text in a.texts if "{" not in text]


async def test_strangers(message_limit: MessageLimit) -> None:
    ann, bob, cat = await message_limit.people("ann", "bob", "cat")
    a, b, c = await message_limit.online(ann, bob, cat)
    for target in (bob, cat, bob):
        a.say(userId=ann[0], TargetId=target[0], Type=1, Content="hi")
    await b.heard(2)
    await until(lambda: any("{" not in text for text in a.texts))
    assert c.texts == []
    c.say(userId=cat[0], TargetId=ann[0], Type=1, Content="hi")
    await until(lambda: len(a.texts) == 2)
    a.say(userId=ann[0], TargetId=cat[0], Type=1, Content="an answer")
    await c.heard(1)


class Stop(System):
    settings: ClassVar[dict[str, str]] = {"MESSAGE_LIMIT": "10/3600"}


stopping = fixture_of(Stop)


async def test_what_was_to_be_read_later_is_stored_when_it_stops(stopping: Stop) -> None:
    ann, bob = await stopping.people("ann", "bob")
    a, b = await stopping.online(ann, bob)
    sent = [a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"{i}") for i in range(1000)]
    await b.heard(10)
    assert await stopping.daemon.stop(seconds=12) == STOPPED
    database = sqlite3.connect(stopping.daemon.directory / "state" / "hichat.db")
    stopping.addCleanup(database.close)
    stored = [body.decode() for (body,) in database.execute("SELECT body FROM events ORDER BY position")]
    assert stored == sent
