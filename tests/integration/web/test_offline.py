"""The page opens without a network, and tells of another version of itself."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.support.browser import People, Person, running, start, wait_for
from tests.support.daemon import ROOT, Daemon
from tests.support.pictures import picture

KEPT = """async (text) => {
    await navigator.serviceWorker.ready;
    const database = await new Promise((resolve) => {
        const request = indexedDB.open("hichat-known");
        request.onsuccess = () => resolve(request.result);
    });
    const records = await new Promise((resolve) => {
        const request = database.transaction("known").objectStore("known").getAll();
        request.onsuccess = () => resolve(request.result);
    });
    database.close();
    return JSON.stringify(records).includes(text);
}"""
CACHED = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
    }
    return found;
}"""
VERSION = "document.querySelector('link[rel=stylesheet]').href"
ELSEWHERE = "No connection. Trying again…"
OFFER = "A new version of HiChat is there."


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    """A daemon for each test: one of them is replaced by another."""
    with running() as daemon:
        yield daemon


def quiet(*people: Person) -> None:
    """What the browser itself notes of a network that is away is no fault of the client."""
    for person in people:
        person.faults = [fault for fault in person.faults if "net::ERR" not in fault]


def test_without_a_network(people: People) -> None:
    """A reload shows the list and a chat; what is written then is sent once; the log-out takes all of it away."""
    wire = people.wire()
    ann = people.person("ann", url=wire.url, member=True)
    (bob,) = people.registered("bob")
    one, two = people.ids(ann, bob)
    bob.go(f"chats/user-{one}")
    ann.go(f"chats/user-{two}", "bob")
    bob.page.locator("input[type=file]").set_input_files(
        FilePayload(name="sea.png", mimeType="image/png", buffer=picture(600, 400))
    )
    bob.page.get_by_role("button", name="Send", exact=True).last.click()
    ann.until("document.querySelector('.message img')?.naturalWidth === 320")
    ann.write("before the tunnel")
    bob.sees("before the tunnel")
    wait_for(lambda: ann.page.evaluate(KEPT, "before the tunnel"))
    cached = ann.page.evaluate(CACHED)
    assert "/" in cached
    assert all(re.fullmatch(r"/|/app/\w+/[\w.-]+", path) for path in cached), cached
    wire.cut()
    ann.page.reload()
    ann.sees("before the tunnel")
    # A few pixels of the picture, in the room that it has.
    expect(ann.page.locator(".message img.coming")).to_have_attribute("src", re.compile("^blob:"))
    expect(ann.page.locator(".message img")).to_have_attribute("width", "320")
    expect(ann.page.locator(".list-pane .row", has_text="bob")).to_contain_text("before the tunnel")
    expect(ann.page.get_by_text(ELSEWHERE).first).to_be_visible()
    ann.write("from the tunnel")
    ann.state("from the tunnel", "sending")
    ann.page.evaluate("location.hash = '#/saved'")
    expect(ann.page.get_by_role("main")).to_contain_text("There is no connection.")
    ann.go(f"chats/user-{two}", "from the tunnel")
    bob.write("where are you?")
    bob.state("where are you?", "sent")
    wire.mend()
    for person in (ann, bob):
        expect(person.page.locator(".message .said")).to_have_text(
            ["before the tunnel", "where are you?", "from the tunnel"]
        )
    ann.state("from the tunnel", "read")
    ann.until("document.querySelector('.message img:not(.coming)')?.naturalWidth === 320")
    wait_for(lambda: ann.page.evaluate(KEPT, "from the tunnel"))
    ann.go("settings")
    ann.page.get_by_role("button", name="Log out").click()
    expect(ann.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    assert not ann.page.evaluate(KEPT, "tunnel")
    wire.cut()
    ann.page.reload()
    expect(ann.page.get_by_text("The server cannot be reached.")).to_be_visible()
    expect(ann.page.get_by_text("tunnel")).to_have_count(0)
    quiet(ann)


def replace(daemon: Daemon, copy: Path, words: str) -> None:
    """Another version of the daemon takes the place of the one that runs."""
    with (copy / "hichat/web/browser/built/client.css").open("a") as style:
        style.write(words)
    daemon.kill()
    daemon.environment["PYTHONPATH"] = str(copy)
    daemon.launch()
    wait_for(daemon.accepts, 60)


def test_another_version(people: People, daemon: Daemon, tmp_path: Path) -> None:
    """
    All tabs are told. One that loads it keeps its draft, and is not told again; the others go on. A tab that is opened
    then has it from the network, and is not told at all.
    """
    for name in ("hichat", "twisted"):
        shutil.copytree(ROOT / name, tmp_path / name)
    ann, bob = people.registered("ann", "bob")
    ann.go(f"chats/user-{people.ids(bob)[0]}", "bob")
    ann.page.get_by_label("Write a message").fill("half a sentence")
    other = ann.tab()
    for page in (ann.page, other):
        page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    first = ann.page.evaluate(VERSION)
    loads: list[str] = []
    for page in (ann.page, other):
        page.on("load", lambda page: loads.append(page.url))
    replace(daemon, tmp_path, ".second{}")
    for page in (ann.page, other):
        expect(page.get_by_text(OFFER)).to_be_visible()
    assert loads == []
    daemon.kill()
    for page in (ann.page, other):
        expect(page.get_by_text("No connection")).to_be_visible()
    daemon.launch()
    wait_for(daemon.accepts, 60)
    for page in (ann.page, other):
        expect(page.get_by_text(OFFER)).to_be_visible()
    ann.page.get_by_role("button", name="Reload").click()
    expect(ann.page.get_by_text(OFFER)).to_have_count(0)
    expect(ann.page.get_by_label("Write a message")).to_have_value("half a sentence")
    second = ann.page.evaluate(VERSION)
    assert second != first
    expect(other.get_by_text(OFFER)).to_be_visible()
    other.get_by_role("button", name="Reload").click()
    expect(other.get_by_role("heading", name="Chats")).to_be_visible()
    expect(other.get_by_text(OFFER)).to_have_count(0)
    other.close()
    assert len(loads) == 2

    replace(daemon, tmp_path, ".third{}")
    third = ann.tab()
    expect(ann.page.get_by_text(OFFER)).to_be_visible()
    # As long as a tab takes to look whether there is another version, and a little more.
    third.wait_for_timeout(5000)
    assert third.evaluate(VERSION) not in (first, second)
    expect(third.get_by_text(OFFER)).to_have_count(0)
    assert len(loads) == 2
    # The third one takes over when the page that has it says so; what is older than the one before goes then.
    wait_for(lambda: len(ann.page.evaluate("caches.keys()")) == 2)
    quiet(ann, bob)


def test_a_backup_is_put_back(people: People, daemon: Daemon) -> None:
    """The page comes anew by itself; it shows what is in the new log, and sends what waited."""
    ann, bob = people.registered("ann", "bob")
    one, two = people.ids(ann, bob)
    bob.go(f"chats/user-{one}")
    ann.go(f"chats/user-{two}", "bob")
    bob.write("kept")
    ann.sees("kept")
    database = Path(daemon.environment["HICHAT_STATE_DIR"], "hichat.db")
    copy = daemon.directory / "copy.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    bob.write("lost")
    ann.sees("lost")
    daemon.stop_in_order()
    for file in database.parent.glob("hichat.db*"):
        file.unlink()
    shutil.copy(copy, database)
    ann.write("waits")
    ann.state("waits", "sending")
    ann.page.get_by_label("Write a message").fill("half a sentence")
    start(daemon)
    for person in (ann, bob):
        expect(person.page.locator(".message .said")).to_have_text(["kept", "waits"])
        # It says why for half a minute, which may be over: the tests of the model look at that.
        assert person.page.evaluate("sessionStorage.getItem('hichat.anew')")
    expect(ann.page.get_by_label("Write a message")).to_have_value("half a sentence")
    quiet(ann, bob)
