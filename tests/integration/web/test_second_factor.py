"""An app as a second factor, in the web client: set up on one's own page, or in the middle of a log-in."""

from __future__ import annotations

import time
from base64 import b32decode
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pyotp import TOTP

from hichat.accounts.roles import ServerRole
from tests.support.axe import check
from tests.support.browser import PASSWORD, PHONE, People, running
from tests.support.daemon import Daemon


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """Its owners need a second factor."""
    with running(SECOND_FACTOR="owner") as daemon:
        yield daemon


def key_on(page: Page) -> TOTP:
    """@return: the app, which has read the key that the page shows."""
    key = (page.locator(".app-key").text_content() or "").replace(" ", "")
    assert len(b32decode(key)) == 20
    return TOTP(key)


def test_an_app(people: People) -> None:
    """It is set up on one's own page; then a log-in asks for its code or a recovery code."""
    (ann,) = people.registered("ann")
    page = ann.page
    ann.go("settings/security", "Second factor")
    page.get_by_role("button", name="Set up an app").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog.get_by_role("img", name="QR code for your app")).to_be_visible()
    assert page.evaluate("document.querySelector('img.qr').decode().then(() => true)")
    check(ann, "setting up an app")
    app = key_on(page)
    dialog.get_by_label("Code of your app").fill(app.now())
    dialog.get_by_role("button", name="Set up an app").click()
    codes = dialog.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    code = codes.first.text_content() or ""
    check(ann, "recovery codes")
    dialog.get_by_role("button", name="I have kept the codes").click()
    expect(page.get_by_text("Recovery codes left: 10")).to_be_visible()

    other = people.person("ann", viewport=PHONE, color_scheme="dark")
    other.expect_fault("(")
    shown = other.page
    shown.get_by_label("Name", exact=True).fill("ann")
    shown.get_by_label("Password", exact=True).fill(PASSWORD)
    shown.get_by_role("button", name="Log in", exact=True).click()
    expect(shown.get_by_role("heading", name="Second step")).to_be_visible()
    check(other, "the second step, dark")
    shown.get_by_label("Code of your app").fill("000000")
    shown.get_by_role("button", name="Log in", exact=True).click()
    expect(shown.get_by_role("alert")).to_contain_text("clock")
    shown.get_by_role("button", name="Use a recovery code").click()
    shown.get_by_label("Recovery code", exact=True).fill(code)
    shown.get_by_label("Do not ask on this device for 30 days").check()
    shown.get_by_role("button", name="Log in", exact=True).click()
    expect(shown.get_by_role("heading", name="Chats")).to_be_visible()
    page.reload()
    ann.go("settings/security", "Recovery codes left: 9")
    expect(page.get_by_role("heading", name="Remembered devices")).to_be_visible()


def test_an_owner_sets_it_up_at_the_log_in(people: People, daemon: Daemon) -> None:
    """The page shows the recovery codes before it goes on."""
    with daemon.administration() as administration:
        administration.add("olga", PASSWORD, role=ServerRole.OWNER)
    olga = people.person("olga")
    olga.expect_fault("401 (Unauthorized)")
    page = olga.page
    page.get_by_label("Name", exact=True).fill("olga")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("img", name="QR code for your app")).to_be_visible()
    app = key_on(page)
    page.get_by_label("Code of your app").fill(app.at(int(time.time())))
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
    page.get_by_role("button", name="I have kept the codes").click()
    expect(page.get_by_role("heading", name="Chats")).to_be_visible()
