"""The fixtures of the web client's tests: a browser, a daemon, and people who use both."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import ARGUMENTS, PASSWORD, People, Person, chromium, running
from tests.support.daemon import Daemon


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """
    One Chromium for all modules of this package: Debian's (C{apt-get install chromium-headless-shell}). Without it the
    tests are skipped; with C{CI=true} they fail. Other packages run without it: while Playwright is open, asyncio
    counts as running in this thread.
    """
    path = chromium()
    if path is None:
        reason = "Chromium is not installed: apt-get install chromium-headless-shell"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=ARGUMENTS) as browser,
    ):
        yield browser


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """One daemon for all tests of a module. A module that needs other settings overrides this fixture."""
    with running() as daemon:
        yield daemon


@pytest.fixture
def people(browser: Browser, daemon: Daemon) -> Iterator[People]:
    """The people of one test. After it the consoles of their browsers must have neither errors nor warnings."""
    people = People(browser, daemon)
    yield people
    people.leave()


@pytest.fixture
def root(people: People, daemon: Daemon, request: pytest.FixtureRequest) -> Person:
    """An administrator at a browser. There is one for each test."""
    name = request.node.name.replace("_", "-")
    with daemon.administration() as administration:
        administration.add(name, PASSWORD, administrator=True)
    root = people.person(name)
    root.log_in()
    return root
