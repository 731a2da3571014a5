"""The pages of those who run the server."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.proof import THEMES
from tests.support.axe import check
from tests.support.browser import DESKTOP, PASSWORD, PHONE, People, Person
from tests.support.daemon import Daemon

WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def root(people: People, daemon: Daemon, request: pytest.FixtureRequest) -> Person:
    """An administrator at a browser. There is one for each test."""
    name = request.node.name.replace("_", "-")
    with daemon.administration() as administration:
        administration.add(name, PASSWORD, administrator=True)
    root = people.person(name)
    root.log_in()
    return root


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
    """Everybody is listed, and found by a part of a name."""
    people.registered("nils", "nora")
    page = root.page
    root.go("admin/people", "nora")
    page.get_by_label("Find people").fill("nil")
    expect(page.get_by_role("main").locator(".row", has_text="nora")).to_have_count(0)
    expect(page.get_by_role("main").locator(".row", has_text="nils")).to_have_count(1)


def test_looks(people: People, root: Person) -> None:
    """No page has a serious fault for those who use a keyboard or a screen reader; each fits a phone."""
    places = {"admin": "People", "admin/people": root.name}
    for theme in THEMES:
        _resize(root, DESKTOP)
        root.go("settings/appearance")
        root.page.get_by_text(theme.title(), exact=True).click()
        for size in (None, PHONE):
            if size:
                _resize(root, size)
            for place, text in places.items():
                root.go(place, text)
                check(root, f"{place} {size} {theme}")
                assert root.page.evaluate(WIDTH) <= root.page.evaluate("innerWidth")


def _resize(person: Person, size: dict[str, int]) -> None:
    person.page.set_viewport_size(ViewportSize(width=size["width"], height=size["height"]))
