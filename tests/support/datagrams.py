"""A key and an event for tests of the plane's datagrams."""

from hichat.core.events import Event

KEY = b"k" * 32


def event(position: int, body: bytes = b"x") -> Event:
    return Event(position, 1, position, position, 1, 1, 7, 8, 0, 1_700_000_000_000, body)
