"""The pages of those who run the server."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.proof import THEMES
from tests.support.axe import check
from tests.support.browser import DESKTOP, PASSWORD, PHONE, People, Person

WIDTH = "document.documentElement.scrollWidth"


def test_the_frame(people: People, root: Person) -> None:
    """Only those who run the server find the pages, and what these need is loaded only then."""
    (mia,) = people.registered("mia")
    loaded: list[str] = []
    root.page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
    mia.go("settings", "Log out")
    expect(mia.page.get_by_role("link", name="Administration")).to_have_count(0)
    mia.go("admin", "Your role does not let you see this.")
    mia.go("admin/people", "Your role does not let you see this.")
    root.page.get_by_role("button", name="Lists and shortcuts").click()
    assert not {"admin.js", "admin.css"} & {*loaded}
    root.page.locator(".menu").get_by_role("button", name="Administration").click()
    expect(root.page.get_by_role("heading", name="Administration")).to_be_visible()
    assert {"admin.js", "admin.css"} <= {*loaded}
    root.go("settings", "Log out")
    root.page.get_by_role("link", name="Administration").click()
    root.page.get_by_role("link", name="People").click()
    expect(root.page.get_by_role("heading", name="People")).to_be_visible()
    expect(root.page.get_by_role("link", name="People")).to_have_attribute("aria-current", "page")


def test_people(people: People, root: Person) -> None:
    """Somebody is found by a part of a name and by filters, and all is done to them that can be done."""
    nils, _ = people.registered("nils", "nora")
    (number,) = people.ids(nils)
    page, main = root.page, root.page.get_by_role("main")
    root.go("admin/people", "nora")
    page.get_by_label("Find people").fill("nil")
    expect(main.locator(".row", has_text="nora")).to_have_count(0)
    page.get_by_label("State").select_option("disabled")
    expect(main.get_by_text("Nobody found.")).to_be_visible()
    page.get_by_label("State").select_option("active")
    main.get_by_role("link", name="nils").click()
    expect(main.get_by_role("heading", name="nils")).to_be_visible()
    expect(main.locator(".row", has_text="Chrome-Linux")).to_be_visible()
    page.get_by_label("Role").select_option("moderator")
    expect(main.get_by_label("Role")).to_have_value("moderator")
    main.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Display name").fill("Nils H.")
    dialog.get_by_role("button", name="Save").click()
    expect(main.get_by_role("heading", name="Nils H.")).to_be_visible()
    nils.expect_fault("status of 40")
    _confirm(root, "Disable")
    expect(nils.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    main.get_by_role("button", name="Enable").click()
    expect(main.get_by_role("button", name="Disable")).to_be_visible()
    _confirm(root, "Reset the password")
    link = dialog.get_by_role("textbox", name="Address").input_value()
    page.keyboard.press("Escape")
    expect(main.get_by_role("button", name="Reset the password")).to_be_focused()
    expect(main.locator(".row", has_text="Chrome-Linux")).to_contain_text("Logged out")
    nils.page.goto(link)
    nils.page.get_by_label("Password").fill(f"another {PASSWORD}")
    nils.page.get_by_role("button", name="Set a password").click()
    nils.page.get_by_label("Name").fill("nils")
    nils.page.get_by_label("Password").fill(f"another {PASSWORD}")
    nils.page.get_by_role("button", name="Log in", exact=True).click()
    expect(nils.page.get_by_role("heading", name="Chats")).to_be_visible()
    _confirm(root, "Delete the account")
    expect(main.get_by_role("heading", name="People")).to_be_visible()
    expect(nils.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    root.expect_fault("status of 404")
    root.go(f"admin/people/{number}")
    expect(main.get_by_text("there is no such user")).to_be_visible()
    expect(main.locator(".spinner")).to_have_count(0)


def test_make_a_person(people: People, root: Person) -> None:
    """An account is made, with a link for its password."""
    page = root.page
    root.go("admin/people", root.name)
    page.get_by_role("button", name="Make an account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Log-in name").fill(root.name)
    root.expect_fault("status of 409")
    dialog.get_by_role("button", name="Make an account").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Log-in name").fill("olga")
    dialog.get_by_role("button", name="Make an account").click()
    expect(dialog.get_by_role("textbox", name="Address")).to_have_value(re.compile("#/password/"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("main").get_by_role("heading", name="olga")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("heading", name="Person")).to_be_focused()
    expect(page.get_by_role("main")).to_contain_text("never used")


def test_groups(people: People, root: Person) -> None:
    """A group is found, archived and opened again, gets an owner when its own is lost, and is dissolved."""
    pia, quinn = people.registered("pia", "quinn")
    pia.go("groups/new")
    pia.page.get_by_label("Group name").fill("Sailors")
    pia.page.get_by_role("button", name="Create group").click()
    pia.write("ahoy")
    pia.sees("ahoy")
    group = pia.page.evaluate("location.hash").rpartition("-")[2]
    quinn.go("groups/new")
    quinn.page.get_by_label("Group name").fill("sailors")
    quinn.expect_fault("status of 409")
    quinn.page.get_by_role("button", name="Create group").click()
    expect(quinn.page.get_by_label("Group name")).to_have_accessible_description(re.compile("taken"))
    quinn.go(f"groups/{group}", "Sailors")
    quinn.page.get_by_role("button", name="Join").click()
    expect(quinn.page.get_by_label("Write a message")).to_be_visible()
    page, main = root.page, root.page.get_by_role("main")
    root.go("admin/groups", "Sailors")
    page.get_by_label("Find groups").fill("sail")
    main.get_by_role("link", name="Sailors").click()
    expect(main.locator(".row")).to_have_count(2)
    _confirm(root, "Archive")
    expect(main.get_by_text("This group is archived: it can be read only.")).to_be_visible()
    for person in (pia, quinn):
        expect(person.page.get_by_text("archived the group")).to_be_visible()
        expect(person.page.get_by_text("This group is archived: it can be read only.")).to_be_visible()
        expect(person.page.get_by_label("Write a message")).to_have_count(0)
    main.get_by_role("button", name="Open again").click()
    quinn.write("well")
    pia.sees("well")
    with_owner = people.ids(pia)
    root.go(f"admin/people/{with_owner[0]}", "pia")
    pia.expect_fault("status of 40")
    _confirm(root, "Disable")
    expect(main.get_by_role("button", name="Enable")).to_be_visible()
    root.go(f"admin/groups/{group}", "The owner cannot log in any more")
    main.get_by_role("button", name="Make quinn the owner").click()
    page.get_by_role("dialog").get_by_role("button", name="Hand over the group").click()
    expect(main.locator(".row", has_text="quinn")).to_contain_text("Owner")
    expect(main.get_by_text("The owner cannot log in any more")).to_have_count(0)
    # A page that asks for the group just then is told that there is none.
    quinn.expect_fault("status of 404")
    _confirm(root, "Dissolve group")
    expect(main.get_by_role("heading", name="Groups")).to_be_visible()
    expect(quinn.page.get_by_text("dissolved the group")).to_be_visible()


def test_looks(people: People, root: Person) -> None:
    """No page has a serious fault for those who use a keyboard or a screen reader; each fits a phone."""
    (rosa,) = people.registered("rosa")
    (number,) = people.ids(rosa)
    rosa.go("groups/new")
    rosa.page.get_by_label("Group name").fill("Readers")
    rosa.page.get_by_role("button", name="Create group").click()
    rosa.write("first")
    rosa.sees("first")
    group = rosa.page.evaluate("location.hash").rpartition("-")[2]
    places = {
        "admin": "People",
        "admin/people": root.name,
        f"admin/people/{number}": "Chrome-Linux",
        "admin/groups": "Readers",
        f"admin/groups/{group}": "rosa",
    }
    for theme in THEMES:
        root.page.set_viewport_size(DESKTOP)
        root.go("settings/appearance")
        root.page.get_by_text(theme.title(), exact=True).click()
        for size in (None, PHONE):
            if size:
                root.page.set_viewport_size(size)
            for place, text in places.items():
                root.go(place, text)
                check(root, f"{place} {size} {theme}")
                assert root.page.evaluate(WIDTH) <= root.page.evaluate("innerWidth")
    # What was pressed is hidden now, on a phone: where one has come the heading has the focus.
    root.go("admin")
    panes = [root.page.locator(pane) for pane in (".list-pane", ".detail-pane")]
    panes[0].get_by_role("link", name="Groups").click()
    expect(panes[1].get_by_role("heading", name="Groups", level=1)).to_be_focused()
    panes[1].get_by_role("link", name="Back").click()
    expect(panes[0].get_by_role("heading", name="Administration")).to_be_focused()
    root.go(f"admin/people/{number}", "Chrome-Linux")
    root.page.get_by_role("main").get_by_role("button", name="Reset the password").click()
    root.page.get_by_role("dialog").get_by_role("button", name="Reset the password").click()
    expect(root.page.get_by_role("textbox", name="Address")).to_be_visible()
    check(root, "a link for a password")
    rosa.page.goto(root.page.get_by_role("textbox", name="Address").input_value())
    expect(rosa.page.get_by_role("button", name="Set a password")).to_be_visible()
    check(rosa, "a new password")


def _confirm(person: Person, name: str) -> None:
    """Press a button of a page, and agree when one is asked."""
    person.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    person.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
