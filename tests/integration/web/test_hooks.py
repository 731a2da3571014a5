"""Hooks of a group, in the browser."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.support.browser import People


def test_a_hook(people: People) -> None:
    """It is made, called, and its message is seen as a bot's; its name is changed, its address too; it is removed."""
    (ann,) = people.registered("ann")
    page = ann.page
    page.get_by_role("link", name="Groups").click()
    page.get_by_role("link", name="New group").first.click()
    page.get_by_label("Group name").fill("Operators")
    page.get_by_role("button", name="Create group").click()
    page.get_by_role("link", name="Information").click()
    page.get_by_role("button", name="Incoming hooks").click()
    page.get_by_role("button", name="New hook").click()
    page.get_by_label("Name of the hook").fill("CI")
    page.get_by_role("button", name="New hook").click()
    address = page.get_by_label("Address of the hook").input_value()
    with urlopen(address, b'{"text": "*Built* in a minute"}') as answer:
        assert answer.read() == b"ok"
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("dialog")).to_contain_text("CI")

    page.get_by_role("button", name="Edit: CI").click()
    page.get_by_label("Name of the hook").fill("Builder")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_contain_text("last message")
    page.get_by_role("button", name="New address: Builder").click()
    page.get_by_role("button", name="New address").click()
    rolled = page.get_by_label("Address of the hook").input_value()
    assert rolled != address
    with pytest.raises(HTTPError, match="404"):
        urlopen(address, b"x")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Remove the hook: Builder").click()
    page.get_by_role("button", name="Remove the hook").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Edit: Builder")).to_have_count(0)
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Message").click()
    expect(ann.message("Built in a minute").locator("strong")).to_have_text("Built")
    expect(ann.message("Built in a minute").locator(".message-who")).to_contain_text("CI")
