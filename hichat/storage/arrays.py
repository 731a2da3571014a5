"""
Arrays as parameters of statements on PostgreSQL, for values that are in the binary format already. This loads
PostgreSQL's driver: only what uses PostgreSQL may import it.
"""

from typing import Any

from psycopg.adapt import Dumper
from psycopg.pq import Format


class Bigints(bytes):
    """The binary format of C{bigint[]}."""


class Byteas(bytes):
    """The binary format of C{bytea[]}."""


class _AsItIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return obj


class _BigintsDumper(_AsItIs):
    oid = 1016


class _ByteasDumper(_AsItIs):
    oid = 1001


def register(connection: Any) -> None:
    """Let a connection of the driver take L{Bigints} and L{Byteas} as parameters."""
    connection.adapters.register_dumper(Bigints, _BigintsDumper)
    connection.adapters.register_dumper(Byteas, _ByteasDumper)
