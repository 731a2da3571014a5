"""Presence: devices subscribe to users, and are told when these come online and go offline. It is not stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zope.interface import implementer

from hichat.core.ports import IPresence, Watcher


@implementer(IPresence)
class LocalPresence:
    """
    The presence of the users who are connected to this process.

    @param enabled: False: all users appear offline.
    """

    def __init__(self, enabled: bool = True) -> None:
        self.enabled = enabled
        self._shown: dict[int, int] = {}
        self._watchers: dict[int, set[Watcher]] = {}

    def is_online(self, user: int) -> bool:
        """See L{IPresence.is_online}."""
        return self.enabled and user in self._shown

    def show(self, user: int) -> None:
        """See L{IPresence.show}."""
        count = self._shown.get(user, 0)
        self._shown[user] = count + 1
        if not count:
            self._tell(user, True)

    def hide(self, user: int) -> None:
        """See L{IPresence.hide}."""
        count = self._shown.pop(user) - 1
        if count:
            self._shown[user] = count
        else:
            self._tell(user, False)

    def watch(self, watcher: Watcher, users: Iterable[int]) -> None:
        """See L{IPresence.watch}."""
        for user in users:
            self._watchers.setdefault(user, set()).add(watcher)

    def unwatch(self, watcher: Watcher, users: Iterable[int]) -> None:
        """See L{IPresence.unwatch}."""
        for user in users:
            watchers = self._watchers.get(user)
            if watchers is not None:
                watchers.discard(watcher)
                if not watchers:
                    del self._watchers[user]

    def watchers(self, user: int) -> Sequence[Watcher]:
        """See L{IPresence.watchers}."""
        return tuple(self._watchers.get(user, ()))

    def _tell(self, user: int, online: bool) -> None:
        if self.enabled:
            for watcher in self.watchers(user):
                watcher.present(user, online)
