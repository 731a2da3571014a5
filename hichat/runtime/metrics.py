"""
The daemon's metrics, for Prometheus.

The rooms count with plain integers, which costs next to nothing; these are read when the metrics are requested. Names
end as in Prometheus' naming practice: C{_total} for counters, C{_seconds} for times.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

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


class Metrics(Collector):
    """
    One daemon's metrics. Each counter is an integer attribute, whose name is that of the exposition without C{hichat_}
    and C{_total}.

    @ivar gauges: by name, the help text and a function that returns the present value; the daemon's assembly sets them.
    @ivar store_failures: returns the number of the store's failures; the daemon's assembly sets it.
    """

    messages_in = messages_out = frames_refused = offline_recipients = events_committed = slow_closed = (
        bodies_refused
    ) = stalled_closed = silent_closed = signals_dropped = datagrams_withheld = 0
    commits_refused = 0
    datagrams_sent = datagrams_received = datagrams_lost = repairs = repaired_events = 0

    def __init__(self) -> None:
        self.gauges: dict[str, tuple[str, Callable[[], float]]] = {}
        self.store_failures: Callable[[], int] = lambda: 0
        self._dropped = dict.fromkeys(DROP_CAUSES, 0)
        self._refused = dict.fromkeys(REFUSAL_REASONS, 0)
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
        for name, (text, value) in self.gauges.items():
            yield GaugeMetricFamily(f"hichat_{name}", text, value=value())

    def exposition(self) -> bytes:
        """@return: everything in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)
