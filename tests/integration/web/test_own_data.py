"""One's own data: saved as a ZIP, and gone with the account."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import FilePayload, expect

from tests.media.samples import PNG
from tests.support.browser import People, wait_for

HOSTILE = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"


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
