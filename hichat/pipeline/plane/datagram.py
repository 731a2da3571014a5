"""
The datagram of the plane: its layout, and the MAC that tells it from a forged one.

Layout, integers big-endian::

    mac          16 bytes   keyed BLAKE2b (RFC 7693) over all that follows
    version       1         1
    worker        1         the sender's number
    incarnation   8         random, new at each start of the sender
    number        8         counts the datagrams to this receiver from 1; 0: this datagram is not counted
    heard         8         the largest number of a datagram that came from the receiver: an acknowledgement
    heard_of      8         the receiver's incarnation that sent it
    wanted        8         the number of the receiver's interests (L{Interests}) that the sender knows
    telling       8         the number of the sender's interests, if the records are these; else 0
    first, last   8 + 8     the positions that the datagram accounts for; zeros for signals
    length        4         of the rest, in bytes
    records                 a MessagePack array of the events that the receiver wants, each an array (L{Event}).
                            Or, in a datagram that tells interests, L{Interests.told}.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from hichat.core.events import Batch, Event
from hichat.core.ports import Piece

DATAGRAM_VERSION = 2
DATAGRAM_SIZE = 32 * 1024
"""The largest datagram in bytes, unless a single event is larger."""

_MAC_SIZE = 16
_HEADER = struct.Struct("!BBQQQQQQQQI")
_PREFIX = _MAC_SIZE + _HEADER.size
_ARRAY = struct.Struct("!BH")
_MSGPACK_ARRAY_16 = 0xDC
_NONE = b"\x90"


class BadDatagram(Exception):
    """
    An invalid datagram, which is dropped.

    @ivar cause: C{truncated}, C{forged}, C{version}, C{foreign} (of another incarnation) or C{malformed}.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Trail(NamedTuple):
    """
    The fields of a datagram about its sender and receiver; see the layout.
    """

    number: int
    heard: int = 0
    heard_of: int = 0
    wanted: int = 0
    telling: int = 0


class Datagram(NamedTuple):
    """The contents of a datagram; see the layout."""

    worker: int
    incarnation: int
    trail: Trail
    batch: Batch
    told: bytes


class Codec:
    """
    Makes and reads datagrams.

    @param key: 16 to 64 bytes, shared by the workers of one state directory.
    @param worker: this worker's number, 0 to 255.
    @param incarnation: 64 random bits. Datagrams with this worker's number and another incarnation are invalid.
    """

    def __init__(self, key: bytes, worker: int, incarnation: int) -> None:
        self._key = key
        self.worker = worker
        self.incarnation = incarnation
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[Event])

    def records(self, events: Sequence[Event]) -> bytes:
        """@return: the records of a few events, for L{pack}."""
        return self._piece(events, [self._encoder.encode(event) for event in events]).packed if events else _NONE

    def split(self, events: Sequence[Event]) -> Iterator[Piece]:
        """
        Cut a batch into pieces that fit a datagram.

        @return: each piece with its records, as L{pack} takes them.
        """
        start, size = 0, 0
        encoded: list[bytes] = []
        for i, event in enumerate(events):
            record = self._encoder.encode(event)
            if encoded and (size + len(record) > DATAGRAM_SIZE - _PREFIX - _ARRAY.size or len(encoded) == 0xFFFF):
                yield self._piece(events[start:i], encoded)
                start, size, encoded = i, 0, []
            encoded.append(record)
            size += len(record)
        if encoded:
            yield self._piece(events[start:], encoded)

    @staticmethod
    def _piece(events: Sequence[Event], encoded: list[bytes]) -> Piece:
        records = _ARRAY.pack(_MSGPACK_ARRAY_16, len(encoded)) + b"".join(encoded)
        return Piece(Batch(events[0].position, events[-1].position, list(events)), records)

    def pack(self, trail: Trail, first: int, last: int, records: bytes) -> bytes:
        """Make a datagram."""
        header = _HEADER.pack(DATAGRAM_VERSION, self.worker, self.incarnation, *trail, first, last, len(records))
        rest = header + records
        return self._mac(rest) + rest

    def unpack(self, data: bytes) -> Datagram:
        """
        Read a datagram.

        @raise BadDatagram: it is invalid; nothing else is raised, whatever the bytes.
        """
        if len(data) < _PREFIX:
            raise BadDatagram("truncated")
        version, worker, incarnation, *numbers, first, last, length = _HEADER.unpack_from(data, _MAC_SIZE)
        if version != DATAGRAM_VERSION:
            raise BadDatagram("version")
        if len(data) < _PREFIX + length:
            raise BadDatagram("truncated")
        if not hmac.compare_digest(self._mac(data[_MAC_SIZE:]), data[:_MAC_SIZE]):
            raise BadDatagram("forged")
        if worker == self.worker and incarnation != self.incarnation:
            raise BadDatagram("foreign")
        trail = Trail(*numbers)
        if trail.telling:
            return Datagram(worker, incarnation, trail, Batch(0, 0, []), data[_PREFIX:])
        try:
            events = self._decoder.decode(data[_PREFIX:])
        except msgspec.MsgspecError:
            raise BadDatagram("malformed") from None
        return Datagram(worker, incarnation, trail, Batch(first, last, events), b"")

    def _mac(self, data: bytes) -> bytes:
        return blake2b(data, key=self._key, digest_size=_MAC_SIZE).digest()
