"""The advisory locks of PostgreSQL that its writers take. SQLite has a lock of its own for each file."""

WRITE_LOCK = 0x48694368
"""
The advisory lock that makes one PostgreSQL transaction at a time the log's writer (an arbitrary number).

It makes the order of positions the order of commits, and no reader can see a position without the one before it:

 - PostgreSQL ends a transaction in this order (C{CommitTransaction} in its C{xact.c}): the commit is written and
   flushed, and confirmed by the standbys there are; C{ProcArrayEndTransaction} takes it out of the list of running
   transactions, from when on new snapshots see it; only then its locks are released, advisory ones too.
 - So whoever gets the lock next begins after its predecessor is visible. Under READ COMMITTED the next I{statement}
   takes a snapshot of its own, after the lock was taken, and sees it. Under a stricter level it would not: there one
   snapshot serves the whole transaction, and the very statement that waits for the lock takes it. Therefore
   L{hichat.storage.engine} sets the level, and does not leave it to the server's C{default_transaction_isolation}.
 - A snapshot sees all transactions that were out of the list of running ones when it was taken. N left the list
   before N+1 had the lock, so before N+1 left it: a reader that sees N+1 sees N. (The same holds on a hot standby: it
   replays commits in the order in which they were written.)
"""

SEARCH_LOCK = 0x48694369
"""The lock that makes one PostgreSQL transaction at a time the search index's writer. It does not touch the log's."""
