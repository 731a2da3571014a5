"""People who use Chromium, driven by Playwright, and the daemon that they use it with."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Route, TimeoutError, ViewportSize, expect

from tests.support.daemon import ROOT, Daemon, wait

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
SOURCES = ROOT / "hichat/web/browser/app"
PASSWORD = "correct horse"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 700}
AWAY = "An unknown error occurred when fetching the script."
"""What Chromium notes when it looks for another service worker and the daemon is away: no fault of the client."""
BROWSER_TIMEOUT = 20_000
"""Milliseconds that something may take to be seen."""

GO = """(place) => new Promise((resolve) => {
    if (location.hash === `#/${place}`) return resolve();
    // The client draws behind the event, in a timer that is due at once, or 4 ms later if timers have made it.
    addEventListener("hashchange", () => setTimeout(resolve, 10), { once: true });
    location.hash = `#/${place}`;
})"""

SAY = """([url, frames]) => new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onerror = reject;
    socket.onmessage = () => {
        for (const frame of frames) socket.send(JSON.stringify(frame));
        socket.onclose = resolve;
        socket.close();
    };
})"""

expect.set_options(timeout=BROWSER_TIMEOUT)


def chromium() -> str | None:
    """
    @return: the path of Debian's Chromium. The one without a window takes half of the other's time, and is preferred.
    """
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def wait_for(condition: Callable[[], Any], seconds: float = BROWSER_TIMEOUT / 1000) -> Any:
    """@return: what the condition gives, as soon as that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError):
            if found := condition():
                return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def serve_sources(page: Page) -> None:
    """
    Serve the modules from which the client is built, below C{/sources}, for a page that imports some of them. The
    daemon serves only what is built from them.
    """

    def fulfil(route: Route) -> None:
        route.fulfill(path=SOURCES / urlsplit(route.request.url).path.removeprefix("/sources/"))

    page.route("**/sources/**", fulfil)


class Wire:
    """
    A way to the daemon that can be cut: a TCP port that passes everything on, or lets nobody in.

    @param latency: seconds that bytes are on their way, in each direction. It bounds no throughput.
    @ivar url: the daemon's, through it.
    @ivar deaf: what the daemon says is lost, what is said to it is not.
    """

    def __init__(self, target: int, latency: float = 0.0) -> None:
        self._target = target
        self._latency = latency
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.whole = True
        self.deaf = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
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
                under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
                threading.Thread(target=self._take, args=(one, under_way, one is far), daemon=True).start()
                threading.Thread(target=self._give, args=(other, under_way, one), daemon=True).start()

    def _take(self, one: socket.socket, under_way: SimpleQueue[tuple[float, bytes]], answers: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if not (answers and self.deaf):
                    under_way.put((time.monotonic() + self._latency, data))
        under_way.put((time.monotonic() + self._latency, b""))

    def _give(self, other: socket.socket, under_way: SimpleQueue[tuple[float, bytes]], one: socket.socket) -> None:
        with suppress(OSError):
            while True:
                due, data = under_way.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    break
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
        self.context.set_default_timeout(BROWSER_TIMEOUT)
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

    def go(self, place: str, text: str = "") -> None:
        """
        Go to a place of the client, and wait until it is drawn.

        @param place: a section, whose list is shown, or a place in it, such as C{chats/user-2}.
        @param text: a text that is shown there as soon as everything has come. It is waited for.
        """
        self.page.evaluate(GO, place)
        expect(self.page.locator(".detail-pane" if "/" in place else ".list-pane")).to_contain_text(text)

    def write(self, text: str, page: Page | None = None) -> None:
        """Say something in the conversation that is open."""
        area = (page or self.page).get_by_label("Write a message")
        area.fill(text)
        area.press("Enter")

    def say_much(self, user: int, token: str, frames: list[dict[str, Any]]) -> None:
        """Send frames over a connection of v1, and wait until it is closed. @param user: this person's number."""
        url = f"/v1/user/SendUserMsg?userId={user}&token={token}"
        self.page.evaluate(SAY, [url, [{"userId": user, "Type": 1, "Media": 1} | frame for frame in frames]])

    def message(self, text: str) -> Locator:
        """@return: the message with this text, in the conversation that is open."""
        return self.page.locator(".message", has_text=text)

    def sees(self, text: str) -> None:
        """A message with this text is there, once."""
        expect(self.message(text)).to_have_count(1)

    def state(self, text: str, state: str) -> None:
        """The message has come as far as that: sending, sent, delivered, read."""
        expect(self.message(text).locator(f".state.{state}")).to_be_visible()

    def has_sent(self, text: str) -> None:
        """The server has the message; whether others have it is not asked: they may, a moment later."""
        expect(self.message(text).locator(":is(.state.sent, .state.delivered, .state.read)")).to_be_visible()

    def until(self, expression: str) -> None:
        """Wait until something is so in the page. Playwright's own way is C{eval}, which the policy forbids."""
        wait_for(lambda: self.page.evaluate(expression), BROWSER_TIMEOUT / 1000)

    def menu_of(self, text: str) -> None:
        """Open a message's menu, by the bar at it. If something else comes meanwhile, the message moves away."""
        message = self.message(text)
        for _ in range(5):
            message.hover()
            with suppress(TimeoutError):
                message.get_by_role("button", name="Actions").click(timeout=BROWSER_TIMEOUT / 5)
                return
        raise AssertionError(f"{text} has no menu")

    def choose(self, text: str, action: str) -> None:
        """Do something with a message, by its menu."""
        self.menu_of(text)
        self.page.locator(".menu").get_by_role("button", name=action).click()
        if action in ("Edit", "Reply"):
            expect(self.page.get_by_label("Write a message")).to_be_focused()

    def expect_fault(self, text: str) -> None:
        """From now on, and up to now, a fault with this text is none."""
        self._expected = text
        self.faults = [fault for fault in self.faults if text not in fault]

    def _said(self, message: ConsoleMessage) -> None:
        if message.text == AWAY:
            return
        if message.type in ("error", "warning") and not (self._expected and self._expected in message.text):
            self.faults.append(f"{message.text} {message.location.get('url', '')}".strip())


class People:
    """The people of one test. All use the same daemon, each with cookies and pages of their own."""

    def __init__(self, browser: Browser, daemon: Daemon) -> None:
        self.url = daemon.url
        self._browser = browser
        self._daemon = daemon
        self._all: list[Person] = []
        self._wires: list[Wire] = []

    def person(self, name: str, **options: Any) -> Person:
        """@return: somebody whose browser shows the client."""
        person = Person(self._browser, name, **({"url": self._daemon.url} | options))
        self._all.append(person)
        return person

    def registered(self, *names: str) -> list[Person]:
        """@return: people who have just made their accounts. Names have to be new to the daemon."""
        people = [self.person(name, member=True) for name in names]
        for person in people:
            expect(person.page.get_by_role("heading", name="Chats")).to_be_visible()
        return people

    def ids(self, *people: Person) -> list[int]:
        """@return: their numbers."""
        with closing(sqlite3.connect(f"file:{self._daemon.directory}/state/hichat.db?mode=ro", uri=True)) as database:
            numbers = dict(database.execute("SELECT name, id FROM users"))
        return [numbers[person.name] for person in people]

    def metric(self, name: str) -> float:
        """@return: one of the daemon's metrics. Its name is that of the exposition without C{hichat_}."""
        with urlopen(f"{self._daemon.url}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return float(next(line.split()[-1] for line in lines if line.startswith(f"hichat_{name} ")))

    def indexed(self) -> None:
        """Wait until all that was said is found: what makes the index comes last when a machine is busy."""
        wait_for(lambda: self.metric("search_position") >= self.metric("position"))

    def wire(self, latency: float = 0.0) -> Wire:
        """@return: a way to the daemon that can be cut; see L{Wire}."""
        wire = Wire(self._daemon.port, latency)
        self._wires.append(wire)
        return wire

    def leave(self) -> None:
        """
        Close their pages, and then the wires: a page that is open would complain about a lost connection.

        @raise AssertionError: the console of a browser has errors or warnings.
        """
        for person in self._all:
            person.context.close()
        for wire in self._wires:
            wire.close()
        assert {person.name: person.faults for person in self._all if person.faults} == {}


@contextmanager
def made(**settings: str) -> Iterator[Daemon]:
    """
    A daemon that has a store and does not run yet. At the end it is killed, and its files are removed.

    @param settings: settings by the names of their variables, without C{HICHAT_}.
    """
    with TemporaryDirectory(prefix="hichat-web-", ignore_cleanup_errors=True) as directory:
        daemon = Daemon(Path(directory), REGISTER_LIMIT="off", **settings)
        daemon.prepare()
        try:
            yield daemon
        finally:
            daemon.kill()


@contextmanager
def talkative(users: int, messages: int, **settings: str) -> Iterator[Daemon]:
    """
    A daemon that runs, with users C{bench-1} and so on. The first two have said so many messages to each other, and
    have passwords.
    """
    with made(**settings) as daemon:
        among = ("--users", str(users), "--among", "2", "--messages", str(messages), "--conversations", "1")
        daemon.command("bench", "prepare", *among, "--tokens", str(daemon.directory / "tokens"))
        start(daemon)
        with daemon.administration() as administration:
            for number in (1, 2):
                administration.set_password(f"bench-{number}", PASSWORD)
        yield daemon


@contextmanager
def running(**settings: str) -> Iterator[Daemon]:
    """A daemon as L{made} gives it, which accepts connections."""
    with made(**settings) as daemon:
        start(daemon)
        yield daemon


def start(daemon: Daemon) -> None:
    """Start a daemon, and wait until it accepts connections."""
    daemon.fork()
    wait(daemon.accepts)
