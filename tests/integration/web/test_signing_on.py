"""Single sign-on in Chromium, by a certified provider that is disabled for people, hangs, and is killed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from hichat.signin.openid.provider import THERE_FOR
from tests.support.axe import check
from tests.support.browser import PASSWORD, People, Person, made, start, wait_for
from tests.support.daemon import Daemon
from tests.support.provider import SECRET, RealProvider

ANN = {"preferred_username": "ann", "name": "Ann Example", "groups": ["chat"]}
BOB = {"preferred_username": "bob", "groups": ["chat", "mods"]}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealProvider]:
    provider = RealProvider(tmp_path_factory.mktemp("provider"))
    yield provider
    provider.kill()


@pytest.fixture(scope="module")
def daemon(provider: RealProvider) -> Iterator[Daemon]:
    """Two workers: whichever takes a call ends what the other began."""
    with made(
        WORKERS="2",
        OIDC_ISSUER=provider.issuer,
        OIDC_CLIENT_ID="hichat",
        OIDC_CLIENT_SECRET=SECRET,
        OIDC_NAME="Example Corp",
        OIDC_ROLES="groups: chat=member, mods=moderator",
    ) as daemon:
        start(daemon)
        provider.start(f"{daemon.url}/session/oidc/back")
        yield daemon


@pytest.fixture(autouse=True)
def everybody(provider: RealProvider) -> None:
    provider.say({"s-ann": ANN, "s-bob": BOB, "s-eve": {"preferred_username": "eve"}})


def sign_in(person: Person, subject: str) -> None:
    """Go to the provider, and say there who one is."""
    without_fonts(person)
    person.page.get_by_role("button", name="Continue with Example Corp").click()
    at_the_provider(person, subject)


def without_fonts(person: Person) -> None:
    """The provider's page would load some from elsewhere."""
    person.page.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(body="", content_type="text/css"))


def at_the_provider(person: Person, subject: str) -> None:
    person.page.locator("input[name=login]").fill(subject)
    person.page.locator("input[name=password]").fill("x")
    person.page.locator("button[type=submit]").click()
    # It asks whether HiChat may have a refresh token.
    expect(person.page.locator("input[name=prompt][value=consent]")).to_be_attached()
    person.page.locator("button[type=submit]").click()


def is_in(person: Person) -> None:
    expect(person.page.get_by_role("heading", name="Chats")).to_be_visible()


def make_due(daemon: Daemon) -> None:
    """Let it be some minutes since the provider was asked about the sessions."""
    with closing(sqlite3.connect(Path(daemon.directory, "state/hichat.db"), timeout=30)) as database, database:
        database.execute("UPDATE provider_sessions SET checked_at = checked_at - 600000")


def test_in_and_out(people: People, daemon: Daemon, provider: RealProvider) -> None:
    ann = people.person("ann")
    expect(ann.page.get_by_role("button", name="Continue with Example Corp")).to_be_visible()
    check(ann, "the log-in form")
    sign_in(ann, "s-ann")
    is_in(ann)
    ann.page.reload()
    is_in(ann)
    ann.go("settings/security", "Linked account")
    expect(ann.page.locator(".row", has_text="ann").last).to_be_visible()
    check(ann, "the page of one's own")
    # There is no password to show, and the log-in was just now.
    ann.page.get_by_role("button", name="Make an app password").click()
    dialog = ann.page.get_by_role("dialog")
    expect(dialog.get_by_text("You have no password here")).to_be_visible()
    dialog.get_by_label("Name", exact=True).fill("Old phone")
    dialog.get_by_role("button", name="Make an app password").click()
    expect(dialog.get_by_label("App password", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Close").last.click()
    make_due(daemon)
    ann.page.reload()
    expect(ann.page.get_by_role("button", name="Unlink: ann")).to_be_visible()
    # Disabled there is out here.
    provider.say({"s-bob": BOB})
    make_due(daemon)
    ann.page.reload()
    expect(ann.page.get_by_role("button", name="Continue with Example Corp")).to_be_visible()


def test_who_may_not_come_in(people: People) -> None:
    eve = people.person("eve")
    sign_in(eve, "s-eve")
    expect(eve.page.get_by_role("alert")).to_have_text("Your account may not use this server. Ask its administrator.")


def test_linking(people: People) -> None:
    """Somebody who has a password here links the account, and comes in by it."""
    (cleo,) = people.registered("cleo")
    without_fonts(cleo)
    cleo.go("settings/security", "Link an account of Example Corp")
    cleo.page.get_by_role("button", name="Link an account of Example Corp").click()
    dialog = cleo.page.get_by_role("dialog")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Continue", exact=True).click()
    at_the_provider(cleo, "s-bob")
    expect(cleo.page.get_by_role("button", name="Unlink: bob")).to_be_visible()
    again = people.person("cleo-again")
    sign_in(again, "s-bob")
    is_in(again)
    assert people.ids(cleo)
    again.go("settings")
    expect(again.page.get_by_text("cleo").first).to_be_visible()
    # Out of both: the provider asks who it is, and does not let the browser in as before.
    again.go("settings/security", "Linked account")
    again.page.get_by_role("button", name="Log out here and at Example Corp").click()
    again.page.locator("button[name=logout], button[type=submit]").first.click()
    expect(again.page.get_by_role("button", name="Continue with Example Corp")).to_be_visible()
    again.page.get_by_role("button", name="Continue with Example Corp").click()
    expect(again.page.locator("input[name=login]")).to_be_visible()


def test_a_provider_that_hangs_or_is_killed(people: People, daemon: Daemon, provider: RealProvider) -> None:
    """A log-in says so; whoever is in stays."""
    dan, new = people.person("dan"), people.person("new")
    provider.say({"s-dan": {**ANN, "preferred_username": "dan"}})
    sign_in(dan, "s-dan")
    is_in(dan)
    began = time.monotonic()
    # What is known of the provider is too old then for sending anybody there.
    wait_for(lambda: time.monotonic() - began > THERE_FOR)
    provider.hang()
    new.page.get_by_role("button", name="Continue with Example Corp").click()
    alert = new.page.get_by_role("alert")
    with urlopen(f"{daemon.url}/readyz", timeout=20) as answer:
        assert answer.status == 200
    expect(alert).to_have_text("The service that signs you in does not answer now. Please try again.")
    make_due(daemon)
    dan.page.reload()
    is_in(dan)
    provider.go_on()
    provider.kill()
    new.page.reload()
    new.page.get_by_role("button", name="Continue with Example Corp").click()
    expect(alert).to_have_text("The service that signs you in does not answer now. Please try again.")
    make_due(daemon)
    dan.page.reload()
    is_in(dan)
