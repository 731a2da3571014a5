"""Presence: devices subscribe to users, and are told when these come and go. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Watcher(Protocol):
    """A device that wants to be told of some users."""

    def present(self, user: int, online: bool) -> None:
        """A watched user came, or went."""


class Presence:
    """
    A user is online to others while one of the user's devices shows it.

    @ivar enabled: whether anybody is told of anybody.
    """

    def __init__(self, enabled: bool = True) -> None:
        self.enabled = enabled
        self._shown: dict[int, int] = {}
        self._watchers: dict[int, set[Watcher]] = {}

    def is_online(self, user: int) -> bool:
        """@return: whether others may know that the user is online."""
        return self.enabled and user in self._shown

    def show(self, user: int) -> None:
        """One more device of the user shows that the user is online."""
        count = self._shown.get(user, 0)
        self._shown[user] = count + 1
        if not count:
            self._tell(user, True)

    def hide(self, user: int) -> None:
        """One less."""
        count = self._shown.pop(user) - 1
        if count:
            self._shown[user] = count
        else:
            self._tell(user, False)

    def watch(self, watcher: Watcher, users: Iterable[int]) -> None:
        """From now on the watcher is told of these users."""
        for user in users:
            self._watchers.setdefault(user, set()).add(watcher)

    def unwatch(self, watcher: Watcher, users: Iterable[int]) -> None:
        """The watcher is not told of these users any more."""
        for user in users:
            watchers = self._watchers.get(user)
            if watchers is not None:
                watchers.discard(watcher)
                if not watchers:
                    del self._watchers[user]

    def _tell(self, user: int, online: bool) -> None:
        if self.enabled:
            for watcher in tuple(self._watchers.get(user, ())):
                watcher.present(user, online)
