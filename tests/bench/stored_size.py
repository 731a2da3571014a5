"""
How many bytes of a store a message takes, by table, and how long searches take::

    python -m tests.bench.stored_size [MESSAGES [POSTGRESQL_URL]]

The messages are texts of 64 bytes, half of them English and half Chinese, one half between two users each and the other
half in groups, with a counter each, as the clients of this project send them. These are not tests: the times depend on
the machine. L{tests.search.test_size} holds the bytes.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

from hichat.search import query, words
from hichat.search.index import Index, make_index
from hichat.search.indexer import Indexer
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store
from tests.support.doubles import run_now
from tests.support.talk import Talk, fill, sizes

MESSAGES = 200_000
PEOPLE = 2000
GROUP_SIZE = 100
SEARCHES = 300


def follow(store: Store, index: Index) -> float:
    """@return: the seconds of CPU that the index took."""
    indexer, began = Indexer(store, index), time.process_time()
    while (progress := indexer.step()).position < progress.head:
        pass
    return time.process_time() - began


def searches(store: Store, index: Index, people: int) -> dict[str, list[float]]:
    """@return: by kind of search, milliseconds of each."""
    chance, talk = random.Random(2), Talk(2)
    found: dict[str, list[float]] = {}
    for _ in range(SEARCHES):
        english, chinese = talk.english().split(), talk.chinese()
        place = chance.randrange(len(chinese) - 4)
        for name, asked in (
            ("word", chance.choice(english)),
            ("beginning", chance.choice(english)[:2]),
            ("two words", " ".join(chance.sample(english, 2))),
            ("two characters", chinese[place : place + 2]),
            ("four characters", chinese[place : place + 4]),
            ("character", chinese[place]),
            ("nothing", "xylophone"),
        ):
            if wanted := words.words(asked):
                for order in get_args(query.Order):
                    criteria = query.Criteria(words=wanted, order=order)
                    began = time.perf_counter()
                    with store.snapshot() as connection:
                        query.search(connection, index, chance.randrange(people) + 1, criteria, None, 20)
                    found.setdefault(f"{name}, {order}", []).append((time.perf_counter() - began) * 1000)
    return found


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    with tempfile.TemporaryDirectory() as directory:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(directory, 'hichat.db')}"
        engine = make_engine(url)
        migrate(engine)
        store, index = Store(engine, run_now, run_now), make_index(engine)
        began = time.perf_counter()
        fill(store, count, PEOPLE, GROUP_SIZE)
        tell(f"written in {time.perf_counter() - began:.0f} s")
        index.prepare()
        tell(f"index: {follow(store, index) / count * 1e6:.1f} us of CPU a message")
        for each in {engine: "the log", index.engine: "the search index"}:
            with each.connect() as connection:
                found = sizes(connection)
            for name, size in found.items():
                if size / count > 0.5:
                    tell(f"{size / count:8.1f} bytes a message  {name}")
            tell(f"{sum(found.values()) / count:8.1f} in all")
        for name, times in searches(store, index, PEOPLE).items():
            times.sort()
            tell(f"{name:26}{statistics.median(times):8.2f} ms{times[len(times) * 95 // 100]:8.2f} ms (p95)")


if __name__ == "__main__":
    main()
