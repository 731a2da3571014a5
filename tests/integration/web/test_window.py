"""A conversation with ten thousand messages, and hundreds of conversations."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.support.browser import BROWSER_TIMEOUT, People, Person, talkative, wait_for
from tests.support.daemon import Daemon

COUNT = 10_000
PEOPLE = 405
SERVICE = "/service-worker.js"
PIN_THE_OLDEST = """
    async (token) => {
        const ask = (method, path) =>
            fetch(`/v2/conversations/user-1/${path}`, { method, headers: { Authorization: `Bearer ${token}` } });
        const { items } = await (await ask("GET", "messages?after=0&limit=1")).json();
        await ask("PUT", `pins/${items[0].id}`);
        return items[0].id;
    }
"""


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """A daemon with many users, of whom the first two have said much to each other."""
    with talkative(PEOPLE, COUNT) as daemon:
        yield daemon


def test_many_conversations(people: People, daemon: Daemon) -> None:
    """The list begins with the newest; the others come when one scrolls there, or looks for one."""
    busy = people.person("bench-1")
    busy.log_in()
    others = range(3, PEOPLE + 1)
    busy.say_much(1, daemon.issue("bench-1"), [{"TargetId": other, "Content": "hi"} for other in others])
    pane = busy.page.locator(".list-pane")
    rows = pane.locator(".row")

    def are_listed(count: int) -> None:
        """There are so many, of which few are in the page."""
        expect(rows.first).to_have_attribute("aria-setsize", str(count))
        assert rows.count() < 100

    def to_the_end() -> None:
        pane.evaluate("element => { element.scrollTop = element.scrollHeight; }")

    are_listed(PEOPLE)
    asked = visit(busy)
    oldest = busy.page.locator(".list-pane .row-title", has_text="bench-2").filter(has_text=re.compile("bench-2$"))
    are_listed(300)
    expect(oldest).to_have_count(0)
    asks_for_little(busy, asked)
    # Whose last message is one's own has been read.
    expect(busy.page.locator(".list-pane .badge")).to_have_count(0)
    to_the_end()
    are_listed(400)
    to_the_end()
    are_listed(PEOPLE)
    to_the_end()
    expect(oldest).to_be_in_viewport()
    expect(rows.last).to_have_attribute("aria-posinset", str(PEOPLE))
    # Nothing moves when what is above is drawn again.
    pane.evaluate("element => { element.scrollTop = 8000; }")
    expect(rows.first).to_have_attribute("aria-posinset", re.compile(r"1\d1"))
    first = str(rows.first.get_attribute("aria-posinset"))
    seen = pane.locator("[aria-posinset='140']")
    title, at = seen.locator(".row-title").text_content(), seen.bounding_box()
    pane.evaluate("element => { element.scrollTop += 1000; }")
    expect(rows.first).not_to_have_attribute("aria-posinset", first)
    pane.evaluate("element => { element.scrollTop -= 1000; }")
    expect(rows.first).to_have_attribute("aria-posinset", first)
    expect(seen.locator(".row-title")).to_have_text(title or "")
    assert seen.bounding_box() == at
    busy.page.reload()
    are_listed(300)
    busy.page.get_by_label("Search").fill("BENCH-2")
    expect(oldest).to_be_visible()
    busy.page.get_by_label("Search").fill("bench-40")
    expect(rows).to_have_count(7)
    # A row that was in the long list, too, is one of seven now.
    expect(pane.locator("[aria-setsize='7']")).to_have_count(7)


def test_a_first_visit(people: People) -> None:
    """It asks for few things, and for none twice but the list: over a slow network each takes a while."""
    (guest,) = people.registered("guest")
    asked = visit(guest)
    expect(guest.page.locator(".list-pane .row-title", has_text="Announcements")).to_be_visible()
    asks_for_little(guest, asked)


def visit(person: Person) -> list[str]:
    """Come anew. @return: the paths that the page asks for from now on."""
    asked: list[str] = []
    person.page.goto("about:blank")
    person.context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    person.page.goto(person.url)
    return asked


def asks_for_little(person: Person, asked: list[str]) -> None:
    """A page that has just come does. @param asked: see L{visit}."""

    def begun() -> bool:
        """While the page is asked for something, its events are heard."""
        person.page.evaluate("true")
        return "/v2/contacts" in asked and any(path.endswith("/rare.js") for path in asked)

    # The last of what a tab begins with, and what comes behind it.
    wait_for(begun, BROWSER_TIMEOUT / 1000)
    # Three seconds later comes the service worker, with the same files for a time without a network.
    first = [path for path in asked[: ([*asked, SERVICE]).index(SERVICE)] if path != "/v2/mentions"]
    # The hub, a worker, asks for two more: its session, and the WebSocket.
    assert len(first) + 2 <= 14, first
    twice = {path for path in first if first.count(path) > 1}
    assert twice <= {"/v2/conversations"}


def test_ten_thousand_messages(people: People, daemon: Daemon) -> None:
    """Only a window of them is in the page, however far one scrolls, and what is seen stays where it is."""
    reader = people.person("bench-1")
    reader.log_in()
    reader.go("chats/user-2")
    messages = reader.page.locator(".message")
    expect(messages.last).to_be_visible()
    scroller = reader.page.locator(".messages")
    newest = str(messages.last.get_attribute("data-id"))
    most = 0
    for _ in range(12):
        first = str(messages.first.get_attribute("data-id"))
        scroller.evaluate("element => { element.scrollTop = 300; }")
        reader.until(f"Number(document.querySelector('.message').dataset.id) < {first}")
        # What was the first one is still there, near the top: nothing has jumped.
        at = reader.page.locator(f'[data-id="{first}"]').bounding_box()
        assert at is not None
        assert abs(at["y"]) < 1000
        most = max(most, messages.count())
    assert most <= 200
    expect(reader.page.locator(f'[data-id="{newest}"]')).to_have_count(0)

    # The processor's time of the page, in seconds: what else the machine does is not in it.
    session = reader.context.new_cdp_session(reader.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    longest = 0.0
    for _ in range(20):
        begun = spent()
        scroller.evaluate(
            """(element) => {
                element.scrollTop += 400;
                return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
            }"""
        )
        longest = max(longest, spent() - begun)
    assert 0 < longest < 0.5

    reader.page.get_by_role("button", name="To the newest messages").click()
    expect(reader.page.locator(f'[data-id="{newest}"]')).to_be_in_viewport()
    other = people.person("bench-2")
    other.log_in()
    other.go("chats/user-1")
    other.write("after all that")
    reader.sees("after all that")
    expect(reader.message("after all that")).to_be_in_viewport()

    # A pinned message is shown and found, however far it is from what is loaded.
    oldest = other.page.evaluate(PIN_THE_OLDEST, daemon.issue("bench-2"))
    for again in (False, True):
        if again:
            reader.page.reload()
        pinned = reader.page.get_by_role("group", name="Pinned message")
        expect(reader.message("after all that")).to_be_in_viewport()
        expect(reader.page.locator(f'[data-id="{oldest}"]')).to_have_count(0)
        pinned.get_by_role("button").first.click()
        expect(reader.page.locator(f'[data-id="{oldest}"]')).to_be_in_viewport()
