"""
The store: queries run in threads, plain values come back.

A query is a function whose first argument is a connection. It runs in a thread, in one transaction, and returns plain
values, never a live result. Changes run in one thread of their own, first come, first served: SQLite has one writer
anyway, and so the ledger and the accounts never wait for each other's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from twisted.internet.defer import Deferred

from hichat.core.errors import StoreAway
from hichat.core.ports import Runner
from hichat.storage.engine import FirstQuery, concerns_all
from hichat.storage.trouble import Trouble

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """
    @param engine: from L{hichat.storage.engine.make_engine}.
    @param reading: runs queries; several at a time.
    @param writing: runs changes; one at a time, in order.
    @param turn: makes a context manager around each change. Where several processes write, it waits for this process's
        turn; see L{hichat.storage.turnstile}.
    @param serves: whether this process serves users. If so, a failure of the store itself is logged, and L{read} and
        L{write} fail with L{StoreAway}; otherwise they fail with the driver's error.
    @ivar reads: the reads' failures of the store.
    @ivar changes: the changes' failures of the store.
    @ivar in_writer: runs a function in the thread of the changes.
    """

    def __init__(
        self,
        engine: Engine,
        reading: Runner,
        writing: Runner,
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
        serves: bool = False,
    ) -> None:
        self.engine = engine
        self.reads = Trouble("the store cannot be read")
        self.changes = Trouble("the store takes no changes")
        self._serves = serves
        self._turn = turn
        self._reading = reading
        self.in_writer = writing

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection in a read transaction. For the caller's own thread."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def transaction(self, first: FirstQuery | None = None) -> Iterator[Connection]:
        """
        A connection in a transaction that holds the store's write lock. For the caller's own thread.

        @param first: the query that it begins with.
        """
        with (
            self._turn(),
            self.engine.connect().execution_options(write=True, first=first) as connection,
            connection.begin(),
        ):
            yield connection

    def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """
        Run a query in a snapshot, in a thread.

        @return: fires with the query's value; fails with its error, or with L{StoreAway}.
        """
        return self._reading(self._read, query, args, kwargs)

    def write(self, change: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """
        Run a change in a transaction, in the writer's thread. If it raises, the transaction is rolled back.

        @return: fires with the change's value once it is committed; fails with its error, or with L{StoreAway}.
        """
        return self.in_writer(self._write, change, args, kwargs)

    def _read(self, query: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
        with self._watched(self.reads), self.snapshot() as connection:
            return query(connection, *args, **kwargs)

    def _write(self, change: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
        with self._watched(self.changes), self.transaction() as connection:
            return change(connection, *args, **kwargs)

    @contextmanager
    def _watched(self, trouble: Trouble) -> Iterator[None]:
        """@raise StoreAway: the store itself failed, not the query."""
        try:
            yield
        except Exception as e:
            if not self._serves or not concerns_all(e):
                raise
            trouble.met(e)
            raise StoreAway from e
        trouble.passed()
