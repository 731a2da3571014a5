"""App passwords, and devices that somebody lets in, in a browser."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.support.axe import check
from tests.support.browser import DESKTOP, PASSWORD, PHONE, People, Person

_FORM = re.compile("^([a-z2-7]{6}-){3}[a-z2-7]{6}$")


def begin(person: Person) -> Any:
    """@return: what a device gets that wants to be let in."""
    given = {"device": "terminal", "label": "hichat chat on anns-laptop"}
    answer = person.context.request.post(f"{person.url}/v2/device", data=given)
    assert answer.ok, answer.text()
    return answer.json()


def poll(person: Person, begun: Any) -> str:
    """@return: the code of the refusal; empty: the device has its tokens."""
    given = {"deviceCode": begun["deviceCode"]}
    answer = person.context.request.post(f"{person.url}/v2/device/token", data=given).json()
    return "" if "accessToken" in answer else str(answer["code"])


def test_a_device_is_let_in(people: People) -> None:
    """By a link, which does not fill the code in; and by the address alone, after a log-in, at a phone."""
    (ann,) = people.registered("ann")
    begun, other = begin(ann), begin(ann)
    ann.page.goto(begun["verificationUriComplete"])
    expect(ann.page.get_by_role("heading", name="Let a device in")).to_be_visible()
    facts = ann.page.locator(".device-facts")
    expect(facts).to_contain_text("hichat chat on anns-laptop")
    expect(facts).to_contain_text("127.0.0.1")
    expect(facts).to_contain_text("ann")
    expect(ann.page.get_by_text("Go on only if you have just begun")).to_be_visible()
    code = ann.page.get_by_label("Code")
    expect(code).to_have_value("")
    check(ann, "letting a device in")
    code.fill(other["userCode"])
    ann.page.get_by_role("button", name="Let it in").click()
    expect(ann.page.get_by_text("This is not the code of the link")).to_be_visible()
    assert poll(ann, other) == "authorization_pending"
    code.fill(begun["userCode"].lower())
    ann.page.get_by_role("button", name="Let it in").click()
    expect(ann.page.get_by_text("The device is let in.")).to_be_visible()
    assert poll(ann, begun) == ""
    ann.page.get_by_role("link", name="To the chats").click()
    expect(ann.page.get_by_role("heading", name="Chats")).to_be_visible()

    ann.page.set_viewport_size(PHONE)
    ann.context.clear_cookies()
    ann.page.close()
    ann.page = ann.tab()
    expect(ann.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    ann.page.goto(other["verificationUri"])
    ann.page.get_by_label("Name").fill("ann")
    ann.page.get_by_label("Password").fill(PASSWORD)
    ann.page.get_by_role("button", name="Log in", exact=True).click()
    ann.page.get_by_label("Code").fill(other["userCode"])
    ann.page.get_by_role("button", name="Continue").click()
    expect(ann.page.locator(".device-facts")).to_contain_text("hichat chat on anns-laptop")
    ann.page.get_by_role("button", name="Refuse").click()
    expect(ann.page.get_by_text("The device is refused.")).to_be_visible()
    assert poll(ann, other) == "access_denied"


def test_app_passwords(people: People) -> None:
    """Made, shown once, used, and revoked."""
    (bob,) = people.registered("bob")
    bob.page.set_viewport_size(DESKTOP)
    bob.go("settings/security", "App passwords")
    bob.page.get_by_role("button", name="Make an app password").click()
    dialog = bob.page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Old phone")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Make an app password").click()
    shown = dialog.get_by_label("App password", exact=True)
    expect(shown).to_have_value(_FORM)
    check(bob, "an app password")
    given = {"name": "bob", "password": shown.input_value(), "device": "old"}
    answer = bob.context.request.post(f"{bob.url}/v2/login", data=given)
    assert answer.ok, answer.text()
    dialog.get_by_role("button", name="Close").last.click()
    row = bob.page.locator(".row", has_text="Old phone")
    expect(row).to_contain_text("Made")
    row.get_by_role("button", name="Revoke app password: Old phone").click()
    bob.page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    token = answer.json()["accessToken"]
    refused = bob.context.request.get(f"{bob.url}/v2/me", headers={"Authorization": f"Bearer {token}"})
    assert refused.status == 401
