"""Passkeys, with Chromium's virtual authenticator."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, Route, expect

from tests.support.axe import check
from tests.support.browser import PASSWORD, People, Person
from tests.support.daemon import Daemon

PHONE = {"width": 360, "height": 740}

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Key:
    """An authenticator in a person's browser (the domain WebAuthn of the DevTools protocol)."""

    def __init__(self, person: Person) -> None:
        self._session: CDPSession = person.context.new_cdp_session(person.page)
        self._session.send("WebAuthn.enable")
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self._id = made["authenticatorId"]

    def verifies(self, does: bool) -> None:
        """From now on its user puts the right finger on it, or a wrong one."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": does})

    def chooses(self, does: bool) -> None:
        """From now on its user takes the passkey that the browser offers, at once; or waits."""
        self._session.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self._id, "enabled": does})

    def count(self) -> int:
        """@return: the number of its passkeys."""
        return len(self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"])


@pytest.fixture
def here(daemon: Daemon) -> str:
    """The daemon's address to which passkeys can be bound: no browser binds them to an IP address."""
    return f"http://localhost:{daemon.port}"


def add_passkey(person: Person, name: str) -> None:
    person.go("settings/security", "Add a passkey")
    person.page.get_by_role("button", name="Add a passkey").click()
    dialog = person.page.get_by_role("dialog")
    dialog.get_by_label("Name of the passkey").fill(name)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Add a passkey").click()
    # The first one comes with recovery codes.
    expect(dialog.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
    check(person, "recovery codes")
    dialog.get_by_role("button", name="I have kept the codes").click()
    expect(person.page.locator(".row", has_text=name)).to_contain_text("not used yet")


def nothing_moves(person: Person) -> None:
    """No button is there before all that is above it: a click is lost if the button moves while it is pressed."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    person.page.route("**/v2/me/sessions*", hold)
    with person.page.expect_request("**/v2/me/sessions*"):
        person.go("settings/security", "Add a passkey")
    expect(person.page.get_by_role("button", name="Add a passkey")).to_have_count(0)
    for route in held:
        route.continue_()
    person.page.unroute("**/v2/me/sessions*")
    expect(person.page.get_by_role("button", name="Add a passkey")).to_be_visible()


def log_out(person: Person) -> None:
    person.go("settings")
    person.page.get_by_role("button", name="Log out").click()
    expect(person.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()


def test_in_and_out(people: People, here: str) -> None:
    """Somebody adds a passkey at a phone, comes in by it alone, names it anew, and takes it away again."""
    ann = people.person("ann", url=here, member=True, viewport=PHONE)
    key = Key(ann)
    nothing_moves(ann)
    add_passkey(ann, "My phone")
    assert key.count() == 1
    check(ann, "passkeys")
    key.chooses(False)
    log_out(ann)
    button = ann.page.get_by_role("button", name="Sign in with a passkey")
    check(ann, "the form with a passkey")
    key.verifies(False)
    key.chooses(True)
    button.click()
    expect(ann.page.get_by_role("alert")).to_contain_text("The browser has no passkey")
    key.verifies(True)
    button.click()
    expect(ann.page.get_by_role("heading", name="Chats")).to_be_visible()
    key.chooses(False)
    log_out(ann)
    # As the second factor, behind the password.
    ann.expect_fault("status of 40")
    ann.page.get_by_label("Name").fill("ann")
    ann.page.get_by_label("Password").fill(PASSWORD)
    ann.page.get_by_role("button", name="Log in", exact=True).click()
    expect(ann.page.get_by_label("Recovery code")).to_be_visible()
    check(ann, "the second step with a passkey")
    key.chooses(True)
    button.click()
    expect(ann.page.get_by_role("heading", name="Chats")).to_be_visible()
    ann.go("settings/security", "last used")
    row = ann.page.locator(".row", has_text="My phone")
    row.get_by_role("button", name="Rename").click()
    check(ann, "a new name for a passkey")
    ann.page.get_by_role("dialog").get_by_label("Name of the passkey").fill("Old phone")
    ann.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    row = ann.page.locator(".row", has_text="Old phone")
    # The button has the focus again, and the passkey is a proof, too.
    expect(row.get_by_role("button", name="Rename")).to_be_focused()
    row.get_by_role("button", name="Remove").click()
    check(ann, "the end of a passkey")
    ann.page.get_by_role("dialog").get_by_role("button", name="Use a passkey").click()
    expect(ann.page.locator(".row", has_text="Old phone")).to_have_count(0)
    # The authenticator has it still: the server says that it does not know it.
    key.chooses(False)
    log_out(ann)
    ann.expect_fault("status of 40")
    key.chooses(True)
    button.click()
    expect(ann.page.get_by_role("alert")).to_contain_text("does not know that passkey")


def test_the_names_at_the_form(people: People, here: str) -> None:
    """The browser lists the passkey at the field for the name. Its codes, too, are shown without another visit."""
    bob = people.person("bob", url=here, member=True)
    key = Key(bob)
    add_passkey(bob, "Laptop")
    expect(bob.page.get_by_text("Recovery codes left: 10")).to_be_visible()
    key.chooses(False)
    log_out(bob)
    expect(bob.page.get_by_label("Name")).to_have_attribute("autocomplete", "username webauthn")
    key.chooses(True)
    bob.page.reload()
    # Nobody has pressed anything: the authenticator's user has chosen the passkey.
    expect(bob.page.get_by_role("heading", name="Chats")).to_be_visible()


def test_in_chinese(people: People, here: str) -> None:
    """All of it has Chinese words; where no passkey can be bound to the page the form offers none."""
    eve = people.person("eve", url=here, member=True, locale="zh-CN")
    Key(eve)
    eve.go("settings/security", "通行密钥")
    eve.page.get_by_role("button", name="添加通行密钥").click()
    expect(eve.page.get_by_role("dialog")).to_contain_text("应用专用密码")
    check(eve, "a new passkey in Chinese")
    stranger = people.person("stranger", url=here, locale="zh-CN")
    expect(stranger.page.get_by_role("button", name="使用通行密钥登录")).to_be_visible()
    by_number = people.person("by-number")
    expect(by_number.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    assert by_number.page.evaluate("fetch('/session/ways').then((answer) => answer.json())")["passkey"] is False
    expect(by_number.page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
