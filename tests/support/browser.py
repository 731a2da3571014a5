"""
Chromium, driven by Playwright, and people who use it.

Debian's C{chromium} is used (C{apt-get install chromium}). Without it these tests are skipped; where C{CI=true} they
fail.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, ClassVar
from unittest import SkipTest

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, expect, sync_playwright
from twisted.trial.unittest import SynchronousTestCase

from tests.support.daemon import Daemon

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
PASSWORD = "correct horse"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 700}
PATIENCE = 20_000
"""Milliseconds that something may take to be seen."""

expect.set_options(timeout=PATIENCE)


def wait_for(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """@return: what the condition gives, as soon as that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError):
            if found := condition():
                return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


class Wire:
    """
    A way to the daemon that can be cut: a TCP port that passes everything on, or lets nobody in.

    @ivar deaf: what the daemon says is lost, what is said to it is not.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.whole = True
        self.deaf = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Everything that goes through it is lost."""
        self.whole = False
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """It is whole again."""
        self.whole = True
        self.deaf = False

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self.whole:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(one, other, one is far), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if not (answers and self.deaf):
                    other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Person:
    """
    Somebody at a browser of their own.

    @param script: what runs before the client does.
    @param member: whether to make an account, and log in, before the client is shown.
    @ivar faults: what the browser's console complained about.
    """

    def __init__(
        self, browser: Browser, name: str, url: str, script: str = "", member: bool = False, **options: Any
    ) -> None:
        self.name = name
        self.url = url
        self.faults: list[str] = []
        self._expected = ""
        options = {"locale": "en-US", "viewport": DESKTOP, "permissions": ["microphone"]} | options
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(PATIENCE)
        if script:
            self.context.add_init_script(script)
        if member:
            self._become_member()
        self.page = self.tab()

    def _become_member(self) -> None:
        """What the client's first screens do, in less time."""
        given = {"name": self.name, "password": PASSWORD}
        for path, more in (("/v2/accounts", {}), ("/session", {"label": "Chrome-Linux"})):
            answer = self.context.request.post(self.url + path, data=given | more)
            assert answer.ok, answer.text()

    def tab(self) -> Page:
        """@return: one more tab of the same browser."""
        page = self.context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"{error}\n{error.stack}"))
        page.goto(self.url)
        return page

    def register(self, name: str = "") -> None:
        self.page.get_by_role("button", name="No account yet? Create one").click()
        self.page.get_by_label("Name").fill(name or self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Create account").click()
        expect(self.page.get_by_role("heading", name="Chats")).to_be_visible()

    def log_in(self, page: Page | None = None) -> None:
        page = page or self.page
        page.get_by_label("Name").fill(self.name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        expect(page.get_by_role("heading", name="Chats")).to_be_visible()

    def go(self, place: str) -> None:
        """Go to a place of the client, such as C{chats/user-2}."""
        self.page.evaluate("place => { location.hash = `#/${place}`; }", place)

    def write(self, text: str, page: Page | None = None) -> None:
        """Say something in the conversation that is open."""
        (page or self.page).get_by_label("Write a message").fill(text)
        (page or self.page).keyboard.press("Enter")

    def message(self, text: str) -> Locator:
        """@return: the message with this text, in the conversation that is open."""
        return self.page.locator(".message", has_text=text)

    def sees(self, text: str) -> None:
        """A message with this text is there, once."""
        expect(self.message(text)).to_have_count(1)

    def state(self, text: str, state: str) -> None:
        """The message has come as far as that: sending, sent, delivered, read."""
        expect(self.message(text).locator(f".state.{state}")).to_be_visible()

    def until(self, expression: str) -> None:
        """Wait until something is so in the page. Playwright's own way is C{eval}, which the policy forbids."""
        wait_for(lambda: self.page.evaluate(expression), PATIENCE / 1000)

    def choose(self, text: str, action: str) -> None:
        """Do something with a message, by its menu."""
        message = self.message(text)
        message.hover()
        message.get_by_role("button", name="Actions").click()
        self.page.locator(".menu").get_by_role("button", name=action).click()
        if action in ("Edit", "Reply"):
            expect(self.page.get_by_label("Write a message")).to_be_focused()

    def expect_fault(self, text: str) -> None:
        """From now on, and up to now, a fault with this text is none."""
        self._expected = text
        self.faults = [fault for fault in self.faults if text not in fault]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not (self._expected and self._expected in message.text):
            self.faults.append(f"{message.text} {message.location.get('url', '')}".strip())


class BrowserCase(SynchronousTestCase):
    """
    A daemon and a browser for all tests of a class.

    @cvar settings: the daemon's.
    @cvar prepare: arguments of C{hichat} for a call before the daemon starts.
    """

    settings: ClassVar[dict[str, str]] = {}
    prepare: ClassVar[tuple[str, ...]] = ()
    daemon: Daemon
    browser: Browser
    _playwright: Playwright

    @classmethod
    def setUpClass(cls) -> None:
        if CHROMIUM is None:
            reason = "chromium is not installed: apt-get install chromium"
            if os.environ.get("CI") == "true":
                raise AssertionError(reason)
            raise SkipTest(reason)
        cls.daemon = Daemon(Path(tempfile.mkdtemp(prefix="hichat-web-")), REGISTER_LIMIT="off", **cls.settings)
        cls.daemon.prepare()
        if cls.prepare:
            cls.daemon.command(*cls.prepare, "--tokens", str(cls.daemon.directory / "tokens"))
        cls.daemon.launch()
        cls._playwright = sync_playwright().start()
        cls.browser = cls._playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        cls.ready()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.browser.close()
        cls._playwright.stop()
        cls.daemon.kill()
        shutil.rmtree(cls.daemon.directory, ignore_errors=True)

    @classmethod
    def ready(cls) -> None:
        """The daemon listens."""
        wait_for(lambda: socket.create_connection(("127.0.0.1", cls.daemon.port), 0.2)).close()

    @classmethod
    def crash(cls) -> None:
        """The daemon is killed, as by a loss of power."""
        process = cls.daemon.process
        assert process is not None
        process.send_signal(signal.SIGKILL)
        process.wait()

    def person(self, name: str, **options: Any) -> Person:
        """@return: somebody whose browser shows the client; at the end it must have complained about nothing."""
        options.setdefault("url", self.daemon.url)
        person = Person(self.browser, name, **options)
        self.addCleanup(self._leave, person)
        return person

    def registered(self, *names: str) -> list[Person]:
        """@return: people who have just made their accounts. Names have to be new."""
        people = [self.person(name, member=True) for name in names]
        for person in people:
            expect(person.page.get_by_role("heading", name="Chats")).to_be_visible()
        return people

    def need(self, path: str) -> None:
        """Skip what the daemon's API does not have."""
        with urllib.request.urlopen(f"{self.daemon.url}/v2/openapi.json") as answer:
            if path not in json.load(answer)["paths"]:
                raise SkipTest(f"this daemon has no {path}")

    def ids(self, *people: Person) -> list[int]:
        """@return: their numbers."""
        with closing(sqlite3.connect(f"file:{self.daemon.directory}/state/hichat.db?mode=ro", uri=True)) as database:
            numbers = dict(database.execute("SELECT name, id FROM users"))
        return [numbers[person.name] for person in people]

    def _leave(self, person: Person) -> None:
        person.context.close()
        self.assertEqual(person.faults, [])
