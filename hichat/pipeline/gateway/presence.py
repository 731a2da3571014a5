"""Presence: devices subscribe to users, and are told when these come online and go offline. It is not stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from zope.interface import implementer

from hichat.core.ports import INeighbours, IPresence, Watcher
from hichat.runtime.neighbours import ALONE

ONLINE = "online"
OFFLINE = "offline"
"""The topics under which a worker tells the others of its users."""


@implementer(IPresence)
class HostPresence:
    """
    The presence of the users who are connected to this worker or to another one of the host.

    @param enabled: False: all users appear offline.
    @param neighbours: the other workers. Routing there does not know whom the users here have blocked: it is told.
    @param blocked_by: gives the users whom a user who is online here has blocked.
    """

    def __init__(
        self,
        enabled: bool = True,
        neighbours: INeighbours = ALONE,
        blocked_by: Callable[[int], Iterable[int]] = lambda user: (),
    ) -> None:
        self.enabled = enabled
        self._neighbours = neighbours
        self._blocked_by = blocked_by
        # Of the users here, how many devices show them. By user, the other workers at which the user is shown, each
        # with the users who must not see it.
        self._shown: dict[int, int] = {}
        self._elsewhere: dict[int, dict[int, frozenset[int]]] = {}
        self._watchers: dict[int, set[Watcher]] = {}
        if enabled:
            neighbours.follow(ONLINE, self._came_elsewhere, list[tuple[int, frozenset[int]]])
            neighbours.follow(OFFLINE, self._went_elsewhere, list[int])
            neighbours.follow_workers(self._introduce, self._gone)

    def is_online(self, user: int) -> bool:
        """See L{IPresence.is_online}."""
        return self.enabled and (user in self._shown or user in self._elsewhere)

    def is_hidden(self, user: int, other: int, owner: int) -> bool:
        """See L{IPresence.is_hidden}."""
        return any(other in hidden or owner in hidden for hidden in self._elsewhere.get(user, {}).values())

    def _hides_from(self, user: int, watcher: Watcher) -> bool:
        return self.is_hidden(user, watcher.user, watcher.owner)

    def blocks_changed(self, user: int) -> None:
        """See L{IPresence.blocks_changed}."""
        if self.enabled and user in self._shown:
            self._neighbours.tell(ONLINE, [self._of(user)])

    def _of(self, user: int) -> tuple[int, list[int]]:
        return user, list(self._blocked_by(user))

    def show(self, user: int) -> None:
        """See L{IPresence.show}."""
        count = self._shown.get(user, 0)
        self._shown[user] = count + 1
        if not count and self.enabled:
            self._neighbours.tell(ONLINE, [self._of(user)])
            if user not in self._elsewhere:
                self._tell(user, True)

    def hide(self, user: int) -> None:
        """See L{IPresence.hide}."""
        count = self._shown.pop(user) - 1
        if count:
            self._shown[user] = count
        elif self.enabled:
            self._neighbours.tell(OFFLINE, [user])
            if user not in self._elsewhere:
                self._tell(user, False)

    def _introduce(self, number: int) -> None:
        """Another worker has come: tell it of all users here."""
        if self._shown:
            self._neighbours.tell(ONLINE, list(map(self._of, self._shown)), number)

    def _came_elsewhere(self, number: int, users: list[tuple[int, frozenset[int]]]) -> None:
        """Users are shown at another worker, or were already and have blocked others since."""
        for user, hidden in users:
            was_online = self.is_online(user)
            saw = {each for each in self.watchers(user) if was_online and not self._hides_from(user, each)}
            for watcher in saw:
                if watcher.user in hidden or watcher.owner in hidden:
                    # While it may still be told.
                    watcher.present(user, False)
            self._elsewhere.setdefault(user, {})[number] = hidden
            for watcher in self.watchers(user):
                if watcher not in saw and not self._hides_from(user, watcher):
                    watcher.present(user, True)

    def _went_elsewhere(self, number: int, users: Iterable[int]) -> None:
        for user in users:
            workers = self._elsewhere.get(user)
            if workers is None or number not in workers:
                continue
            if len(workers) == 1 and user not in self._shown:
                # While it is known to whom the user is hidden: they must not be told.
                self._tell(user, False)
            del workers[number]
            if not workers:
                del self._elsewhere[user]

    def _gone(self, number: int) -> None:
        """Another worker is gone, and with it the connections of its users."""
        self._went_elsewhere(number, [user for user, workers in self._elsewhere.items() if number in workers])

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
        for watcher in self.watchers(user):
            watcher.present(user, online)
