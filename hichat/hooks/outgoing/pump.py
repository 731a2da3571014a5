"""
Delivers the events of all outgoing hooks, in one process for all.

Each hook goes through its own events in the order of the log, one at a time: the next one is sent when the receiver has
taken the one before. So the events of each conversation come in order, and a receiver that fails or is slow holds up
its own hook only. Where a hook is, is stored at each look: after a crash the deliveries since the last one come again,
with the same ids.

Twice a second it looks which hooks have something new. A hook reads its own events, by the index of the log by
conversation; none that waits is kept in memory for longer than C{PAGE_FRESH}. Slow and failing receivers have a few
places of their own, for which they wait in turn: so they do not take those of the others. Nor does one user take all.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection
from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from hichat.accounts.telling import MailKind, TellByMail, nobody_told
from hichat.audit.book import Note, no_notes
from hichat.audit.entries import SWITCH_OFF_HOOK, Entry
from hichat.core.errors import StoreAway
from hichat.core.events import Event, Scope
from hichat.fetching.shares import Shares
from hichat.hooks.outgoing import pages, records
from hichat.hooks.outgoing.pages import HookPage
from hichat.hooks.outgoing.posting import GONE_STATUS, HookPost, Posted, pause_after
from hichat.hooks.outgoing.records import (
    DELIVERIES_KEPT,
    FAILING,
    HOOK_GONE,
    NO_SECRET,
    Delivery,
    HookProgress,
    OutgoingHook,
)
from hichat.log.follower import AskWhetherOurs, Claim, Follower, Progress, StepFailed, always

if TYPE_CHECKING:
    from hichat.storage.store import Store

LOOK_PAUSE = 0.5
"""Seconds between two looks for new events."""

PAGE_FRESH = 2.0
"""Seconds for which events may wait that were read; then they are read again."""

DELIVERIES_AT_ONCE = 32
"""The most deliveries that are under way, but for those to slow and failing receivers."""

SLOW_AT_ONCE = 16
"""The most deliveries that are under way to slow and failing receivers."""

SLOW_RECEIVER = 2000
"""Milliseconds: a receiver that took longer is slow, until it is faster."""

GIVE_UP_AFTER = 5 * 24 * 3600 * 1000
"""Milliseconds of failures after which a hook is switched off."""

DELIVERY_OUTCOMES = ("delivered", "failed")


class _Running:
    """
    A hook that is on.

    @ivar at_work: whether it is at work.
    @ivar again: whether something came meanwhile.
    @ivar waits_since: since when the oldest event waits that is known not to be delivered, in milliseconds since the
        epoch; 0: none is.
    """

    def __init__(self, hook: OutgoingHook) -> None:
        self.hook = hook
        self.position = hook.position
        self.failing_since, self.tries, self.next_at = hook.failing_since, hook.tries, hook.next_at
        self.queue: deque[Event] = deque()
        self.page = HookPage((), 0)
        self.read_at = 0.0
        self.at_work = self.again = self.is_slow = False
        self.waits_since = 0
        self.unsaved: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self.has_moved = False
        self.call: IDelayedCall | None = None

    def renew(self, hook: OutgoingHook) -> None:
        """Somebody has changed it. It is where it is, unless it was put further."""
        self.hook = hook
        self.position = max(self.position, hook.position)
        self.failing_since, self.tries, self.next_at = hook.failing_since, hook.tries, hook.next_at
        self.queue.clear()

    def progress(self) -> HookProgress:
        """@return: how far it is, to be stored."""
        last = list(self.unsaved)
        return HookProgress(
            self.hook.id, self.hook.revision, self.position, self.failing_since, self.tries, self.next_at, last
        )

    def sleep(self) -> None:
        """Be not woken at a time."""
        if self.call is not None and self.call.active():
            self.call.cancel()
        self.call = None


class HookPump:
    """
    @param now: the time in milliseconds since the epoch.
    @param note: notes in the audit log that a hook was switched off.
    @param tell: tells its owner by mail.
    @param is_ours: asked before each look: is it this daemon's work?
    @ivar counts: how many tries ended so, by L{DELIVERY_OUTCOMES}.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        post: HookPost,
        clock: IReactorTime,
        now: Callable[[], int],
        note: Note = no_notes,
        tell: TellByMail = nobody_told,
        claim: Claim | None = None,
        is_ours: AskWhetherOurs = always,
        chance: random.Random | None = None,
    ) -> None:
        self.counts = Counter(dict.fromkeys(DELIVERY_OUTCOMES, 0))
        self._store = store
        self._post = post
        self._clock = clock
        self._now = now
        self._note = note
        self._tell = tell
        self._is_ours = is_ours
        self._chance = chance or random.Random()  # noqa: S311
        self._hooks: dict[int, _Running] = {}
        self._gone: list[_Running] = []
        self._head = 0
        # Half of the places at most are one user's: receivers that are dead hold the places of their owner.
        self._quick, self._slow = (Shares(places, places // 2) for places in (DELIVERIES_AT_ONCE, SLOW_AT_ONCE))
        # The threads that read the store are for users first.
        self._reading = DeferredSemaphore(1)
        self._works: set[Deferred[None]] = set()
        self._is_stopped = False
        self._follower = Follower(
            "outgoing hooks",
            lambda: Deferred.fromCoroutine(self.step()),
            clock,
            claim,
            poll=LOOK_PAUSE,
            is_ours=self._ask,
        )

    @property
    def leads(self) -> bool:
        """Whether it is this process that delivers."""
        return self._follower.leads

    def age(self) -> float | None:
        """@return: seconds since the oldest event that waits to be delivered; None: another process delivers."""
        if not self.leads:
            return None
        since = min((each.waits_since for each in self._hooks.values() if each.waits_since), default=0)
        return max(0.0, (self._now() - since) / 1000) if since else 0.0

    def states(self) -> Mapping[str, float]:
        """@return: how many hooks are on here, and how many of them fail."""
        failing = sum(each.failing_since is not None for each in self._hooks.values())
        return {"good": len(self._hooks) - failing, "failing": failing}

    def start(self) -> None:
        """Begin; the store's threads run."""
        self._follower.start()

    def stop(self) -> None:
        """End it. May be called again. What was not stored is delivered again."""
        self._is_stopped = True
        self._follower.stop()
        self._forget()

    async def _ask(self) -> bool:
        ours = await self._is_ours()
        if not ours:
            self._forget()
        return ours

    def _forget(self) -> None:
        """Others deliver from now on."""
        for each in self._hooks.values():
            each.sleep()
        self._hooks.clear()
        self._gone.clear()
        self._head = 0
        for work in list(self._works):
            work.cancel()

    async def step(self) -> Progress:
        """Look for what is new. See L{Follower}."""
        try:
            await self._save()
            places: dict[tuple[int, int], list[int]] = {}
            for each in self._hooks.values():
                places.setdefault((each.hook.scope, each.hook.target), []).append(each.hook.id)
            known = {number: each.hook.revision for number, each in self._hooks.items()}
            found = await self._store.read(pages.look, self._head, known, places)
        except StoreAway as e:
            # The store has logged its failure.
            raise StepFailed from e
        if self._is_stopped:
            return Progress(0, 0)
        if found.head < self._head:
            # The log was put back, or a standby was promoted that had not got everything: the store knows how far its
            # hooks are.
            self._forget()
            return Progress(0, 0)
        self._head = found.head
        for number in set(self._hooks) - set(found.revisions):
            self._drop(self._hooks[number])
        for hook in found.fresh:
            running = self._hooks.get(hook.id)
            if running is None:
                self._hooks[hook.id] = running = _Running(hook)
            else:
                running.renew(hook)
            self._wake(running)
        for number in found.due:
            if number in self._hooks:
                self._wake(self._hooks[number])
        return Progress(0, 0)

    def _drop(self, running: _Running) -> None:
        running.sleep()
        self._hooks.pop(running.hook.id, None)
        if running.has_moved:
            self._gone.append(running)

    async def _save(self) -> None:
        moved = [each for each in (*self._hooks.values(), *self._gone) if each.has_moved]
        if not moved:
            return
        progress = [each.progress() for each in moved]
        for each in moved:
            each.has_moved = False
            each.unsaved.clear()
        self._gone = []
        try:
            await self._store.write(records.save, progress)
        except StoreAway:
            for each, kept in zip(moved, progress, strict=True):
                each.has_moved = True
                each.unsaved.extendleft(reversed(kept.last))
            raise

    def _wake(self, running: _Running) -> None:
        running.again = True
        if running.at_work or self._is_stopped:
            return
        running.sleep()
        running.at_work = True
        work = Deferred.fromCoroutine(self._work(running))
        self._works.add(work)
        work.addBoth(self._ended, running, work)

    def _ended(self, result: Any, running: _Running, work: Deferred[None]) -> None:
        self._works.discard(work)
        running.at_work = False
        error = getattr(result, "value", None)
        if isinstance(error, CancelledError):
            return
        if error is not None:
            if not isinstance(error, StoreAway):
                self._log.failure("hook {hook} cannot be worked on", result, hook=running.hook.id)
            self._later(running, 5.0)
        elif running.again and running.call is None and self._is_on(running):
            self._wake(running)

    def _later(self, running: _Running, seconds: float) -> None:
        if self._is_on(running):
            running.sleep()
            running.call = self._clock.callLater(max(0.0, seconds), self._due, running)

    def _due(self, running: _Running) -> None:
        running.call = None
        self._wake(running)

    def _is_on(self, running: _Running) -> bool:
        return not self._is_stopped and self._hooks.get(running.hook.id) is running

    async def _work(self, running: _Running) -> None:
        """Deliver until there is nothing more, or until a delivery fails."""
        while self._is_on(running):
            wait = running.next_at - self._now()
            if running.tries and wait > 0:
                self._later(running, wait / 1000)
                return
            if not running.queue or self._clock.seconds() - running.read_at > PAGE_FRESH:
                running.again = False
                page: HookPage = await self._reading.run(
                    self._store.read, pages.read_page, running.hook, running.position
                )
                if page.off:
                    await self._switch_off(running, page.off)
                    return
                self._take(running, page)
                if not page.events:
                    running.waits_since = 0
                    if not running.again and page.position >= self._head:
                        return
                    continue
            if not await self._deliver(running, running.queue[0]):
                return

    def _take(self, running: _Running, page: HookPage) -> None:
        running.page, running.read_at = page, self._clock.seconds()
        running.queue = deque(page.events)
        if page.events:
            running.waits_since = page.events[0].time
        elif page.position > running.position:
            # Nothing of that is the hook's. It is stored with the next delivery, or read again.
            running.position = page.position

    async def _deliver(self, running: _Running, event: Event) -> bool:
        """@return: whether to go on at once."""
        hook = running.hook
        if not self._post.keys_of(hook):
            await self._switch_off(running, NO_SECRET)
            return False
        places = self._slow if running.is_slow or running.tries else self._quick
        async with places.place(hook.owner_id):
            if not self._is_on(running) or running.hook is not hook:
                return True
            posted = await self._post.deliver(hook, running.page, event, running.tries + 1)
        if running.hook is not hook:
            # Changed meanwhile: another URL may have to get it.
            running.queue.clear()
            return True
        running.is_slow = posted.delivery.took > SLOW_RECEIVER
        running.unsaved.append(posted.delivery)
        running.has_moved = True
        if posted.delivery.is_good:
            self._delivered(running, event)
            return True
        return await self._failed(running, posted)

    def _delivered(self, running: _Running, event: Event) -> None:
        self.counts["delivered"] += 1
        if running.failing_since is not None:
            self._log.info("hook {hook} delivers again", hook=running.hook.id)
        running.failing_since, running.tries, running.next_at = None, 0, 0
        if running.queue and running.queue[0] is event:
            running.queue.popleft()
        running.position = event.position
        running.waits_since = running.queue[0].time if running.queue else 0

    async def _failed(self, running: _Running, posted: Posted) -> bool:
        self.counts["failed"] += 1
        delivery, now = posted.delivery, self._now()
        running.tries += 1
        running.queue.clear()
        if running.failing_since is None:
            running.failing_since = now
            self._log.warn(
                "hook {hook} fails: {status} {trouble}",
                hook=running.hook.id,
                status=delivery.status,
                trouble=delivery.trouble,
            )
        if delivery.status == GONE_STATUS:
            await self._switch_off(running, HOOK_GONE)
        elif now - running.failing_since >= GIVE_UP_AFTER:
            await self._switch_off(running, FAILING)
        else:
            pause = pause_after(running.tries, posted.retry_after, self._chance)
            running.next_at = now + round(pause * 1000)
            self._later(running, pause)
        return False

    async def _switch_off(self, running: _Running, why: str) -> None:
        hook = running.hook
        await self._save()
        is_off = await self._store.write(self._off, hook, why, running.position)
        if self._is_on(running):
            self._drop(running)
        if is_off:
            self._log.warn("hook {hook} was switched off: {why}", hook=hook.id, why=why)
            group = hook.target if hook.scope == Scope.GROUP else 0
            detail = msgspec.json.encode({"hook": hook.id, "why": why}).decode()
            noted = Entry(act=SWITCH_OFF_HOOK, whose=hook.owner_id, group=group, via="daemon", detail=detail)
            self._note(noted)

    def _off(self, connection: Connection, hook: OutgoingHook, why: str, position: int) -> bool:
        is_off = records.switch_off(connection, hook.id, hook.revision, why, position)
        if is_off:
            self._tell(connection, hook.owner_id, MailKind.HOOK_OFF, {"hook": hook.name})
        return is_off
