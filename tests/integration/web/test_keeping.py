"""Messages that are forwarded, pinned, saved and linked to; the bar at a message, and the emoji picker."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import PHONE, People, Person, wait_for
from tests.support.daemon import Daemon

BELOW_PINS = """() => {
    const notice = document.querySelector(".toast")?.getBoundingClientRect();
    return notice && notice.top > document.querySelector(".pins").getBoundingClientRect().bottom;
}"""
"""Whether a notice stands below the bar of pinned messages; null: there is no notice at this moment."""

FLASHES = """
    window.flashed = [];
    new MutationObserver(() => {
        for (const each of document.querySelectorAll(".message.flash")) flashed.push(each.innerText);
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
"""
"""Notes which messages flash: they do so for two seconds."""


def leads_to(person: Person, text: str) -> None:
    """The message with this text is in view, and has flashed since this was asked last."""
    expect(person.message(text)).to_be_in_viewport()
    person.until(f"flashed.some((each) => each.includes('{text}'))")
    person.page.evaluate("flashed.length = 0")


@pytest.fixture(scope="module")
def three(browser: Browser, daemon: Daemon) -> Iterator[tuple[People, list[Person]]]:
    """Three people for all tests of the module."""
    people = People(browser, daemon)
    persons = [people.person(name, script=FLASHES, member=True) for name in ("ann", "bob", "cat")]
    for person in persons:
        expect(person.page.get_by_role("heading", name="Chats")).to_be_visible()
    yield people, persons
    people.leave()


@pytest.fixture
def trio(three: tuple[People, list[Person]]) -> Iterator[tuple[Person, Person, Person]]:
    """The same. Their browsers must not complain."""
    _, (ann, bob, cat) = three
    yield ann, bob, cat
    for person in (ann, bob, cat):
        assert person.faults == []


def place(three: tuple[People, list[Person]], person: Person) -> str:
    """@return: the conversation with a person."""
    return f"chats/user-{three[0].ids(person)[0]}"


def test_forward(three: tuple[People, list[Person]], trio: tuple[Person, Person, Person]) -> None:
    """
    Eli sends Ann's text on to Cat, whose chat is in the archive, with a comment. Without a network both wait, and are
    sent once. The key that edits one's last text leaves the forwarded one.
    """
    ann, _, cat = trio
    people, _ = three
    wire = people.wire()
    eli = people.person("eli", url=wire.url, member=True)
    expect(eli.page.get_by_role("heading", name="Chats")).to_be_visible()
    eli.go(place(three, cat))
    eli.write("hello Cat")
    cat.go(place(three, eli), "hello Cat")
    eli.page.locator(".chat-head").get_by_role("button", name="More about cat").click()
    eli.page.locator(".menu").get_by_role("button", name="Archive").click()
    expect(eli.page.locator(".list-pane .row", has_text="cat")).to_have_count(0)
    expect(eli.page.get_by_text("The archive is in the menu of the list.")).to_be_visible()
    ann.go(place(three, eli))
    ann.write("the plan")
    eli.go(place(three, ann), "the plan")

    # What forwards has come with the other dialogs.
    eli.choose("the plan", "Forward")
    expect(eli.page.get_by_role("dialog", name="Forward")).to_be_visible()
    # Bob is nobody to whom Eli has written yet.
    eli.page.get_by_role("dialog").get_by_role("searchbox").fill("bob")
    expect(eli.page.get_by_role("dialog").get_by_role("checkbox", name="bob")).to_be_visible()
    eli.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    eli.expect_fault("net::ERR")
    wire.cut()
    expect(eli.page.get_by_text("No connection")).to_be_visible()
    eli.choose("the plan", "Forward")
    dialog = eli.page.get_by_role("dialog", name="Forward")
    send = dialog.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_disabled()
    dialog.get_by_role("searchbox").fill("CAT")
    dialog.get_by_role("checkbox", name="cat").check()
    dialog.get_by_label("Comment (optional)").fill("what do you think?")
    send.click()
    eli.go(place(three, cat))
    waiting = eli.page.locator(".message.waiting")
    expect(waiting).to_have_count(2)
    expect(waiting.first).to_contain_text("the plan")
    wire.mend()
    for person in (eli, cat):
        expect(person.page.locator(".message .said")).to_have_text(["hello Cat", "the plan", "what do you think?"])
        expect(person.message("the plan").locator(".forwarded")).to_have_text("Forwarded from ann")
    expect(waiting).to_have_count(0)
    eli.menu_of("the plan")
    expect(eli.page.locator(".menu").get_by_role("button", name="Forward")).to_be_visible()
    expect(eli.page.locator(".menu").get_by_role("button", name="Edit")).to_have_count(0)
    eli.page.keyboard.press("Escape")
    eli.choose("what do you think?", "Recall")
    eli.page.get_by_role("dialog").get_by_role("button", name="Recall").click()
    expect(eli.page.locator(".message.recalled")).to_have_count(1)
    eli.page.get_by_label("Write a message").press("ArrowUp")
    expect(eli.page.get_by_label("Write a message")).to_have_value("hello Cat")
    eli.page.keyboard.press("Escape")


def test_pins(three: tuple[People, list[Person]], trio: tuple[Person, Person, Person]) -> None:
    """Both see what is pinned, as it is now, jump to it and come back; who pinned it stands between messages."""
    ann, bob, _ = trio
    ann.go(place(three, bob))
    bob.go(place(three, ann))
    ann.write("pin me")
    for number in range(30):
        ann.write(f"line {number}")
    bob.sees("line 29")
    bar = [person.page.get_by_role("group", name=re.compile("[Pp]inned")) for person in (ann, bob)]
    ann.choose("pin me", "Pin message")
    for each, person in zip(bar, (ann, bob), strict=True):
        expect(each).to_contain_text("ann: pin me")
        expect(person.page.locator(".change", has_text="ann pinned a message")).to_have_count(1)
    ann.choose("pin me", "Edit")
    ann.write("pinned text")
    expect(bar[1]).to_contain_text("ann: pinned text")
    # What is said above the page lies below the bar.
    bob.choose("line 29", "Save message")
    assert wait_for(lambda: [found for found in [bob.page.evaluate(BELOW_PINS)] if found is not None]) == [True]

    # A press leads there, and there is a way back.
    bob.page.get_by_role("button", name="To the newest").or_(bob.page.get_by_label("Messages", exact=True)).last.focus()
    bob.page.keyboard.press("End")
    bar[1].get_by_role("button").first.click()
    leads_to(bob, "pinned text")
    bob.page.get_by_role("button", name="Back to where you were").click()
    expect(bob.message("pinned text")).not_to_be_in_viewport()
    expect(bob.page.get_by_role("button", name="Back to where you were")).to_have_count(0)

    bob.choose("line 29", "Pin message")
    expect(bar[0]).to_contain_text("2 pinned messages")
    bar[0].get_by_role("button", name="All pinned messages").click()
    listed = ann.page.get_by_role("dialog").locator("li")
    expect(listed).to_have_count(2)
    expect(listed.first).to_contain_text("Pinned by bob")
    listed.first.get_by_role("button", name="Unpin message").click()
    expect(listed).to_have_count(1)
    ann.page.keyboard.press("Escape")
    ann.choose("pinned text", "Recall")
    ann.page.get_by_role("dialog").get_by_role("button", name="Recall").click()
    for each in bar:
        expect(each).to_have_count(0)


def test_saved_and_linked(three: tuple[People, list[Person]], trio: tuple[Person, Person, Person]) -> None:
    """A saved message is found in the list. A link leads each of the two to the message, and nobody else."""
    ann, bob, cat = trio
    ann.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ann.go(place(three, bob))
    bob.go(place(three, ann))
    ann.write("remember this")
    for number in range(20):
        ann.write(f"more {number}")
    bob.sees("more 19")
    ann.choose("remember this", "Save message")
    ann.page.get_by_role("button", name="Lists and shortcuts").click()
    ann.page.locator(".menu").get_by_role("button", name="Saved messages").click()
    row = ann.page.locator(".detail-pane .row", has_text="ann: remember this")
    expect(row).to_be_visible()
    row.get_by_role("link").click()
    leads_to(ann, "remember this")
    # A page that comes anew asks which are saved.
    ann.page.reload()
    ann.sees("remember this")
    ann.choose("remember this", "Remove from saved")
    ann.go("saved")
    expect(ann.page.get_by_text("You have saved no messages yet")).to_be_visible()

    ann.go(place(three, bob))
    ann.choose("remember this", "Get link")
    link = ann.page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{ann.url}/#/message/\d+", link)
    bob.go("contacts")
    for person in (bob, ann):
        person.page.evaluate("(link) => { flashed.length = 0; location.href = link; }", link)
        leads_to(person, "remember this")
    cat.expect_fault("404")
    cat.page.evaluate("(link) => { location.href = link; }", link)
    expect(cat.page.get_by_role("alert")).to_have_text("This message does not exist, or you may not read it.")


def test_a_reply_leads_to_what_it_answers_and_back(
    three: tuple[People, list[Person]], trio: tuple[Person, Person, Person]
) -> None:
    ann, _, cat = trio
    ann.go(place(three, cat))
    ann.write("the question")
    for number in range(30):
        ann.write(f"between {number}")
    ann.sees("between 29")
    ann.choose("the question", "Reply")
    ann.write("the answer")
    expect(ann.page.locator(".message.waiting")).to_have_count(0)
    ann.message("the answer").locator(".quote").click()
    question = ann.page.locator(".message .said", has_text="the question").first
    expect(question).to_be_in_viewport()
    ann.page.get_by_role("button", name="Back to where you were").click()
    leads_to(ann, "the answer")
    expect(question).not_to_be_in_viewport()


def test_the_bar(three: tuple[People, list[Person]], trio: tuple[Person, Person, Person]) -> None:
    """It has one's usual six emoji, is there for the keyboard, and goes with the pointer."""
    ann, bob, _ = trio
    ann.go(place(three, bob))
    ann.write("look")
    bob.sees("look")
    expect(ann.page.locator(".message.waiting")).to_have_count(0)
    bar = ann.page.get_by_role("toolbar", name="Quick actions")
    message = ann.message("look").last
    message.hover()
    bar.get_by_role("button", name="React with 🎉").click()
    expect(message.locator(".reactions")).to_have_text("🎉 1")
    # It is the one that is used most now.
    expect(bar.get_by_role("button").first).to_have_text("🎉")
    ann.page.mouse.move(0, 0)
    ann.page.get_by_label("Write a message").focus()
    expect(bar).to_have_count(0)
    message.focus()
    ann.page.keyboard.press("Tab")
    while "Reply" not in ann.page.evaluate("document.activeElement.ariaLabel ?? ''"):
        ann.page.keyboard.press("Tab")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator(".regarding")).to_contain_text("look")
    expect(bar).to_have_count(0)
    ann.page.keyboard.press("Escape")


def test_the_picker(three: tuple[People, list[Person]], trio: tuple[Person, Person, Person]) -> None:
    """It comes when it is wanted, finds emoji in both languages, and keeps a tone of skin and what was used last."""
    ann, bob, _ = trio
    requests: list[str] = []
    ann.page.on("request", lambda request: requests.append(request.url.rpartition("/")[2]))
    ann.go(place(three, bob))
    area = ann.page.get_by_label("Write a message")
    area.fill("")
    assert not {"picker.js", "emojis-en.json"} & {*requests}
    ann.page.get_by_role("button", name="Emoji").click()
    search = ann.page.get_by_role("searchbox", name="Search emoji")
    expect(search).to_be_focused()
    search.fill("thumbs up")
    grid = ann.page.locator(".emoji-grid")
    expect(grid.get_by_role("button").first).to_have_text("👍")
    ann.page.get_by_role("button", name="Skin tone", exact=True).click()
    ann.page.get_by_role("button", name="Medium skin tone", exact=True).click()
    search.focus()
    ann.page.keyboard.press("ArrowDown")
    ann.page.keyboard.press("Enter")
    expect(area).to_have_value("👍🏽")
    expect(area).to_be_focused()
    assert {"picker.js", "emojis-en.json"} <= {*requests}

    # By a word of the other language; and reacting takes any of them.
    ann.write("hm")
    bob.sees("hm")
    ann.menu_of("hm")
    ann.page.get_by_role("button", name="More emoji").click()
    expect(grid.get_by_role("button").first).to_have_text("👍🏽")
    search.fill("独角兽")
    expect(grid.get_by_role("button")).to_have_text(["🦄"])
    ann.page.keyboard.press("Enter")
    expect(ann.message("hm").last.locator(".reactions")).to_have_text("🦄 1")


def test_on_a_phone(three: tuple[People, list[Person]], browser: Browser, daemon: Daemon) -> None:
    """The picker lies along the bottom; a message that is held down has its menu, and no bar."""
    people = People(browser, daemon)
    dora = people.person("dora", member=True, viewport=PHONE, has_touch=True, is_mobile=True)
    try:
        expect(dora.page.get_by_role("heading", name="Chats")).to_be_visible()
        dora.go(place(three, three[1][1]))
        dora.page.get_by_label("Write a message").fill("hi")
        dora.page.get_by_role("button", name="Send", exact=True).tap()
        dora.has_sent("hi")
        dora.message("hi").locator(".said").tap()
        expect(dora.page.get_by_role("toolbar")).to_have_count(0)
        dora.page.get_by_role("button", name="Emoji").tap()
        expect(dora.page.locator(".emoji-grid")).to_be_visible()
        box = dora.page.locator(".menu").bounding_box()
        assert box is not None
        assert (box["x"], box["width"], box["y"] + box["height"]) == (0, PHONE["width"], PHONE["height"])
    finally:
        people.leave()
