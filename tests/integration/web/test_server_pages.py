"""The pages about the server itself, for those who run it: reports, announcements, registration, its state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.axe import check
from tests.support.browser import PASSWORD, PHONE, People, Person, made, start
from tests.support.daemon import Daemon


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """It is told where its database is: that is a secret."""
    with made() as daemon:
        daemon.environment["HICHAT_DATABASE"] = f"sqlite:///{daemon.directory}/state/hichat.db"
        start(daemon)
        yield daemon


def fits(person: Person, place: str) -> None:
    """Check that the page has no serious fault, as wide as a desktop's and as a phone's."""
    size = person.page.viewport_size
    for width in (None, PHONE):
        if width:
            person.page.set_viewport_size(width)
        check(person, f"{place} {width}")
        assert person.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    person.page.set_viewport_size(size or PHONE)


def report(person: Person, reason: str, text: str) -> None:
    """Fill the dialog in that is open."""
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Report").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose what is wrong.")
    dialog.get_by_text(reason).click()
    dialog.get_by_label("More about it").fill(text)
    check(person, "the dialog of a report")
    dialog.get_by_role("button", name="Report").click()
    expect(person.page.get_by_text("Reported. The moderators will look at it.")).to_be_visible()


def test_reports(people: People, root: Person) -> None:
    """What is reported a moderator sees as it was, and takes back; a person who is reported cannot log in any more."""
    ruth, rolf = people.registered("ruth", "rolf")
    other, number = people.ids(ruth, rolf)
    rolf.go(f"chats/user-{other}")
    rolf.write("Buy this now")
    ruth.go(f"chats/user-{number}", "Buy this now")
    ruth.choose("Buy this now", "Report")
    report(ruth, "Spam or fraud", "He does not stop")
    ruth.page.set_viewport_size(PHONE)
    ruth.go(f"contacts/{number}")
    ruth.page.get_by_role("button", name="Report").click()
    report(ruth, "Pretends to be somebody else", "")

    page = root.page
    root.go("admin/reports", "Buy this now")
    fits(root, "reports")
    page.get_by_role("link", name="Buy this now").click()
    expect(page.locator(".reported")).to_contain_text("private chat")
    expect(page.locator(".facts")).to_contain_text("He does not stop")
    expect(page.locator(".facts")).to_contain_text("ruth")
    fits(root, "a report")
    page.get_by_label("Note for other moderators").fill("The third time")
    page.get_by_role("button", name="Take the message back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take the message back").click()
    expect(page.get_by_text("The report is closed")).to_be_visible()
    ruth.go(f"chats/user-{number}", "Message recalled")

    root.go("admin/reports", "This person was reported")
    expect(page.get_by_role("link", name="Buy this now")).to_have_count(0)
    page.get_by_role("link", name="This person was reported").click()
    page.get_by_role("button", name="Disable the person").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable the person").click()
    expect(page.get_by_text("There are no reports here.")).to_be_visible()
    expect(rolf.page.get_by_role("button", name="Log in")).to_be_visible()
    page.get_by_role("combobox", name="Reports").select_option("closed")
    page.get_by_role("link", name="Buy this now").click()
    expect(page.locator(".facts")).to_contain_text("The third time")
    expect(page.locator(".reported")).to_contain_text("not there any more")


def test_announcements(people: People, root: Person) -> None:
    """What an administrator writes here everybody reads."""
    (adam,) = people.registered("adam")
    page = root.page
    root.go("admin/announcements", "Write to everybody")
    page.get_by_label("Write to everybody").fill("Cake in the kitchen")
    page.get_by_role("button", name="Send to everybody").click()
    page.get_by_role("dialog").get_by_role("button", name="Send to everybody").click()
    expect(page.get_by_role("main").locator(".row", has_text="Cake in the kitchen")).to_have_count(1)
    adam.go("chats/announcements", "Cake in the kitchen")
    fits(root, "announcements")


def test_registration(people: People, root: Person) -> None:
    """Who may make an account is chosen while the daemon runs; an invite is made, used and revoked."""
    page = root.page
    root.go("admin/registration", "As HICHAT_REGISTRATION of the daemon says")
    page.get_by_text("With an invite", exact=True).click()
    expect(page.get_by_text("Chosen by")).to_be_visible()
    page.get_by_label("Accounts").fill("2")
    page.get_by_role("button", name="Make an invite").click()
    code = page.locator(".made-code code")
    expect(page.get_by_text("2 of 2 accounts left")).to_be_visible()
    fits(root, "registration")
    ivy = people.person("ivy")
    ivy.expect_fault("403")
    ivy.page.get_by_role("button", name="No account yet? Create one").click()
    ivy.page.get_by_label("Name").fill("ivy")
    ivy.page.get_by_label("Password").fill(PASSWORD)
    ivy.page.get_by_role("button", name="Create account").click()
    ivy.page.get_by_label("Invite code").fill(code.inner_text())
    ivy.page.get_by_role("button", name="Create account").click()
    expect(ivy.page.get_by_role("heading", name="Chats")).to_be_visible()
    root.go("admin/people")
    root.go("admin/registration", "1 of 2 accounts left")
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("There are no invites.")).to_be_visible()
    page.get_by_role("button", name="Let the setting count again").click()
    expect(page.get_by_text("As HICHAT_REGISTRATION of the daemon says")).to_be_visible()


def test_keeping(people: People, root: Person) -> None:
    """A group gets days of its own; holds of a person and a group are made, seen with the reason, and ended."""
    (hugo,) = people.registered("hugo")
    hugo.go("groups/new")
    hugo.page.get_by_label("Group name").fill("Archivists")
    hugo.page.get_by_role("button", name="Create group").click()
    hugo.write("first")
    hugo.sees("first")
    page, main, dialog = root.page, root.page.get_by_role("main"), root.page.get_by_role("dialog")
    root.go("admin/keeping", "No group has days of its own.")
    expect(main.locator(".facts")).to_contain_text("for ever")
    for kind, find, name, reason in (("people", "people", "hugo", "Case 7"), ("groups", "groups", "Archivists", "")):
        page.get_by_role("button", name="Make a hold").click()
        dialog.get_by_label("Whose messages").select_option(kind)
        dialog.get_by_label(f"Find {find}").fill(name)
        dialog.get_by_role("button", name=name).click()
        dialog.get_by_label("Reason").fill(reason)
        check(root, "the dialog of a hold")
        dialog.get_by_role("button", name="Make a hold").click()
        expect(main.locator(".row", has_text=name)).to_contain_text(reason)
    expect(main.locator(".row", has_text="hugo")).to_contain_text(root.name)
    fits(root, "keeping")
    main.get_by_role("button", name="End the hold of hugo").click()
    dialog.get_by_role("button", name="End", exact=True).click()
    expect(main.locator(".row", has_text="hugo")).to_have_count(0)

    main.get_by_role("link", name="Archivists").click()
    main.get_by_label("Messages are kept").select_option("days")
    main.get_by_role("spinbutton", name="Days").fill("90")
    main.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Save").click()
    expect(main.get_by_role("button", name="Save")).to_have_count(0)
    expect(main.get_by_role("spinbutton", name="Days")).to_have_value("90")
    fits(root, "days of a group")
    root.go("admin/keeping", "90 days")
    expect(main.get_by_text("No group has days of its own.")).to_have_count(0)


def test_how_the_server_is(people: People, root: Person, daemon: Daemon) -> None:
    """Its workers, who is online, what it stores, what was done, and its settings."""
    (otto,) = people.registered("otto")
    page = root.page
    main = page.get_by_role("main")
    root.go("admin/workers", "Version")
    expect(main.get_by_role("cell", name="0", exact=True).first).to_be_visible()
    fits(root, "workers")
    root.go("admin/online", "otto")
    expect(main.locator(".row", has_text=otto.name)).to_contain_text("127.0.0.1")
    fits(root, "online")
    root.go("admin/storage", "The last 30 days")
    expect(main.locator(".facts")).to_contain_text("are free")
    fits(root, "storage")
    root.go("admin/settings", "HICHAT_LISTEN")
    expect(main.locator(".row", has_text="HICHAT_DATABASE")).to_contain_text("(secret)")
    expect(main.locator(".row", has_text="HICHAT_REDIS")).to_contain_text("(not set)")
    expect(main.locator(".row", has_text="HICHAT_STATE_DIR")).to_contain_text(str(daemon.directory))
    fits(root, "settings")
    root.go("admin/audit", "Logged in with a new device")
    page.get_by_label("Name of a person").fill("otto")
    expect(main.locator(".row", has_text="otto").get_by_title("new_device")).to_have_text("Logged in with a new device")
    expect(main.locator(".row", has_text=root.name)).to_have_count(0)
    fits(root, "audit")
    page.get_by_label("Act").fill("no_such_act")
    expect(main.get_by_text("There are no entries.")).to_be_visible()
