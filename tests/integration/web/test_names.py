"""How people are called, and found: display names, parts of names, and the mention of all."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, expect

from tests.support.browser import People
from tests.support.pictures import picture


def test_display_names(people: People) -> None:
    """New names and pictures are seen at once by who has the page open; people are found by any part of a name."""
    ann, bob = people.registered("ann", "bob")
    (anns, bobs) = people.ids(ann, bob)
    ann.go(f"chats/user-{bobs}")
    ann.write("hello")
    bob.go(f"chats/user-{anns}")
    bob.write("good morning")
    ann.sees("good morning")
    bob.expect_fault("409")
    bob.go("settings/profile", "Save")
    name = bob.page.get_by_label("Display name")
    expect(name).to_have_value("bob")
    expect(bob.page.get_by_label("Log-in name")).to_have_value("bob")
    other = bob.tab()
    other.get_by_role("link", name="Settings").click()
    other.get_by_role("link", name="Profile").click()
    other.get_by_label("About you").fill("not yet said")
    name.fill("\u0430nn")
    bob.page.get_by_label("About you").fill("likes tea")
    bob.page.get_by_role("button", name="Save").click()
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("Robert Lee Miller")
    bob.page.get_by_role("button", name="Save").click()
    expect(name).not_to_have_attribute("aria-invalid", "true")
    expect(other.get_by_label("Display name")).to_have_value("Robert Lee Miller")
    expect(other.get_by_label("About you")).to_have_value("not yet said")
    other.close()

    expect(ann.page.get_by_role("heading", name="Robert Lee Miller")).to_be_visible()
    expect(ann.page.locator(".list-pane .row-title")).to_contain_text(["Robert Lee Miller"])
    file: FilePayload = {"name": "me.png", "mimeType": "image/png", "buffer": picture(90, 60)}
    bob.page.locator("input[type=file]").set_input_files(file)
    expect(ann.page.locator(".chat-head img")).to_be_visible()
    expect(ann.page.locator(".list-pane .row img")).to_be_visible()
    ann.page.locator(".chat-who").click()
    expect(ann.page.locator(".portrait")).to_contain_text(re.compile("Robert Lee Miller.*bob", re.DOTALL))

    ann.go("contacts/find")
    for part in ("LEE", "mill", "rt", "bo"):
        ann.page.get_by_label("Part of a name").fill(part)
        expect(ann.page.locator(".detail-pane .row")).to_have_count(1)
        expect(ann.page.locator(".detail-pane .row")).to_contain_text("Robert Lee Miller")
        expect(ann.page.locator(".detail-pane .row")).to_contain_text("bob · likes tea")
    bob.page.get_by_label("Display name").fill("")
    bob.page.get_by_role("button", name="Save").click()
    expect(bob.page.get_by_label("Display name")).to_have_value("bob")
    expect(ann.page.locator(".detail-pane .row-title")).to_have_text(re.compile("^bob"))

    # Who is in no list is nobody of whom one is told.
    (fay,) = people.registered("fay")
    ann.go("chats/new")
    ann.page.get_by_role("main").get_by_label("Part of a name").fill("fay")
    found = ann.page.get_by_role("main").get_by_role("link", name="fay")
    expect(found).to_be_visible()
    fay.go("settings/profile", "Save")
    fay.page.get_by_label("Display name").fill("Fay Adams")
    fay.page.get_by_role("button", name="Save").click()
    expect(fay.page.get_by_text("Saved")).to_be_visible()
    found.click()
    expect(ann.page.get_by_role("heading", name="Fay Adams")).to_be_visible()

    ann.expect_fault("404")
    ann.go("chats/user-987654")
    expect(ann.page.get_by_role("heading", name="Nobody")).to_be_visible()
    expect(ann.page.locator(".no-composer")).not_to_contain_text("deleted")
    ann.go("contacts/987654")
    expect(ann.page.get_by_role("heading", name="Nobody")).to_be_visible()


def test_a_mention_of_all(people: People) -> None:
    """An admin is offered it; it marks the message for everybody else. Other members are not offered it."""
    cara, dan, eli = people.registered("cara", "dan", "eli")
    cara.go("groups/new")
    cara.page.get_by_label("Group name").fill("Choir")
    cara.page.get_by_role("button", name="Create group").click()
    expect(cara.page.get_by_label("Write a message")).to_be_visible()
    group = cara.page.evaluate("location.hash").rsplit("-", 1)[1]
    for person, shown in ((dan, "Daniel Fisher"), (eli, "Eli")):
        person.go("settings/profile", "Save")
        person.page.get_by_label("Display name").fill(shown)
        person.page.get_by_role("button", name="Save").click()
        person.go(f"groups/{group}")
        person.page.get_by_role("button", name="Join").click()
        expect(person.page.get_by_label("Write a message")).to_be_visible()
    expect(cara.page.locator(".chat-state")).to_have_text("3 members")
    eli.go("chats")

    area = cara.page.get_by_label("Write a message")
    area.press_sequentially("@al")
    cara.page.get_by_role("option", name="all").click()
    area.press_sequentially("and @fish")
    cara.page.get_by_role("option", name="Daniel Fisher").click()
    area.press_sequentially("come at eight")
    cara.page.keyboard.press("Enter")
    expect(cara.message("come at eight").locator(".mention")).to_have_text(["@all", "@Daniel Fisher"])
    expect(dan.message("come at eight").locator(".mention.own")).to_have_text(["@all", "@Daniel Fisher"])
    eli.go(f"chats/group-{group}")
    expect(eli.message("come at eight").locator(".mention.own")).to_have_text(["@all"])

    cara.go(f"groups/{group}")
    cara.page.get_by_role("button", name="Edit", exact=True).click()
    file: FilePayload = {"name": "us.png", "mimeType": "image/png", "buffer": picture(90, 60)}
    cara.page.locator(".dialog input[type=file]").set_input_files(file)
    expect(cara.page.locator(".dialog img")).to_be_visible()
    cara.page.get_by_role("button", name="Save").click()
    expect(dan.page.locator(".chat-head img")).to_be_visible()
    expect(eli.page.locator(".list-pane .row img")).to_be_visible()

    other = dan.page.get_by_label("Write a message")
    other.press_sequentially("@")
    expect(dan.page.get_by_role("option").locator(".row-title")).to_have_text(["cara", "Eli"])
    other.press_sequentially("all right, @EL")
    expect(dan.page.get_by_role("option").locator(".row-title")).to_have_text(["Eli"])
    dan.page.keyboard.press("Escape")
    other.press_sequentially("I, come")
    dan.page.keyboard.press("Enter")
    expect(eli.message("all right").locator(".mention")).to_have_text(["@ELI"])
