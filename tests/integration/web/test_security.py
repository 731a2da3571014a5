"""A person's own page: where one is signed in, who else tried, and how to end it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from hichat.accounts.roles import ServerRole
from tests.support.axe import check
from tests.support.browser import PASSWORD, PHONE, People, Person, wait_for
from tests.support.daemon import Daemon


def test_somebody_else_came_in(people: People) -> None:
    """A device that came since the last visit is told of, once; what was somebody else is logged out at once."""
    (ann,) = people.registered("ann")
    # The visit is over when the page knows which devices there are.
    ann.until("Object.keys(localStorage).some((key) => key.startsWith('hichat.devices.'))")
    thief = log_in_again(people, "ann")
    ann.page.reload()
    banner = ann.page.locator(".trouble", has_text="logged in to your account")
    expect(banner).to_contain_text("Chrome-Linux")
    check(ann, "a new device")
    banner.get_by_role("button", name="That was not me").click()
    expect(ann.page.get_by_role("heading", name="Change password")).to_be_visible()
    expect(banner).to_have_count(0)
    thief.expect_fault("401 (Unauthorized)")
    expect(thief.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    ann.page.reload()
    expect(ann.page.get_by_role("heading", name="Change password")).to_be_visible()
    expect(banner).to_have_count(0)


def test_everywhere(people: People, daemon: Daemon) -> None:
    """Everything else is logged out, then one device, then all; the page says what was, on a phone, in both themes."""
    bob = people.person("bob", member=True, viewport=PHONE, color_scheme="dark")
    expect(bob.page.get_by_role("heading", name="Chats")).to_be_visible()
    wrong = {"name": "bob", "password": "wrong", "device": "guess"}
    assert bob.context.request.post(f"{people.url}/v2/login", data=wrong).status == 403
    other = log_in_again(people, "bob")
    # The audit log gathers its entries for a moment.
    wait_for(lambda: log_ins(daemon, *people.ids(bob)) == 3)
    bob.go("settings/security", "Refused: a wrong password")
    page = bob.page
    sessions = page.get_by_role("list", name="Where you are logged in").get_by_role("listitem")
    expect(sessions).to_have_count(2)
    expect(sessions.first).to_contain_text("This device")
    expect(sessions.nth(1)).to_contain_text("Connected now")
    expect(page.locator(".sign-in").first).to_contain_text("A new device logged in")
    check(bob, "the own page, dark")
    page.get_by_role("button", name="Log out everywhere else").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox").first.check()
    check(bob, "what is to end, dark")
    dialog.get_by_role("button", name="Log out everywhere else").click()
    expect(sessions).to_have_count(1)
    other.expect_fault("401 (Unauthorized)")
    expect(other.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    other.log_in()
    page.emulate_media(color_scheme="light")
    page.reload()
    expect(sessions).to_have_count(2)
    check(bob, "the own page, light")
    sessions.nth(1).get_by_role("button", name="Log out").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Log out").press("Enter")
    expect(sessions).to_have_count(1)
    expect(page.get_by_role("list", name="Where you are logged in")).to_be_focused()
    expect(other.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    page.get_by_role("button", name="Log out everywhere", exact=True).click()
    bob.expect_fault("401 (Unauthorized)")
    page.get_by_role("dialog").get_by_role("button", name="Log out everywhere").click()
    expect(page.get_by_role("button", name="Log in", exact=True)).to_be_visible()


def test_by_an_administrator(people: People, daemon: Daemon) -> None:
    """The same list, of somebody else."""
    (cleo,) = people.registered("cleo")
    (number,) = people.ids(cleo)
    with daemon.administration() as administration:
        administration.add("root", PASSWORD, role=ServerRole.ADMINISTRATOR)
    root = people.person("root")
    root.log_in()
    root.go(f"admin/people/{number}", "with the password")
    check(root, "a person's sessions")
    root.page.get_by_role("button", name="Log out Chrome-Linux").click()
    cleo.expect_fault("401 (Unauthorized)")
    root.page.get_by_role("dialog").get_by_role("button", name="Log out").click()
    expect(cleo.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    root.page.get_by_text("Logged out devices (1)").click()
    expect(root.page.get_by_role("button", name="Revoke Chrome-Linux")).to_be_visible()


def log_in_again(people: People, name: str) -> Person:
    """@return: somebody at another browser, who knows the password, and is connected."""
    person = people.person(name)
    person.log_in()
    # The list comes over the connection.
    person.go("settings/security", "This device")
    person.go("chats")
    return person


def log_ins(daemon: Daemon, user: int) -> int:
    """@return: how many log-ins of a user the audit log has, with those that were refused."""
    with closing(sqlite3.connect(f"file:{daemon.directory}/state/hichat.db?mode=ro", uri=True)) as database:
        query = "SELECT count(*) FROM audit WHERE act = 'log_in' AND whose = ?"
        return int(database.execute(query, [user]).fetchone()[0])
