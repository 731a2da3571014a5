"""
How soon the web client is usable, and how long a key takes::

    python -m tests.bench.web_client

The client runs in Debian's Chromium, against a daemon with many conversations. These are not tests: the figures depend
on the machine. First come the milliseconds that a key in the composer takes, until the page is drawn again; also while
there is a preview of what is formatted. Then come,
for each of L{NETWORKS}, the medians of L{ROUNDS} first visits: seconds until the list of conversations is there, and
the requests and the bytes on the wire until all has come that a page begins with.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import ARGUMENTS, PASSWORD, Person, chromium, talkative
from tests.support.daemon import Daemon

WATCH = """new MutationObserver((_, observer) => {
    if (!document.querySelector('.list-pane .row')) return;
    window.listed = performance.now();
    observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""
"""Notes when the list has a row: what asks from outside looks only each half of a second."""
CONVERSATIONS = 300
HUB = 2
"""Requests of the client's hub, a worker, which the browser tells nobody of: its session, and the WebSocket."""
ROUNDS = 5
KEYS = 40
FORMATTED = "**bold**, `code` and a [link](https://a.example/)\n- an item\n" * 6


@dataclass(frozen=True)
class Network:
    """@ivar latency: seconds that a packet and its answer take. @ivar rate: bytes a second, each way."""

    name: str
    latency: float
    rate: float


NETWORKS = (Network("150 ms, 1.6 Mbit/s", 0.150, 200_000), Network("400 ms, 400 kbit/s", 0.400, 50_000))


class SlowWay:
    """
    A TCP proxy with the latency and the rate of a network. All connections share the rate, as those of a browser share
    a radio link. A new connection takes one round trip more, as TCP's handshake does.

    @ivar carried: bytes from the daemon to the browser.
    """

    def __init__(self, network: Network, target: int) -> None:
        self._network = network
        self._target = target
        self._free = {True: 0.0, False: 0.0}  # when the link is free, by direction
        self.carried = 0
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        made = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._accept, "127.0.0.1", 0), self._loop)
        self._server = made.result()
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._network.latency)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        with suppress(OSError):
            await asyncio.gather(self._pass(reader, far_writer, False), self._pass(far_reader, writer, True))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, down: bool) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sender = asyncio.create_task(self._send(waiting, writer))
        # As many bytes at once as a few packets: what others send meanwhile gets its share.
        while data := await reader.read(4 * 1460):
            begun = max(self._free[down], self._loop.time())
            self._free[down] = begun + len(data) / self._network.rate
            self.carried += len(data) if down else 0
            waiting.put_nowait((self._free[down] + self._network.latency / 2, data))
            await asyncio.sleep(max(0, self._free[down] - self._loop.time()))
        waiting.put_nowait((self._loop.time(), b""))
        await sender

    async def _send(self, waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        while True:
            at, data = await waiting.get()
            await asyncio.sleep(max(0, at - self._loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def first_visit(browser: Browser, daemon: Daemon, way: SlowWay) -> tuple[float, int, int]:
    """@return: seconds until the list is there, requests, bytes."""
    context = browser.new_context(locale="en-US")
    # Cookies know no ports: whoever has logged in at the daemon's own is logged in at the slow one.
    given = {"name": "bench-1", "password": PASSWORD, "label": "bench"}
    assert context.request.post(f"{daemon.url}/session", data=given).ok
    page = context.new_page()
    page.add_init_script(WATCH)
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    before = way.carried
    page.goto(way.url, wait_until="commit")
    page.locator(".list-pane .row").first.wait_for(timeout=60_000)
    seconds = page.evaluate("window.listed / 1000")
    page.locator(".messages-empty, .empty").first.wait_for()
    # The last script, for screens that somebody may open.
    while not any(url.endswith("/rare.js") for url in requests):
        page.wait_for_timeout(100)
    page.wait_for_timeout(1000)
    found = seconds, len(requests) + HUB, way.carried - before
    context.close()
    return found


def key_times(page: Page) -> list[float]:
    """@return: milliseconds that each key takes, until the page is drawn."""
    found: list[float] = page.evaluate(
        """async (count) => {
            const area = document.querySelector('.composer textarea');
            const times = [];
            for (let number = 0; number < count; number++) {
                const begun = performance.now();
                area.value += 'a';
                area.dispatchEvent(new InputEvent('input', { bubbles: true }));
                // The client draws in a timer that is due at once.
                await new Promise((resolve) => setTimeout(() => setTimeout(resolve)));
                document.body.offsetHeight;
                times.push(performance.now() - begun);
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
            return times;
        }""",
        KEYS,
    )
    return found


def main() -> None:
    """Measure, and print."""
    path = chromium()
    if path is None:
        sys.exit("Chromium is not installed: apt-get install chromium-headless-shell")
    with (
        talkative(CONVERSATIONS + 1, 200) as daemon,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=ARGUMENTS) as browser,
    ):
        person = Person(browser, "bench-1", daemon.url)
        person.log_in()
        others = range(3, CONVERSATIONS + 2)
        person.say_much(1, daemon.issue("bench-1"), [{"TargetId": other, "Content": "hi"} for other in others])
        person.page.locator(f".list-pane [aria-setsize='{CONVERSATIONS + 1}']").first.wait_for()
        person.go("chats/user-2")
        person.page.locator(".composer textarea").wait_for()
        for slower in (1, 4):
            session = person.context.new_cdp_session(person.page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
            for draft in ("", FORMATTED):
                person.page.locator(".composer textarea").fill(draft)
                person.page.locator(".draft-preview").wait_for(state="attached" if draft else "detached")
                times = key_times(person.page)
                what = f"a key{', formatted' if draft else ''}, processor {slower} x slower"
                tell(f"{what}: {statistics.median(times):.1f} ms, at most {max(times):.1f}")
        for network in NETWORKS:
            visits = [first_visit(browser, daemon, SlowWay(network, daemon.port)) for _ in range(ROUNDS)]
            seconds, requests, size = (statistics.median(each) for each in zip(*visits, strict=True))
            tell(f"first visit, {network.name}: {seconds:.1f} s, {requests:.0f} requests, {size / 1000:.0f} KB")
        person.context.close()


if __name__ == "__main__":
    main()
