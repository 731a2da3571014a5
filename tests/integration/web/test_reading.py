"""Reading: what is read stays in place, whoever is at the end stays there, and the first unread message is found."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.proof import NETWORKS_AND_VIEWS, ROUNDS_OF_PICTURES
from tests.support.browser import DESKTOP, PHONE, People, Person, talkative, wait_for
from tests.support.daemon import Daemon
from tests.support.pictures import picture

COUNT = 400
"""Messages that the first two users have said to each other."""

UNREAD = 450

BELOW = """() => {
    const scroller = document.querySelector(".messages");
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
}"""

# Whether the view stands at the beginning of what is drawn, and nothing there says why.
STANDS_BEFORE_NOTHING = """() => {
    const scroller = document.querySelector(".messages");
    return scroller.scrollTop === 0 && !scroller.querySelector(".spinner") && !scroller.querySelector(".beginning");
}"""

# Where a message is in the view, and whether all pictures that are drawn have come.
PLACE = """([id]) => {
    const pictures = [...document.querySelectorAll(".message .picture")];
    const near = ({ top, bottom }) => bottom > -1000 && top < innerHeight + 1000;
    const isMissing = (each) => near(each.getBoundingClientRect()) && !each.querySelector("img")?.naturalWidth;
    const missing = pictures.filter(isMissing);
    return { missing: missing.length, top: document.querySelector(`[data-id="${id}"]`)?.getBoundingClientRect().top };
}"""


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """A daemon with two users who have said much to each other."""
    with talkative(2, COUNT, REGISTRATION="open") as daemon:
        yield daemon


class Sayer:
    """
    Somebody who says much at once, over a connection of v1.

    @param person: at whose browser the connection is opened.
    """

    def __init__(self, daemon: Daemon, people: People, person: Person) -> None:
        self._daemon = daemon
        self._person = person
        (self.id,) = people.ids(person)

    def say(self, target: int, texts: list[str], **more: Any) -> None:
        """Say these texts to a user."""
        frames = [{"TargetId": target, "Content": text} | more for text in texts]
        self._person.say_much(self.id, self._daemon.issue(self._person.name), frames)


def is_at_end(person: Person) -> None:
    """The view is at the end, and stays there."""
    person.until(f"({BELOW})() < 2")
    for _ in range(5):
        person.page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)))")
    assert person.page.evaluate(BELOW) < 2


def top(message: Locator) -> float:
    box = message.bounding_box()
    assert box is not None
    return box["y"]


def place_without_gaps(person: Person, id: str) -> float:
    """@return: where a message is in the view, as soon as all pictures near the view have come."""
    wait_for(lambda: person.page.evaluate(PLACE, [id])["missing"] == 0)
    return float(person.page.evaluate(PLACE, [id])["top"])


def pair(people: People, one: str, two: str, latency: float = 0.0, **options: Any) -> tuple[Person, Person]:
    """@return: two people in their conversation; the first is behind a slow wire."""
    first = people.person(one, url=people.wire(latency).url, member=True, **options)
    second = people.person(two, member=True)
    a, b = people.ids(first, second)
    first.go(f"chats/user-{b}")
    second.go(f"chats/user-{a}")
    first.write("the beginning")
    second.sees("the beginning")
    first.state("the beginning", "read")
    return first, second


def scroll_up(person: Person, by_finger: bool) -> None:
    """As fast as people do: some screens at once."""
    if by_finger:
        session = person.context.new_cdp_session(person.page)
        touches: list[tuple[str, list[dict[str, int]]]] = [("touchStart", [{"x": 150, "y": 150}])]
        touches += [("touchMove", [{"x": 150, "y": y}]) for y in range(250, 600, 100)]
        for kind, points in [*touches, ("touchEnd", [])]:
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        session.detach()
        return
    person.page.mouse.move(700, 400)
    for _ in range(4):
        person.page.mouse.wheel(0, -2500)
    person.page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))")


@pytest.mark.parametrize(("latency", "phone"), NETWORKS_AND_VIEWS)
def test_history_to_its_beginning(people: People, latency: float, phone: bool) -> None:
    """However fast one scrolls up, the beginning comes; before it comes, something says that there is more."""
    options: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {}
    reader = people.person("bench-1", url=people.wire(latency).url, **options)
    reader.log_in()
    reader.go("chats/user-2")
    expect(reader.page.locator(".message").last).to_be_visible()
    beginning = reader.page.locator(".beginning", has_text="This is the beginning.")

    def arrived() -> bool:
        scroll_up(reader, phone)
        assert not reader.page.evaluate(STANDS_BEFORE_NOTHING)
        box = beginning.bounding_box() if beginning.count() else None
        return box is not None and box["y"] > 0

    wait_for(arrived, 40)
    expect(beginning).to_be_in_viewport()
    first = reader.page.locator(".message").first
    expect(first).to_contain_text("message 1")


def test_history_after_a_failure(people: People) -> None:
    """What did not come is asked for again when the connection is back. Nobody has to scroll for it."""
    wire = people.wire()
    reader = people.person("bench-1", url=wire.url)
    reader.log_in()
    reader.go("chats/user-2")
    expect(reader.page.locator(".message").last).to_be_visible()
    reader.expect_fault("net::ERR")
    wire.cut()
    expect(reader.page.get_by_text("No connection. Trying again…").first).to_be_visible()
    scroller = reader.page.locator(".messages")

    def at_the_top() -> bool:
        scroller.evaluate("element => { element.scrollTop = 0; }")
        return bool(reader.page.evaluate("document.querySelector('.messages .spinner')?.checkVisibility() ?? false"))

    wait_for(at_the_top)
    first = str(reader.page.locator(".message").first.get_attribute("data-id"))
    wire.mend()
    reader.until(f"Number(document.querySelector('.message').dataset.id) < {first}")


@pytest.mark.parametrize("view", [PHONE, DESKTOP][: len(NETWORKS_AND_VIEWS)], ids=lambda view: f"{view['width']} wide")
def test_who_is_at_the_end_stays_there(people: People, daemon: Daemon, view: Any) -> None:
    """Whatever grows: long messages of one's own, pictures, many messages at once, reactions, a draft of many lines."""
    size = view["width"]
    ann, bob = pair(people, f"ann{size}", f"bob{size}", 0.15, viewport=view)
    for text in ("one", "two", "three"):
        ann.write("\n".join([text] * 9))
        is_at_end(ann)
    assert ann.page.evaluate("document.querySelector('.messages').scrollTop") > 0
    for width, height in ((30, 400), (900, 600)):
        file: FilePayload = {"name": "p.png", "mimeType": "image/png", "buffer": picture(width, height)}
        ann.page.locator("input[type=file]").set_input_files(file)
        ann.page.get_by_label("Caption (optional)").fill(f"{width} wide")
        ann.page.get_by_role("button", name="Send", exact=True).last.click()
        is_at_end(ann)
        ann.state(f"{width} wide", "read")
        ann.until("[...document.querySelectorAll('.message img')].at(-1)?.naturalWidth > 0")
        is_at_end(ann)
        is_at_end(bob)
    sayer = Sayer(daemon, people, bob)
    (id,) = people.ids(ann)
    sayer.say(id, [f"burst {number} " + "word " * (number % 30) for number in range(40)])
    ann.sees("burst 39")
    is_at_end(ann)
    bob.choose("burst 39", "👍")
    expect(ann.page.locator(".reactions")).to_have_count(1)
    is_at_end(ann)

    ann.page.get_by_label("Write a message").fill("\n".join(["draft", *"bcde"]))
    is_at_end(ann)
    bob.write("are you there?")
    expect(ann.message("are you there?")).to_be_in_viewport(ratio=1)
    is_at_end(ann)
    bob.state("are you there?", "read")
    ann.page.get_by_label("Write a message").press_sequentially("\nx\ny")
    is_at_end(ann)
    ann.page.get_by_role("button", name="Send", exact=True).click()
    ann.sees("draft")
    is_at_end(ann)


def test_what_is_read_stays_in_place(people: People, daemon: Daemon) -> None:
    """Who has scrolled up stays there, whatever comes below or is written; to send something leads to the end."""
    eve, fay = pair(people, "eve", "fay", 0.15)
    (id,) = people.ids(eve)
    sayer = Sayer(daemon, people, fay)
    sayer.say(id, [f"line {number}." for number in range(60)])
    eve.sees("line 59.")
    eve.page.locator(".messages").evaluate("element => { element.scrollTop -= 900; }")
    expect(eve.page.get_by_role("button", name="To the newest messages")).to_be_visible()
    read = eve.page.locator(".message", has_text="line 40.")
    before = top(read)
    sayer.say(id, ["below " * 30] * 5)
    expect(eve.page.get_by_role("button", name="5 new")).to_be_visible()
    eve.page.get_by_label("Write a message").fill("\n".join(["draft", *"bcde"]))
    assert abs(top(read) - before) < 2
    fay.state("line 59.", "read")
    expect(fay.message("below").last.locator(".state.read")).to_have_count(0)
    eve.page.keyboard.press("Enter")
    expect(eve.message("draft")).to_be_in_viewport(ratio=1)
    is_at_end(eve)


@pytest.mark.parametrize(("latency", "phone"), NETWORKS_AND_VIEWS)
def test_the_first_unread(people: People, daemon: Daemon, latency: float, phone: bool) -> None:
    """A conversation opens there, each time. Read is what was in view; a button leads to the end."""
    view = PHONE if phone else DESKTOP
    name = f"{view['width']}x{latency * 100:.0f}"
    gil, hal = pair(people, f"gil{name}", f"hal{name}", latency, viewport=view)
    id, other = people.ids(gil, hal)
    gil.go("chats")
    sayer = Sayer(daemon, people, hal)
    sayer.say(id, [f"line {number}." for number in range(1, UNREAD + 1)])
    hal.sees(f"line {UNREAD}.")
    gil.page.reload()
    row = gil.page.locator(".list-pane .row", has_text=f"hal{name}")
    expect(row.locator(".badge")).to_contain_text("99+")
    gil.go(f"chats/user-{other}")
    divider = gil.page.locator(".day.new")
    expect(divider).to_be_in_viewport()
    expect(gil.message("line 1.")).to_be_in_viewport()
    expect(gil.page.get_by_role("button", name=re.compile(r"^4\d\d new"))).to_be_visible()
    # Of what was said then, only what is in view is read.
    expect(hal.message(f"line {UNREAD}.").locator(".state.read")).to_have_count(0)

    gil.page.mouse.move(view["width"] - 200, 400)
    last = gil.page.locator(".message", has_text="line 40.")

    def down() -> bool:
        gil.page.mouse.wheel(0, 300)
        gil.page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)))")
        box = last.bounding_box()
        return box is not None and box["y"] < view["height"] / 2

    wait_for(down, 30)
    gil.go("chats")
    gil.go(f"chats/user-{other}")
    expect(divider).to_be_in_viewport()
    after = divider.locator("xpath=following-sibling::article[1]")
    number = int(str(after.inner_text()).split("line ")[1].split(".")[0])
    assert 40 < number < 80
    gil.page.get_by_role("button", name=re.compile(r"^[34]\d\d new")).click()
    expect(gil.message(f"line {UNREAD}.")).to_be_in_viewport(ratio=1)
    is_at_end(gil)
    expect(row.locator(".badge")).to_have_count(0)
    hal.state(f"line {UNREAD}.", "read")


def test_messages_while_one_looks_elsewhere(people: People, daemon: Daemon) -> None:
    """A conversation that was opened before opens at the first unread as well."""
    ian, jim = pair(people, "ian", "jim", 0.15)
    id, other = people.ids(ian, jim)
    ian.go("chats/announcements")
    Sayer(daemon, people, jim).say(id, [f"line {number}." for number in range(1, 61)])
    row = ian.page.locator(".list-pane .row", has_text="jim")
    expect(row.locator(".badge")).to_contain_text("60")
    ian.go(f"chats/user-{other}")
    expect(ian.page.locator(".day.new")).to_be_in_viewport()
    expect(ian.message("line 1.")).to_be_in_viewport()
    expect(ian.message("line 60.")).not_to_be_in_viewport()


def test_pictures_push_nothing_away(people: People, daemon: Daemon) -> None:
    """While they come, what is read stays in its place. Those of v1, whose size nobody knows, too."""
    kim, lea = pair(people, "kim", "lea", 0.3)
    (id,) = people.ids(kim)
    sayer = Sayer(daemon, people, lea)
    stored = lea.page.evaluate(
        """async ([data, token, id]) => {
            const form = new FormData();
            form.append("file", new File([Uint8Array.from(data)], "p.png", { type: "image/png" }));
            const headers = { Authorization: `Bearer ${token}` };
            const answer = await fetch(`/v1/upload/image?userId=${id}`, { method: "POST", body: form, headers });
            return (await answer.json()).Data;
        }""",
        [list(picture(300, 290)), daemon.issue("lea"), sayer.id],
    )
    kim.go("chats")
    sizes = [(200, 300), (600, 400), (100, 500)]
    for round in range(ROUNDS_OF_PICTURES):
        for width, height in sizes:
            file: FilePayload = {"name": "p.png", "mimeType": "image/png", "buffer": picture(width, height)}
            lea.page.locator("input[type=file]").set_input_files(file)
            lea.page.get_by_role("button", name="Send", exact=True).last.click()
            lea.write(f"after {round} {width}")
            lea.state(f"after {round} {width}", "delivered")
        sayer.say(id, [f"text {round} {number}" for number in range(8)])
        sayer.say(id, [""], Media=4, Url=stored)
        sayer.say(id, [f"more {round} {number}" for number in range(8)])
    lea.sees(f"more {ROUNDS_OF_PICTURES - 1} 7")
    kim.page.reload()
    kim.go(f"chats/user-{sayer.id}")
    kim.page.get_by_role("button", name="To the newest messages").click()
    kim.sees(f"more {ROUNDS_OF_PICTURES - 1} 7")
    is_at_end(kim)
    scroller = kim.page.locator(".messages")
    for _ in range(6):
        scroller.evaluate("element => { element.scrollTop -= 900; }")
        kim.page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))")
        read = kim.page.evaluate(
            """() => {
                const top = document.querySelector(".messages").getBoundingClientRect().top;
                const topOf = (each) => each.getBoundingClientRect().top;
                const found = [...document.querySelectorAll(".message")].find((each) => topOf(each) >= top);
                return [found.dataset.id, topOf(found)];
            }"""
        )
        assert abs(place_without_gaps(kim, read[0]) - read[1]) < 2
    # The room of those whose size is known is there before they are.
    reserved = kim.page.locator(".message .picture img[width]")
    assert reserved.count() > 0


def test_the_next_mention(people: People, daemon: Daemon) -> None:
    """A button leads to each message that names one and that was not seen. It reads nothing in between."""
    wire = people.wire(0.15)
    mia = people.person("mia", url=wire.url, member=True)
    (ned,) = people.registered("ned")
    ned.page.get_by_role("link", name="Groups").click()
    ned.page.get_by_role("link", name="New group").first.click()
    ned.page.get_by_label("Group name").fill("Walkers")
    ned.page.get_by_role("button", name="Create group").click()
    expect(ned.page.get_by_label("Write a message")).to_be_visible()
    group = ned.page.evaluate("location.hash").rsplit("-", 1)[1]
    mia.go(f"groups/{group}")
    mia.page.get_by_role("button", name="Join").click()
    expect(mia.page.get_by_label("Write a message")).to_be_visible()
    ned.go(f"chats/group-{group}")
    mia.go(f"chats/group-{group}")
    ned.write("welcome")
    mia.sees("welcome")
    mia.go("chats")
    sayer = Sayer(daemon, people, ned)

    def say(texts: list[str]) -> None:
        sayer.say(int(group), texts, Type=2)

    say([f"line {number}." for number in range(1, 101)])
    ned.write("@mia the first")
    ned.sees("@mia the first")
    say([f"line {number}." for number in range(101, 201)])
    ned.write("@mia the second")
    ned.sees("@mia the second")
    say([f"line {number}." for number in range(201, 251)])
    ned.sees("line 250.")
    mia.page.reload()
    mia.go(f"chats/group-{group}")
    expect(mia.message("line 1.")).to_be_in_viewport()
    button = mia.page.get_by_role("button", name="To the next mention of you")
    expect(button).to_contain_text("2")
    button.click()
    expect(mia.message("@mia the first")).to_be_in_viewport()
    expect(button).to_contain_text("1")
    button.click()
    expect(mia.message("@mia the second")).to_be_in_viewport()
    expect(button).to_have_count(0)
    mia.go("chats")
    mia.go(f"chats/group-{group}")
    expect(mia.page.locator(".day.new")).to_be_in_viewport()
    expect(mia.message("line 250.")).to_have_count(0)
