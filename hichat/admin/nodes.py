"""C{hichat nodes}: the daemons of a store."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

import msgspec

from hichat.admin.administration import now, open_store
from hichat.admin.arguments import command, settings_of
from hichat.cluster.nodes import NodeEntry, read_nodes

HEADINGS = ("number", "state", "address", "version", "migration", "connections", "lag", "since")


def add_nodes_command(commands: Any) -> None:
    """Add the command."""
    text = "show the daemons of the database: where they are, and how far behind the log"
    found = command(commands, "nodes", text, _nodes, named=False)
    found.add_argument("--json", action="store_true", help="print a JSON array")


def _nodes(options: argparse.Namespace) -> int:
    found = settings_of(options)
    store = open_store(found, make=False)
    with store.snapshot() as connection:
        nodes = read_nodes(connection, now())
    if options.json:
        print(msgspec.json.encode([node._asdict() for node in nodes]).decode())
    elif found.on_sqlite:
        print("one daemon at most: the database is a file of SQLite")
    else:
        rows = [HEADINGS, *map(_row, nodes)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _row(node: NodeEntry) -> tuple[str, ...]:
    since = f"{datetime.fromtimestamp(node.since / 1000):%Y-%m-%d %H:%M:%S}"
    told = ("-" if value is None else str(value) for value in (node.migration, node.connections, node.lag))
    return str(node.number), node.state, node.address or "-", node.version, *told, since
