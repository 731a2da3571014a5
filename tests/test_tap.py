"""Tests for L{hichat.daemon.assembly}: what the operator wants arrives where it counts."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from twisted.internet.address import IPv4Address
from twisted.internet.defer import maybeDeferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.contacts.contacts import Contacts
from hichat.daemon import assembly, settings
from hichat.log import reading
from hichat.storage.migrate import migrate
from hichat.web.status import FRESH
from tests.support.site import FORM, Answer, Connection, request_bytes


class AssembleTests(SynchronousTestCase):
    """Nothing is started: there is no process that writes the log."""

    def make(self, **given: str) -> Any:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        options = {name.replace("_", "-"): value for name, value in given.items()}
        found = settings.load(options | {"state-dir": directory.name}, {}, Path(directory.name))
        # As if its threads were very fast.
        self.patch(assembly, "deferToThreadPool", lambda _reactor, _pool, call, *args: maybeDeferred(call, *args))
        self.clock = Clock()
        parts = assembly.assemble(found, self.clock, lambda: False)
        for engine in parts.engines:
            self.addCleanup(engine.dispose)
        migrate(parts.way.store.engine)
        return parts

    def ask(self, site: Any, method: str, target: str, body: bytes = b"", **headers: str) -> Connection:
        connection = Connection(site, "192.0.2.1")
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.send(request_bytes(method, target, body, given | {"Accept-Language": "en"}))
        return connection

    def register(self, site: Any, name: str, password: str = "correct horse") -> str:
        """@return: what became of it."""
        body = urlencode({"name": name, "password": password, "Identity": password}).encode()
        answer: Answer = self.ask(site, "POST", "/v1/user/new", body, Content_Type=FORM).answer()
        return str(answer.json["message"])

    def jump(self, seconds: int) -> None:
        """Somebody sets the clock."""
        real = time.time_ns
        self.patch(time, "time_ns", lambda: real() + seconds * 10**9)

    def test_the_length_of_passwords(self) -> None:
        site = self.make(password_length="12", registration="open").sites[0]
        self.assertIn("at least 12 characters", self.register(site, "Ann", "eleven char"))
        self.assertEqual(self.register(site, "Ann", "twelve chars"), "registered")

    def test_limits_go_by_a_clock_that_nobody_sets(self) -> None:
        site = self.make(register_limit="1/3600", registration="open").sites[0]
        self.assertEqual(self.register(site, "Ann"), "registered")
        for seconds in (0, 7200, -7200):
            self.jump(seconds)
            self.assertIn("too many attempts", self.register(site, "Bob"))

    def test_contacts_go_by_such_a_clock_too(self) -> None:
        made: list[Contacts] = []

        class Recorded(Contacts):
            def __init__(self, *given: Any) -> None:
                super().__init__(*given)
                made.append(self)

        self.patch(assembly, "Contacts", Recorded)
        self.make()
        limits: list[Any] = [made[0]._asking, made[0]._adding]
        for limit in limits:
            before = limit._clock()
            self.jump(-7200)
            self.assertLess(abs(limit._clock() - before), 60_000)

    def test_pictures_are_looked_at_elsewhere(self) -> None:
        parts = self.make()
        self.assertEqual(parts.media._take_in, parts.decoder.take_in)

    def test_the_world_outside(self) -> None:
        site = self.make(
            trusted_proxies="10.0.0.0/8",
            public_url="https://chat.example/chat",
            origins="https://www.example",
            hsts="5",
        ).sites[0]
        outside = site.outside
        self.assertTrue(outside.proxies.trusts(IPv4Address("TCP", "10.1.2.3", 1)))
        self.assertFalse(outside.proxies.trusts(IPv4Address("TCP", "127.0.0.1", 1)))
        self.assertEqual((str(outside.public), outside._hsts), ("https://chat.example/chat", 5))
        self.assertEqual(set(map(str, outside._origins)), {"https://chat.example", "https://www.example"})

    def test_how_long_sessions_last(self) -> None:
        parts = self.make(session_lifetime="1000")
        self.assertEqual(parts.way.endings._every, 100)

    def test_ready_is_who_can_commit(self) -> None:
        """That the store can be read is not enough."""
        site = self.make().sites[0]
        self.assertEqual(self.ask(site, "GET", "/readyz").answer().status, 200)
        self.patch(reading, "append_nothing", lambda _: 1 / 0)
        self.clock.advance(FRESH)
        answer = self.ask(site, "GET", "/readyz").answer()
        self.assertEqual(answer.status, 503)
        self.assertIn("takes no commits", answer.body.decode())
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_the_stores_failures_are_counted(self) -> None:
        parts = self.make()
        parts.way.store.reads.met(OSError(5, "no disk"))
        parts.way.store.changes.met(OSError(5, "no disk"), 2)
        told = self.ask(parts.sites[0], "GET", "/metrics").answer().body.decode()
        self.assertIn("\nhichat_store_failures_total 3.0\n", told)

    def test_metrics_at_an_endpoint_of_their_own(self) -> None:
        """They are there only, and nothing else is."""
        site, apart = self.make(metrics_listen="tcp:9464:interface=127.0.0.1").sites
        self.assertEqual(self.ask(site, "GET", "/metrics").answer().status, 404)
        self.assertEqual(self.ask(site, "GET", "/healthz").answer().status, 200)
        shown = self.ask(apart, "GET", "/metrics").answer()
        self.assertEqual((shown.status, b"\nhichat_messages_in_total 0.0\n" in shown.body), (200, True))
        for path in ("/", "/healthz", "/docs", "/v2/api", "/v1/user/new", "/uploads/x"):
            self.assertEqual(self.ask(apart, "GET", path).answer().status, 404, path)
