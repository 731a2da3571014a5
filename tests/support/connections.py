"""A double of a connection, for tests of sessions."""

from __future__ import annotations


class Connection:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.reading = True

    def write_frame(self, frame: bytes) -> None:
        self.texts.append(frame[2:].decode())

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


def frame(number: int, user: int = 1) -> bytes:
    return b'{"userId":%d,"targetId":2,"Type":1,"Content":"%d"}' % (user, number)
