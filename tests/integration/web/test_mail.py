"""An address that is verified, and a way back for somebody who forgot the password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import expect

from tests.support.axe import check
from tests.support.browser import PASSWORD, PHONE, People, made, start
from tests.support.daemon import Daemon
from tests.support.mail import text_of
from tests.support.mailbox import MailBox

NEW = "another good phrase"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailBox]:
    """Where the daemon's mails go."""
    with TemporaryDirectory() as directory:
        box = MailBox(Path(directory))
        yield box
        box.end()


@pytest.fixture(scope="module")
def daemon(mailbox: MailBox) -> Iterator[Daemon]:
    """A daemon that sends mails."""
    with made(SMTP=f"smtp://127.0.0.1:{mailbox.port}", MAIL_FROM="HiChat <chat@example.org>") as daemon:
        daemon.environment["HICHAT_PUBLIC_URL"] = daemon.url
        start(daemon)
        yield daemon


def test_a_way_back(people: People, mailbox: MailBox) -> None:
    """An address, its code, a log-out, the link of a mail, another password; on a phone, in the dark."""
    ann = people.person("ann", member=True, viewport=PHONE, color_scheme="dark")
    page = ann.page
    expect(page.get_by_role("heading", name="Chats")).to_be_visible()
    ann.go("settings/security", "No address is verified yet.")
    page.get_by_role("button", name="Add an address").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill("ann@example.org")
    dialog.get_by_label("Password").fill(PASSWORD)
    check(ann, "the dialog with the address")
    dialog.get_by_role("button", name="Send a code").click()
    (code,) = re.findall(r"\b\d{6}\b", text_of(mailbox.next_mail()))
    page.get_by_label("Code").fill("000000" if code != "000000" else "111111")
    ann.expect_fault("403 (Forbidden)")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("alert").filter(has_text="the code is wrong")).to_be_visible()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("ann@example.org, verified")).to_be_visible()
    check(ann, "the verified address")
    assert mailbox.next_mail()["To"] == "ann@example.org"
    ann.go("settings")
    page.get_by_role("button", name="Log out", exact=True).click()
    page.get_by_role("link", name="Forgotten password?").click()
    expect(page.get_by_role("heading", name="Forgotten password")).to_be_visible()
    check(ann, "the forgotten password")
    page.get_by_label("Name or e-mail address").fill("Ann@example.org")
    page.get_by_role("button", name="Send a link").press("Enter")
    expect(page.get_by_role("status").filter(has_text="a link is on its way")).to_be_visible()
    (link,) = re.findall(r"\S+/#/password/\S+", text_of(mailbox.next_mail()))
    assert link.startswith(f"{people.url}/#/password/")
    page.goto(link)
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Set").click()
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", name="Chats")).to_be_visible()
    assert "was changed" in mailbox.next_mail()["Subject"]
