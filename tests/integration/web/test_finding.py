"""Finding one's way: lists, a quick way to any chat, keys, mentions, days, filters, members of a large group."""

import re

from playwright.sync_api import Locator, expect

from tests.support.browser import People, Person


def row(person: Person, name: str) -> Locator:
    return person.page.locator(
        ".list-pane .row", has=person.page.locator(".row-title", has_text=re.compile(f"^{name}$"))
    )


def set_(person: Person, name: str, *choices: str) -> None:
    """Choose something in the menu of a conversation in the list."""
    row(person, name).click(button="right")
    for choice in choices:
        person.page.locator(".menu").get_by_role("button", name=choice, exact=True).click()


def test_what_one_sets_for_a_chat(people: People) -> None:
    """Archived, hidden, marked as unread, muted for a time: it holds after a reload, and on another device."""
    ann, bob, cid = people.registered("ann", "bob", "cid")
    one, two = people.ids(ann, bob)
    for person in (bob, cid):
        person.go(f"chats/user-{one}")
        person.write(f"hi from {person.name}")
    expect(row(ann, "cid")).to_have_class(re.compile(r"\bunread\b"))
    ann.go(f"chats/user-{two}", "hi from bob")
    bob.state("hi from bob", "read")
    expect(row(ann, "bob")).not_to_have_class(re.compile(r"\bunread\b"))
    ann.go("chats/announcements")
    other = ann.tab()
    expect(other.get_by_role("heading", name="Chats")).to_be_visible()

    set_(ann, "bob", "Mark as unread")
    for page in (ann.page, other):
        expect(page.locator(".list-pane .row.unread .badge.dot")).to_have_count(1)
    ann.page.reload()
    expect(row(ann, "bob").locator(".badge.dot")).to_be_visible()
    expect(ann.page).to_have_title("(2) HiChat")
    row(ann, "bob").get_by_role("link").click()
    expect(ann.page.locator(".day.new")).to_be_visible()
    expect(row(ann, "bob").locator(".badge")).to_have_count(0)

    set_(ann, "cid", "Archive")
    expect(row(ann, "cid")).to_have_count(0)
    expect(ann.page).to_have_title("HiChat")
    set_(ann, "bob", "Hide until something new")
    expect(row(ann, "bob")).to_have_count(0)
    ann.page.reload()
    ann.go("archive", "cid")
    expect(row(ann, "cid").locator(".badge")).to_contain_text("1")
    set_(ann, "cid", "Mute", "For 8 hours")
    expect(row(ann, "cid").get_by_text("Muted")).to_be_attached()
    cid.write("still there?")
    expect(row(ann, "cid").locator(".badge")).to_contain_text("2")
    bob.write("here I am again")
    ann.go("chats", "here I am again")
    expect(row(ann, "cid")).to_have_count(0)
    ann.go("archive", "cid")
    set_(ann, "cid", "Unmute")
    expect(ann.page.get_by_text("Nothing is archived.")).to_be_visible()
    ann.go("chats", "still there?")


def test_ways(people: People) -> None:
    """Without a pointer to any chat; to what is unread; to what names one; to a day; to what somebody has said."""
    eva, fay, _gus = people.registered("eva", "fay", "gus")
    (one,) = people.ids(eva)
    fay.go(f"chats/user-{one}")
    fay.write("good morning")
    fay.go("groups/new")
    fay.page.get_by_label("Group name").fill("Runners")
    fay.page.get_by_role("button", name="Create group").click()
    expect(fay.page.get_by_label("Write a message")).to_be_visible()
    group = fay.page.evaluate("location.hash").removeprefix("#/chats/group-")
    eva.go(f"groups/{group}")
    eva.page.get_by_role("button", name="Join").click()
    expect(fay.page.locator(".chat-state")).to_have_text("2 members")
    eva.go("chats/announcements")
    area = fay.page.get_by_label("Write a message")
    area.press_sequentially("@ev")
    expect(fay.page.get_by_role("option", name="eva")).to_be_visible()
    fay.page.keyboard.press("Enter")
    area.press_sequentially("run with us")
    fay.page.keyboard.press("Enter")
    for number in range(12):
        fay.write(f"mile {number}\nand on\nand on\nand on")

    keyboard = eva.page.keyboard
    eva.page.reload()
    expect(row(eva, "Runners").get_by_text("You are mentioned")).to_be_attached()
    expect(row(eva, "fay").get_by_text("You are mentioned")).to_have_count(0)
    keyboard.press("Control+k")
    field = eva.page.get_by_role("combobox")
    expect(field).to_be_focused()
    keyboard.type("xyz")
    expect(eva.page.get_by_role("dialog").get_by_text("Nothing found.")).to_be_visible()
    expect(eva.page.get_by_role("option")).to_have_count(0)
    field.fill("us")
    expect(eva.page.get_by_role("option", name="gus")).to_have_attribute("aria-selected", "true")
    keyboard.press("Enter")
    expect(eva.page.get_by_role("heading", name="gus")).to_be_visible()
    eva.write("shall we?")
    eva.has_sent("shall we?")
    keyboard.press("ArrowUp")
    expect(eva.page.get_by_label("Write a message")).to_have_value("shall we?")
    keyboard.press("Escape")
    keyboard.press("Control+ArrowUp")
    expect(eva.page.get_by_text("Reply to")).to_be_visible()
    keyboard.press("Escape")
    keyboard.press("Alt+Shift+ArrowDown")
    expect(eva.page.get_by_role("heading", name="Runners")).to_be_visible()
    keyboard.press("Alt+Shift+ArrowDown")
    expect(eva.page.get_by_role("heading", name="fay")).to_be_visible()
    eva.message("good morning").focus()
    keyboard.press("r")
    expect(eva.page.locator(".regarding")).to_contain_text("Reply to fay")
    expect(eva.page.get_by_label("Write a message")).to_be_focused()
    keyboard.press("Escape")
    eva.page.locator(".messages").focus()
    keyboard.press("?")
    expect(eva.page.get_by_role("dialog").get_by_text("Next unread chat")).to_be_visible()
    keyboard.press("Escape")
    keyboard.press("Escape")
    expect(eva.page.get_by_label("Write a message")).to_be_focused()

    eva.page.get_by_role("button", name="Lists and shortcuts").click()
    eva.page.locator(".menu").get_by_role("button", name="Mentions").click()
    listed = eva.page.locator(".list-pane .row")
    expect(listed).to_have_count(1)
    listed.get_by_role("link").click()
    expect(eva.message("run with us")).to_be_in_viewport()
    expect(eva.page.locator(".list-pane").get_by_role("heading", name="Mentions")).to_be_visible()
    eva.page.get_by_role("button", name="More about Runners").click()
    eva.page.get_by_role("button", name="Go to a date").click()
    eva.page.get_by_role("dialog").get_by_role("button", name="Show").click()
    expect(eva.page.get_by_role("dialog")).to_have_count(0)
    eva.page.locator(".messages").press("End")
    expect(eva.message("run with us")).not_to_be_in_viewport()
    eva.page.get_by_role("button", name="More about Runners").click()
    eva.page.get_by_role("button", name="Go to a date").click()
    eva.page.get_by_role("dialog").get_by_role("button", name="Show").click()
    expect(eva.message("run with us")).to_be_in_viewport()
    expect(eva.page.get_by_role("dialog")).to_have_count(0)
    expect(eva.message("run with us")).to_be_in_viewport()

    people.indexed()
    eva.page.get_by_label("Write a message").focus()
    keyboard.press("Control+Shift+f")
    eva.page.get_by_text("Filters").click()
    eva.page.get_by_label("From").fill("fay")
    eva.page.get_by_role("button", name="Search", exact=True).click()
    hits = eva.page.locator(".detail-pane .row")
    expect(hits).to_have_count(13)
    eva.page.get_by_label("Search messages").fill("mile 7")
    eva.page.get_by_label("Since").fill("2020-01-01")
    keyboard.press("Enter")
    expect(hits).to_have_count(1)
    hits.get_by_role("link").click()
    expect(eva.message("mile 7")).to_be_in_viewport()
    eva.page.go_back()
    expect(hits).to_have_count(1)
    expect(eva.page.get_by_label("Search messages")).to_have_value("mile 7")
    expect(eva.page.get_by_label("From")).to_have_value("fay")
