"""The network goes, the daemon dies: nothing is lost, nothing is doubled."""

import re
import time
from collections import Counter

from playwright.sync_api import Route, expect

from tests.support.browser import People, Person, start, wait_for
from tests.support.daemon import Daemon


def quiet(*people: Person) -> None:
    """What the browser itself notes of a network that is away is no fault of the client."""
    for person in people:
        person.faults = [fault for fault in person.faults if "net::ERR" not in fault]


def test_offline_and_back(people: People) -> None:
    """What is written without a network waits, also over a reload; what was said meanwhile comes; all once."""
    wire = people.wire()
    ann = people.person("ann", url=wire.url)
    ann.register()
    (bob,) = people.registered("bob")
    one, two = people.ids(ann, bob)
    ann.go(f"chats/user-{two}")
    bob.go(f"chats/user-{one}")
    ann.write("before")
    bob.sees("before")
    wire.cut()
    expect(ann.page.get_by_text("No connection. Trying again…").first).to_be_visible()
    ann.write("said into the void")
    ann.state("said into the void", "sending")
    bob.write("are you there?")
    bob.state("are you there?", "sent")
    wire.mend()
    bob.sees("said into the void")
    ann.sees("are you there?")
    ann.state("said into the void", "read")
    ann.sees("said into the void")

    wire.cut()
    expect(ann.page.get_by_text("No connection. Trying again…").first).to_be_visible()
    ann.write("kept over a reload")
    ann.state("kept over a reload", "sending")
    wire.mend()
    ann.page.reload()
    bob.sees("kept over a reload")
    ann.sees("kept over a reload")
    expect(ann.page.locator(".message")).to_have_count(4)
    expect(bob.page.locator(".message")).to_have_count(4)
    quiet(ann)


def test_an_edit_without_a_network(people: People) -> None:
    """
    It was not done: the new text is there to be tried again. A conversation that has not come shows what is said in it,
    and opens when the network is back.
    """
    wire = people.wire()
    ida = people.person("ida", url=wire.url)
    ida.register()
    jan, kit = people.registered("jan", "kit")
    one, two, three = people.ids(ida, jan, kit)
    ida.go(f"chats/user-{two}")
    ida.write("one")
    ida.state("one", "delivered")
    wire.cut()
    trouble = ida.page.get_by_text("No connection. Trying again…").first
    expect(trouble).to_be_visible()
    ida.choose("one", "Edit")
    ida.write("two")
    area = ida.page.get_by_label("Write a message")
    expect(area).to_have_value("two")
    expect(ida.page.get_by_text("Editing")).to_be_visible()
    ida.go("chats/announcements")
    expect(ida.page.get_by_role("button", name="Try again")).to_be_visible()
    ida.go(f"chats/user-{three}")
    expect(ida.page.get_by_role("button", name="Try again")).to_be_visible()
    ida.write("waits for the line")
    ida.state("waits for the line", "sending")
    ida.go("chats/announcements")
    wire.mend()
    expect(ida.page.get_by_text("No messages yet.")).to_be_visible()
    # Pages come before the line is live, over which edits go.
    expect(trouble).to_have_count(0)
    ida.go(f"chats/user-{two}")
    expect(area).to_have_value("two")
    area.press("Enter")
    jan.go(f"chats/user-{one}")
    jan.sees("two")
    quiet(ida)


def test_what_does_not_come_is_asked_for_after_a_pause(people: People) -> None:
    """Somebody, a group and a list that the network keeps back: to draw them is no reason to ask without end."""
    pia, quin = people.registered("pia", "quin")
    _, two = people.ids(pia, quin)
    asked: Counter[str] = Counter()

    def refuse(route: Route) -> None:
        asked[route.request.url] += 1
        route.abort()

    kept_back = re.compile(r"/v2/(users/|blocks|groups/|me/sessions)")
    pia.page.route(kept_back, refuse)
    began = time.monotonic()
    for place in (f"chats/user-{two}", "groups/1", "settings/blocked", "settings/security", f"contacts/{two}"):
        pia.go(place)
        pia.page.wait_for_timeout(1000)
    wait_for(lambda: pia.page.evaluate("1") and len(asked) > 3)
    # Every five seconds; once more where it is shown, and where what is shown is new.
    assert max(asked.values()) < 4 + (time.monotonic() - began) / 5, asked
    pia.page.unroute(kept_back)
    expect(pia.page.get_by_role("heading", name="quin", level=2)).to_be_visible()
    quiet(pia)


def test_an_answer_that_is_lost(people: People) -> None:
    """The server has the message, but the browser does not know: it is sent again, and is there once."""
    wire = people.wire()
    gina = people.person("gina", url=wire.url)
    gina.register()
    (hal,) = people.registered("hal")
    one, two = people.ids(gina, hal)
    gina.go(f"chats/user-{two}")
    hal.go(f"chats/user-{one}")
    gina.write("first")
    gina.state("first", "read")
    wire.deaf = True
    gina.write("heard and not answered")
    hal.sees("heard and not answered")
    gina.state("heard and not answered", "sending")
    wire.cut()
    wire.mend()
    gina.state("heard and not answered", "read")
    gina.write("last")
    hal.sees("last")
    expected = ["first", "heard and not answered", "last"]
    for person in (gina, hal):
        expect(person.page.locator(".message .said")).to_have_text(expected)
    quiet(gina)


def test_the_daemon_is_killed_in_the_middle(people: People, daemon: Daemon) -> None:
    """A burst of messages, and the daemon is killed within it and started again: each comes once, in order."""
    cleo, dave = people.registered("cleo", "dave")
    one, two = people.ids(cleo, dave)
    cleo.go(f"chats/user-{two}")
    dave.go(f"chats/user-{one}")
    expect(dave.page.get_by_label("Write a message")).to_be_visible()
    for number in range(12):
        cleo.write(f"message {number:02}")
        if number == 5:
            daemon.kill()
    start(daemon)
    expected = [f"message {number:02}" for number in range(12)]
    for person in (dave, cleo):
        expect(person.page.locator(".message .said")).to_have_text(expected, timeout=20_000)
    cleo.state("message 11", "read")
    quiet(cleo, dave)


def test_two_tabs_while_the_daemon_is_killed(people: People, daemon: Daemon) -> None:
    """Both write before, during and after; each message comes once, and both tabs show the same."""
    mia, noah = people.registered("mia", "noah")
    one, two = people.ids(mia, noah)
    mia.go(f"chats/user-{two}")
    noah.go(f"chats/user-{one}")
    second = mia.tab()
    second.goto(f"{mia.url}/#/chats/user-{two}")
    expect(second.get_by_label("Write a message")).to_be_visible()
    for number in range(6):
        mia.write(f"one {number}")
        mia.write(f"two {number}", second)
        if number == 2:
            daemon.kill()
    start(daemon)
    expected = [f"{tab} {number}" for number in range(6) for tab in ("one", "two")]
    for page in (mia.page, second, noah.page):
        expect(page.locator(".message:not(.waiting) .said")).to_have_count(12)
        expect(page.locator(".message .said")).to_have_count(12)
        assert sorted(page.locator(".message .said").all_text_contents()) == sorted(expected)
    quiet(mia, noah)


def test_two_tabs_without_a_shared_worker(people: People) -> None:
    """Each has a hub, and both have the same outbox: whichever is connected sends what waits there, once."""
    wire = people.wire()
    kim = people.person("kim", url=wire.url, script="delete window.SharedWorker")
    kim.register()
    (lou,) = people.registered("lou")
    one, two = people.ids(kim, lou)
    lou.go(f"chats/user-{one}")
    kim.go(f"chats/user-{two}")
    kim.write("first")
    kim.state("first", "read")
    second = kim.tab()
    second.goto(f"{kim.url}/#/chats/user-{two}")
    expect(second.locator(".message", has_text="first")).to_be_visible()
    elsewhere = kim.page.get_by_text("HiChat is open in another window.").first
    expect(elsewhere).to_be_visible()
    # Nobody is connected, and both have it.
    wire.cut()
    expect(second.get_by_text("No connection. Trying again…").first).to_be_visible()
    kim.write("waits in both")
    kim.write("and so does this")
    kim.write("written here", second)
    expect(second.locator(".message", has_text="written here")).to_be_visible()
    wire.mend()
    said = ["first", "waits in both", "and so does this", "written here"]
    expect(lou.page.locator(".message")).to_have_count(4)
    expect(second.locator(".message")).to_have_count(4)
    kim.page.get_by_role("button", name="Use it here").first.click()
    expect(elsewhere).to_have_count(0)
    expect(kim.page.locator(".message.waiting")).to_have_count(0)
    kim.write("last")
    lou.sees("last")
    said.append("last")
    for page in (kim.page, lou.page):
        expect(page.locator(".message .said")).to_have_count(5)
        assert sorted(page.locator(".message .said").all_text_contents()) == sorted(said)
    quiet(kim)


def test_a_message_that_is_refused(people: People) -> None:
    """It says so and why, can be tried again once the reason is gone, or thrown away."""
    eve, finn = people.registered("eve", "finn")
    one, two = people.ids(eve, finn)
    finn.go(f"contacts/{one}")
    finn.page.get_by_role("button", name="Block").click()
    finn.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    expect(finn.page.get_by_role("button", name="Unblock")).to_be_visible()
    eve.go(f"chats/user-{two}")
    eve.write("let me in")
    eve.write("never mind")
    for text in ("let me in", "never mind"):
        expect(eve.message(text).get_by_role("alert")).to_be_visible()
    eve.message("never mind").get_by_role("button", name="Discard").click()
    expect(eve.message("never mind")).to_have_count(0)
    finn.page.get_by_role("button", name="Unblock").click()
    expect(finn.page.get_by_role("button", name="Block", exact=True)).to_be_visible()
    eve.message("let me in").get_by_role("button", name="Try again").click()
    eve.state("let me in", "delivered")
    finn.go(f"chats/user-{one}")
    finn.sees("let me in")
