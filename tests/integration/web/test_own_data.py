"""One's own data: saved as a ZIP, and gone with the account."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from hichat.accounts.roles import ServerRole
from tests.media.samples import PNG
from tests.support.browser import PASSWORD, People, running, wait_for
from tests.support.daemon import Daemon

KNOWN = """async () => {
    for (const { name } of await indexedDB.databases()) {
        if (!name.startsWith("hichat-known")) continue;
        const opening = indexedDB.open(name);
        const open = await new Promise((resolve) => (opening.onsuccess = () => resolve(opening.result)));
        const asked = open.transaction("known").objectStore("known").getAll();
        const found = await new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)));
        open.close();
        return JSON.stringify(found);
    }
    return "";
}"""
"""What a page keeps for a time without a network."""

HOSTILE = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """A daemon that keeps no messages of deleted accounts."""
    with running(DELETED_MESSAGES="remove") as daemon:
        yield daemon


def test_download(people: People, tmp_path: Path) -> None:
    """The ZIP opens without the network, shows pictures, and runs nothing of what others have written."""
    ann, bob = people.registered("ann", "bob")
    (one,) = people.ids(ann)
    bob.go(f"chats/user-{one}")
    bob.write(HOSTILE)
    bob.page.locator("input[type=file]").first.set_input_files(
        FilePayload(name="a picture.png", mimeType="image/png", buffer=PNG)
    )
    bob.page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(bob.page.locator(".message img")).to_be_visible()
    ann.go("settings/account")
    with ann.page.expect_download() as saving:
        ann.page.get_by_role("button", name="Download my data").click()
    saved = tmp_path / saving.value.suggested_filename
    assert saved.name == "ann.zip"
    saving.value.save_as(saved)
    with zipfile.ZipFile(saved) as found:
        found.extractall(tmp_path)
    page = ann.page.context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "index.html").as_uri())
    page.get_by_role("link", name="bob", exact=True).click()
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    # The page forbids eval, which wait_for_function uses.
    wait_for(lambda: page.evaluate("[...document.images].some((image) => image.complete && image.naturalWidth > 0)"))
    assert page.title() == "bob"
    assert [url for url in asked if not url.startswith("file:")] == []
    page.close()


def test_deletion(people: People) -> None:
    """Who deletes the account is logged out and forgotten here; others see at once that what was written is gone."""
    dan, eve = people.registered("dan", "eve")
    (dans, eves) = people.ids(dan, eve)
    dan.go(f"chats/user-{eves}")
    dan.write("text of dan")
    eve.go(f"chats/user-{dans}")
    eve.sees("text of dan")
    eve.write("answer of eve")
    dan.sees("answer of eve")
    wait_for(lambda: "text of dan" in eve.page.evaluate(KNOWN))
    dan.expect_fault("403")
    dan.go("settings/account")
    dan.page.get_by_role("button", name="Delete account").click()
    dialog = dan.page.get_by_role("dialog")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Delete account").click()
    expect(dialog.get_by_label("Password")).to_have_accessible_description(
        "Unknown name or wrong password", ignore_case=True
    )
    expect(dan.page.locator(".toast")).to_have_count(0)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Delete account").click()
    expect(dan.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    wait_for(lambda: "dan" not in dan.page.evaluate(KNOWN))
    expect(eve.page.get_by_text("Message recalled").first).to_be_visible()
    expect(eve.page.get_by_text("text of dan")).to_have_count(0)
    eve.sees("answer of eve")
    expect(eve.page.get_by_role("heading", name="Deleted account")).to_be_visible()
    wait_for(lambda: "text of dan" not in eve.page.evaluate(KNOWN))


def test_an_owner(people: People, daemon: Daemon, tmp_path: Path) -> None:
    """An owner of the server saves what there is of somebody else; an administrator finds no button for that."""
    (fay,) = people.registered("fay")
    (number,) = people.ids(fay)
    with daemon.administration() as administration:
        administration.add("gus", PASSWORD, administrator=True)
        administration.add("hal", PASSWORD, role=ServerRole.OWNER)
    gus, hal = people.person("gus"), people.person("hal")
    for person in (gus, hal):
        person.log_in()
        person.go(f"admin/people/{number}", "Chrome-Linux")
    expect(gus.page.get_by_role("button", name="Rename")).to_be_visible()
    expect(gus.page.get_by_role("button", name="Export the data")).to_have_count(0)
    hal.page.get_by_role("main").get_by_role("button", name="Export the data").click()
    with hal.page.expect_download() as saving:
        hal.page.get_by_role("dialog").get_by_role("button", name="Export the data").click()
    saving.value.save_as(tmp_path / "fay.zip")
    assert saving.value.suggested_filename == "fay.zip"
    with zipfile.ZipFile(tmp_path / "fay.zip") as found:
        assert "The data of fay" in found.read("index.html").decode()
