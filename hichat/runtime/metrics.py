"""
The daemon's metrics, for Prometheus.

The rooms count with plain integers, which costs next to nothing; these are read when the metrics are requested. Names
end as in Prometheus' naming practice: C{_total} for counters, C{_seconds} for times.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from hichat import __version__
from hichat.core.errors import COMMIT_CAUSES
from hichat.core.ports import INeighbours
from hichat.runtime.neighbours import Alone
from hichat.runtime.versions import BUILD

_COUNTERS = {
    "messages_in": "Frames taken from clients as messages",
    "messages_out": "Frames given to clients as messages",
    "frames_refused": "Frames answered with an error or with the close of the connection",
    "bodies_refused": "Requests whose body was over its limit",
    "offline_recipients": "Recipients of an event that were not connected",
    "events_committed": "Events written to the log",
    "commits_refused": "Messages and other events that the store did not take",
    "slow_closed": "Connections closed because they did not read",
    "stalled_closed": "HTTP connections closed because they did not read an answer",
    "silent_closed": "Connections closed because nothing came from them, not even a pong",
    "signals_dropped": "Signals (typing, marks) dropped for lack of room",
    "datagrams_sent": "Datagrams written to the plane",
    "datagrams_received": "Datagrams that brought something new",
    "datagrams_withheld": "Datagrams not sent because another worker had no room; it reads the log",
    "datagrams_lost": "Datagrams given up by the sender",
    "repairs": "Reads of the log that filled a gap",
    "repaired_events": "Events that came from the log instead of the plane",
}

TICKS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)
"""Seconds: the bounds between which reactor iterations are counted."""

REFUSAL_REASONS = ("address", "user", "total")

DROP_CAUSES = ("truncated", "forged", "version", "foreign", "malformed", "doubled", "unsent")

_ALIKE = ("ok", "wrong_password", "limited", "disabled", "invalid", "unavailable", "refused", "failed")
LOGIN_OUTCOMES = {
    "v1": _ALIKE,
    "v2": (*_ALIKE, "device_revoked", "second_step", "wrong_code"),
    "refresh": ("ok", "invalid", "reused", "disabled", "unavailable", "refused", "failed"),
}
"""
The outcomes of log-ins, by the way. C{limited}: there were too many attempts. C{invalid}: the token, or the account, is
not valid any more. C{reused}: a refresh token came twice. C{unavailable}: the daemon is busy, or its store is away.
C{second_step}: the password was right, and a second factor is asked for; C{wrong_code}: that was wrong.
C{refused}: for another reason. C{failed}: the client has gone, or by an error of ours.
"""


class NodeMetrics(NamedTuple):
    """
    What the metrics say of a daemon that may be one of several of its store.

    @ivar number: its number among them.
    @ivar address: where clients reach it.
    @ivar since: when it took the number, in seconds since the epoch.
    @ivar lag: the events of the log that it has not delivered yet.
    """

    number: int
    address: str
    since: float
    lag: int


class Metrics(Collector):
    """
    One daemon's metrics. Each counter is an integer attribute, whose name is that of the exposition without C{hichat_}
    and C{_total}.

    @ivar gauges: by name, the help text and a function that returns the present value; None: there is none. The
        daemon's assembly sets them.
    @ivar labelled: by name, the help text, a label, and a function that returns the present values by the label's.
    @ivar node: returns the facts about the daemon as one of several; None: it is not, or has no number yet.
    @ivar store_failures: returns the number of the store's failures; the daemon's assembly sets it.
    """

    messages_in = messages_out = frames_refused = offline_recipients = events_committed = slow_closed = (
        bodies_refused
    ) = stalled_closed = silent_closed = signals_dropped = datagrams_withheld = 0
    commits_refused = 0
    datagrams_sent = datagrams_received = datagrams_lost = repairs = repaired_events = 0

    def __init__(self) -> None:
        self.gauges: dict[str, tuple[str, Callable[[], float | None]]] = {}
        self.labelled: dict[str, tuple[str, str, Callable[[], Mapping[str, float]]]] = {}
        self.store_failures: Callable[[], int] = lambda: 0
        self.node: Callable[[], NodeMetrics | None] = lambda: None
        self._dropped = dict.fromkeys(DROP_CAUSES, 0)
        self._refused = dict.fromkeys(REFUSAL_REASONS, 0)
        self._failed_commits = dict.fromkeys(COMMIT_CAUSES, 0)
        self._logins = {(way, outcome): 0 for way, outcomes in LOGIN_OUTCOMES.items() for outcome in outcomes}
        self._answers: dict[int, int] = {}
        self._registry = CollectorRegistry()
        self._registry.register(self)
        # Memory, processor time and open files, by the names that every exporter has for them.
        ProcessCollector(registry=self._registry)
        self._batch_size = Histogram(
            "hichat_commit_batch_events",
            "Events in one commit",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
            registry=self._registry,
        )
        self._batch_time = Histogram(
            "hichat_commit_seconds",
            "From handing a batch to the writer until it is durable",
            buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
            registry=self._registry,
        )
        # There is one for nearly every message: the library's own histogram takes ten times as long.
        self._ticks = [0] * (len(TICKS) + 1)
        self._ticks_seconds = 0.0

    def batch_written(self, events: int, seconds: float) -> None:
        """A commit returned."""
        self.events_committed += events
        self._batch_size.observe(events)
        self._batch_time.observe(seconds)

    def commit_failed(self, cause: str) -> None:
        """A batch of messages was not stored, or a part of it; the cause is one of L{COMMIT_CAUSES}."""
        self._failed_commits[cause] += 1

    def logged_in(self, way: str, outcome: str) -> None:
        """Somebody tried to log in, or to refresh a log-in; for the parameters see L{LOGIN_OUTCOMES}."""
        self._logins[way, outcome] += 1

    def datagram_dropped(self, cause: str) -> None:
        """A datagram was not used; the cause is one of L{DROP_CAUSES}."""
        self._dropped[cause] += 1

    def dropped(self, cause: str) -> int:
        """@return: how many datagrams were not used for this cause."""
        return self._dropped[cause]

    def connection_refused(self, reason: str) -> None:
        """A connection, or a request, was one too many; the reason is one of L{REFUSAL_REASONS}."""
        self._refused[reason] += 1

    def answered(self, status: int) -> None:
        """An HTTP request was answered."""
        self._answers[status] = self._answers.get(status, 0) + 1

    def tick(self, seconds: float) -> None:
        """A reactor iteration took that long."""
        self._ticks[bisect_left(TICKS, seconds)] += 1
        self._ticks_seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Called by the registry."""
        for name, text in _COUNTERS.items():
            yield CounterMetricFamily(f"hichat_{name}", text, value=getattr(self, name))
        undone = "Reads and changes that the store failed to do, beside the log's"
        yield CounterMetricFamily("hichat_store_failures", undone, value=self.store_failures())
        failed = CounterMetricFamily("hichat_commits_failed", "Commits that failed, by cause", labels=["cause"])
        for cause, count in self._failed_commits.items():
            failed.add_metric([cause], count)
        yield failed
        logins = CounterMetricFamily("hichat_logins", "Attempts to log in, or to refresh it", labels=["way", "outcome"])
        for labels, count in self._logins.items():
            logins.add_metric(labels, count)
        yield logins
        dropped = CounterMetricFamily("hichat_datagrams_dropped", "Datagrams not used, by cause", labels=["cause"])
        for cause, count in self._dropped.items():
            dropped.add_metric([cause], count)
        yield dropped
        refused = CounterMetricFamily("hichat_connections_refused", "Connections refused, by limit", labels=["reason"])
        for reason, count in self._refused.items():
            refused.add_metric([reason], count)
        yield refused
        answers = CounterMetricFamily("hichat_http_answers", "HTTP requests answered, by status", labels=["status"])
        for status, count in self._answers.items():
            answers.add_metric([str(status)], count)
        yield answers
        yield HistogramMetricFamily(
            "hichat_reactor_tick_seconds",
            "Work of one reactor iteration, waiting for I/O left out",
            buckets=list(zip([*map(str, TICKS), "+Inf"], accumulate(self._ticks), strict=True)),
            sum_value=self._ticks_seconds,
        )
        if (node := self.node()) is not None:
            facts = {"node": str(node.number), "address": node.address, "version": __version__}
            info = GaugeMetricFamily("hichat_node_info", "The daemon among those of its store", labels=list(facts))
            info.add_metric(list(facts.values()), 1)
            yield info
            yield GaugeMetricFamily("hichat_node_since_seconds", "When it took its number", value=node.since)
            yield GaugeMetricFamily("hichat_node_lag_events", "Events of the log not delivered yet", value=node.lag)
        build = GaugeMetricFamily("hichat_build_info", "What runs here", labels=list(BUILD))
        build.add_metric(list(BUILD.values()), 1)
        yield build
        for name, (text, value) in self.gauges.items():
            yield GaugeMetricFamily(f"hichat_{name}", text, value=value())
        for name, (text, label, values) in self.labelled.items():
            gauge = GaugeMetricFamily(f"hichat_{name}", text, labels=[label])
            for labelled, number in values().items():
                gauge.add_metric([labelled], number)
            yield gauge

    def exposition(self) -> bytes:
        """@return: everything in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)

    def families(self) -> list[Family]:
        """@return: everything, as another worker is told it."""
        return [
            Family(
                found.name,
                found.documentation,
                found.type,
                [(one.name, one.labels, one.value) for one in found.samples],
            )
            for found in self._registry.collect()
        ]


class Family(NamedTuple):
    """
    A metric with its samples.

    @ivar samples: the name, the labels and the value of each.
    """

    name: str
    text: str
    type: str
    samples: list[tuple[str, dict[str, str], float]]


ASK = "metrics?"
ANSWER = "metrics"
"""The topics under which a worker asks the others for their metrics, and under which they answer."""

ANSWER_TIME = 1.0
"""Seconds that the others have to answer. One that does not is missing in what is shown."""


class HostMetrics:
    """
    The metrics of all workers of the host, whichever is asked: each sample has the number of its worker as a label.
    There are no sums: a worker that is started again begins at 0, which Prometheus sees only in a series of its own.

    @param own: this worker's.
    @param clock: times the answers.
    """

    def __init__(self, own: Metrics, neighbours: INeighbours, clock: IReactorTime) -> None:
        self._own = own
        self._neighbours = neighbours
        self._clock = clock
        # The workers that there are, this one too; the answers so far; and who waits for them.
        self._workers = {neighbours.number}
        self._answers: dict[int, list[Family]] = {}
        self._waiting: list[Deferred[bytes]] = []
        self._deadline: IDelayedCall | None = None
        neighbours.follow(ASK, self._answer, None)
        neighbours.follow(ANSWER, self._answered, list[Family])
        neighbours.follow_workers(self._workers.add, self._gone)

    def exposition(self) -> Deferred[bytes]:
        """@return: everything in Prometheus' text format 0.0.4; fires within L{ANSWER_TIME}."""
        if isinstance(self._neighbours, Alone):
            return succeed(self._own.exposition())
        shown: Deferred[bytes] = Deferred()
        self._waiting.append(shown)
        if self._deadline is None:
            # Its own need nobody else: they are shown also while the supervisor hands nothing on.
            self._answers = {self._neighbours.number: self._own.families()}
            self._deadline = self._clock.callLater(ANSWER_TIME, self._conclude)
            self._neighbours.tell(ASK, None)
            self._conclude_if_all_have()
        return shown

    def _answer(self, number: int, _: None) -> None:
        self._neighbours.tell(ANSWER, self._own.families(), number)

    def _answered(self, number: int, families: list[Family]) -> None:
        self._answers[number] = families
        self._conclude_if_all_have()

    def _gone(self, number: int) -> None:
        self._workers.discard(number)
        self._conclude_if_all_have()

    def _conclude_if_all_have(self) -> None:
        if self._deadline is not None and self._workers <= self._answers.keys():
            self._deadline.cancel()
            self._conclude()

    def _conclude(self) -> None:
        self._deadline = None
        shown = _text_of(self._answers)
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.called:
                waiter.callback(shown)


def _text_of(answers: Mapping[int, list[Family]]) -> bytes:
    """@return: the metrics of several workers in Prometheus' text format; each has its samples in one place."""
    metrics: dict[str, Metric] = {}
    for number, families in sorted(answers.items()):
        for family in families:
            metric = metrics.setdefault(family.name, Metric(family.name, family.text, family.type))
            for name, labels, value in family.samples:
                metric.add_sample(name, {"worker": str(number)} | labels, value)
    registry = CollectorRegistry()
    registry.register(_Shown(list(metrics.values())))
    return generate_latest(registry)


class _Shown(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        """Called by the registry."""
        return self._metrics
