"""The roster: who is online here, with which devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from zope.interface import implementer

from hichat.events import Event
from hichat.interfaces import IDelivery
from hichat.metrics import Metrics

Encoder = Callable[[Event], bytes | None]
"""Makes an event's frame, ready for the socket, in one dialect; None if the dialect does not show such events."""


class Device(Protocol):
    """A connection that listens."""

    encode: Encoder

    def deliver(self, frame: bytes) -> None:
        """Write a frame that C{encode} made."""

    def sign_out(self) -> None:
        """Close: the user is no longer signed in."""

    def go_away(self) -> None:
        """Close: the daemon stops."""

    def pause_reading(self) -> None:
        """Read nothing from the client."""

    def resume_reading(self) -> None:
        """Read again."""


@implementer(IDelivery)
class Roster:
    """
    Online users and their devices.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._devices: dict[int, list[Device]] = {}

    def enter(self, user: int, device: Device) -> None:
        """A device listens from now on."""
        self._devices.setdefault(user, []).append(device)

    def leave(self, user: int, device: Device) -> bool:
        """
        A device listens no more.

        @return: whether it was the user's last.
        """
        devices = self._devices.get(user, [])
        if device not in devices:
            return False
        devices.remove(device)
        if devices:
            return False
        del self._devices[user]
        return True

    def deliver(self, users: Iterable[int], event: Event) -> int:
        """See L{IDelivery.deliver}. The event is encoded once for each dialect."""
        frames: dict[Encoder, bytes | None] = {}
        online = 0
        for user in users:
            devices = self._devices.get(user)
            if devices is None:
                continue
            online += 1
            # A copy: a device that is too slow leaves while it is written to.
            for device in tuple(devices):
                encode = device.encode
                if encode not in frames:
                    frames[encode] = encode(event)
                frame = frames[encode]
                if frame is not None:
                    device.deliver(frame)
                    self._metrics.messages_out += 1
        return online

    def sign_out(self, user: int) -> None:
        """See L{IDelivery.sign_out}."""
        for device in tuple(self._devices.get(user, ())):
            device.sign_out()

    def all(self) -> list[Device]:
        """@return: every device that listens."""
        return [device for devices in self._devices.values() for device in devices]
