"""Puts together the part of a daemon that hears and tells the other hosts of a service."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from typing import Any, NamedTuple, cast

from twisted.internet.defer import Deferred

from hichat.cluster.members import Members
from hichat.cluster.redis_address import RedisAddress
from hichat.core.errors import StartError
from hichat.core.ports import ICarrier, INeighbours
from hichat.log.watch import LogWatch
from hichat.pipeline.plane.hosts import UNCOVERED_WATCH, HostsCarrier
from hichat.pipeline.routing.delivery import WATCH, Routing
from hichat.runtime import keys
from hichat.runtime.metrics import Metrics


class Hosts(NamedTuple):
    """The other hosts of the service, and what carries messages between them."""

    members: Members
    bus: Any

    def start(self) -> None:
        """Begin to hear and to tell."""
        self.members.start()
        self.bus.start()

    def stop(self) -> Deferred[Any]:
        """@return: fires when the connections are closed."""
        self.members.stop()
        return cast("Deferred[Any]", self.bus.stop())

    def show_in(self, metrics: Metrics) -> None:
        """Let the metrics tell of them."""
        members = self.members
        metrics.gauges.update(
            redis_up=("Whether Redis carries messages between the hosts", lambda: float(members.is_up)),
            members=("Workers of other hosts that are known", lambda: len(members)),
            members_dropped=("Messages of other hosts that were not used", lambda: sum(members.dropped.values())),
        )


def check_client(url: str) -> None:
    """
    @param url: where Redis is; empty: there is none.
    @raise StartError: the client of Redis is needed, and not installed.
    """
    if url and find_spec("txredisapi") is None:
        raise StartError(
            "hichat: HICHAT_REDIS: the Python package txredisapi is missing; "
            "install it with: pip install 'hichat[redis]'"
        )


def assemble_hosts(
    url: str, key: bytes, host: int | None, reactor: Any, neighbours: INeighbours, metrics: Metrics
) -> Hosts:
    """
    Make the part that hears and tells the other hosts of the service.

    @param url: where Redis is.
    @param key: one that all daemons of the store have.
    @param host: a random number that the workers of this host have in common; None: there is one worker.
    @param neighbours: the workers of this host.
    @raise StartError: the client of Redis is not installed.
    """
    check_client(url)
    # Only who uses Redis needs it.
    from hichat.cluster.redis import RedisBus

    # Several services may share one Redis. The name tells nothing about the key.
    channel = f"hichat:{keys.fingerprint('redis', key).hex()}"
    bus = RedisBus(RedisAddress.parse(url), channel, reactor)
    made = Hosts(Members(bus, key, secrets.randbits(64) if host is None else host, reactor, neighbours), bus)
    made.show_in(metrics)
    return made


def assemble_hosts_carrier(
    near: ICarrier, routing: Routing, watch: LogWatch, hosts: Hosts, metrics: Metrics
) -> HostsCarrier:
    """Make the carrier that also tells the other hosts, and let routing hear from them."""
    carrier = HostsCarrier(near, routing, hosts.members, lambda: watch.place.epoch, hosts.start, hosts.stop)
    hosts.members.batch = carrier.came
    metrics.gauges["batches_of_other_hosts"] = (
        "Batches of other hosts that brought something new",
        lambda: carrier.received,
    )
    hosts.members.covered = lambda is_covered: routing.look_every(WATCH if is_covered else UNCOVERED_WATCH)
    return carrier
