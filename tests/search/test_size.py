"""The bytes that a message takes in a store: they are counted, by table."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from hichat.search.indexer import Indexer
from tests.support.doubles import make_search_index, make_store
from tests.support.talk import fill, sizes

COUNT = 3000
LOG = ("events", "events_by_counter", "places", "recent_places", "authors", "conversations", "receipts")


class SizeTests(SynchronousTestCase):
    """On SQLite, of messages of 64 bytes. L{tests.bench.stored_size} counts them in a large store."""

    def measure(self, in_groups: float) -> tuple[float, float, float]:
        """@return: bytes a message: of its row, of all that the log has of it, of the search index."""
        store = make_store(self)
        index = make_search_index(self, store)
        fill(store, COUNT, people=200, group_size=50, in_groups=in_groups)
        indexer = Indexer(store, index)
        while (progress := indexer.step()).position < progress.head:
            pass
        with store.snapshot() as connection, index.reading(connection) as indexed:
            log, search = sizes(connection), sizes(indexed)
        row = log["events"] + log["events_by_counter"]
        whole = sum(size for name, size in log.items() if name in LOG or name.startswith("sqlite_autoindex_conv"))
        return row / COUNT, whole / COUNT, sum(search.values()) / COUNT

    def test_the_index_is_not_larger_than_the_rows(self) -> None:
        for in_groups in (0.0, 0.5):
            row, whole, search = self.measure(in_groups)
            self.assertLessEqual(search, row)
            self.assertLessEqual(whole + search, 400)
            self.assertLessEqual(whole - row, 40, "places, and what belongs to conversations")
