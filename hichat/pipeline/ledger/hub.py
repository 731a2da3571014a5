"""
The process that writes the log: for one daemon, or for all workers of a host.

It is a L{hichat.runtime.child} of the daemon, or of the workers' supervisor. It takes one batch of each worker that has
sent one, and writes them in one transaction: while it waits for the disk, the next ones come. L{exchange} has the
messages.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from itertools import groupby
from pathlib import Path

import msgspec

from hichat.core.drafts import Outcome
from hichat.pipeline.ledger.exchange import WriteAnswer, WriteRequest, WriterSetup, told
from hichat.pipeline.ledger.receipts import BatchReceipt
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime.callers import Callers
from hichat.runtime.child import Daemon, Said, collect_log, no_threads, run
from hichat.storage.engine import make_engine
from hichat.storage.store import Store
from hichat.storage.turnstile import Turnstile


def serve(daemon: Daemon) -> None:
    """Write batches until the daemon closes the socket."""
    setup = daemon.read_setup(WriterSetup)
    if setup is None:
        return
    said = collect_log()
    engine = make_engine(setup.database)
    turn = Turnstile(Path(setup.turns)).turn if setup.turns else nullcontext
    writer = LogWriter(
        Store(engine, no_threads, no_threads, turn),
        lambda: time.time_ns() // 1_000_000,
        setup.edit_limit,
        setup.contacts_only,
        strangers=setup.strangers,
    )
    door = None if setup.door is None else Path(setup.door)
    _write_all(Callers(daemon.end, door, lambda caller: caller.tell(WriteAnswer([]))), writer, said)
    engine.dispose()


def _write_all(callers: Callers, writer: LogWriter, said: Said) -> None:
    decode = msgspec.msgpack.Decoder(WriteRequest).decode
    while (calls := callers.wait()) is not None:
        batches = [decode(message) for _, message in calls]
        written = _write(writer, batches)
        for (caller, _), outcomes in zip(calls, written, strict=True):
            callers.tell(caller, told(outcomes, said))
            said.clear()
        writer.follow()


def _write(writer: LogWriter, batches: Sequence[WriteRequest]) -> list[list[Outcome]]:
    """
    @param batches: of workers that may know the log by different epochs for a moment.
    @return: the outcomes of each.
    """
    written: list[list[Outcome]] = []
    for epoch, same in groupby(batches, lambda batch: batch.epoch):
        writer.epoch = epoch
        written += writer.write_together([(batch.unpacked(), BatchReceipt(batch.name)) for batch in same])
    return written


if __name__ == "__main__":
    run(serve)
