"""A store with messages of 64 bytes, in English and Chinese, from words of real texts; and what they take in it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

import hichat
from hichat.bench.prepare import draw_pairs, make_groups, make_users
from hichat.core.drafts import Draft
from hichat.core.events import FIRST_GROUP_ID, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.ledger.writer import LogWriter
from hichat.storage.store import Store
from hichat.wire import stored
from hichat.wire.frames import Send
from tests.support.doubles import NOW

LENGTH = 64
"""Bytes of a text."""

A_CONVERSATION = 25
"""Messages in a conversation of two, on average."""

_BATCH = 256
_ROOT = Path(hichat.__file__).parent


class Talk:
    """
    @param seed: of the chance that draws the words. Each is drawn for itself, so that fewer repeat than in real talk:
        an index of such texts is rather too large than too small.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        english = " ".join(path.read_text() for path in sorted((_ROOT / "docs").glob("*.md")) if ".zh" not in path.name)
        self._words = re.findall(r"[A-Za-z]+", english)
        chinese = (_ROOT / "web/browser/app/words/zh.js").read_text()
        self._runs = [run for run in re.findall("[\u4e00-\u9fff]+", chinese) if len(run) > 1]

    def text(self) -> str:
        """@return: a text of L{LENGTH} bytes, in either language."""
        return self._chance.choice((self.english, self.chinese))()

    def english(self) -> str:
        """@return: an English text."""
        found = ""
        while len(found) < LENGTH:
            found += f"{self._chance.choice(self._words)} "
        return found[:LENGTH].rstrip().ljust(LENGTH, ".")

    def chinese(self) -> str:
        """@return: a Chinese text: characters of three bytes, and a full stop of one."""
        found = ""
        while len(found) < LENGTH // 3:
            run = self._chance.choice(self._runs)
            place = self._chance.randrange(len(run) - 1)
            found += run[place : place + self._chance.choice((2, 2, 3))]
        return f"{found[: LENGTH // 3]}."


def fill(store: Store, count: int, people: int, group_size: int, in_groups: float = 0.5) -> None:
    """
    Make users and groups, and write C{count} messages through the log's writer.

    @param in_groups: the share of messages in groups; the others are between two users each.
    """
    make_users(store, people, NOW, lambda _: None)
    make_groups(store, people, group_size, NOW, lambda _: None)
    writer = LogWriter(store, lambda: NOW)
    drafts = _drafts(count, people, group_size, in_groups)
    while batch := list(islice(drafts, _BATCH)):
        writer.write(batch)
        writer.follow()


def _drafts(count: int, people: int, group_size: int, in_groups: float) -> Iterator[Draft]:
    chance, talk = random.Random(1), Talk(1)
    pairs = draw_pairs(people, max(1, int(count * (1 - in_groups)) // A_CONVERSATION))
    counters = [0] * (people + 1)
    for _ in range(count):
        if chance.random() >= in_groups:
            sender, target = chance.sample(chance.choice(pairs), 2)
            scope, frame = Scope.USER, Send(text=talk.text(), user=target)
        else:
            sender = chance.randrange(people) + 1
            target = FIRST_GROUP_ID + (sender - 1) // group_size
            scope, frame = Scope.GROUP, Send(text=talk.text(), group=target)
        counters[sender] += 1
        body = stored.message_body(frame, sender, scope, target)
        yield Draft(Kind.MESSAGE, scope, sender, target, body, None, 0, sender, counters[sender])  # type: ignore[arg-type]


def sizes(connection: Connection) -> dict[str, int]:
    """@return: by name of table or index, its bytes."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC")
    else:
        found = connection.exec_driver_sql(
            "SELECT relname, pg_table_size(oid) FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace ="
            " 'public'::regnamespace ORDER BY 2 DESC"
        )
    return {row[0]: row[1] for row in found}
