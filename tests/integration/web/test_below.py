"""The web client of a site that is not at the root of its host."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, expect

from tests.integration.web.below import Below, BelowNginx
from tests.proof import WAYS_BELOW
from tests.support.browser import People, running
from tests.support.daemon import Daemon
from tests.support.pictures import picture


@pytest.fixture(scope="module", params=WAYS_BELOW)
def proxy(request: pytest.FixtureRequest) -> Iterator[Below | BelowNginx]:
    """
    nginx; a proxy that leaves the prefix in the paths that it passes on, as nginx does; and one that takes it off.
    """
    proxy = BelowNginx() if request.param == "nginx" else Below("/chat", strips=request.param == "stripped")
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def daemon(proxy: Below | BelowNginx) -> Iterator[Daemon]:
    """A daemon whose public address is the proxy's."""
    with running(PUBLIC_URL=proxy.url, REGISTRATION="open") as daemon:
        proxy.lead_to(daemon.port)
        yield daemon


def test_everything(people: People, proxy: Below | BelowNginx) -> None:
    """An account is made, people chat, a picture is sent and seen; after a reload all is as before."""
    ann = people.person("ann", url=proxy.url)
    ann.register()
    bob = people.person("bob", url=proxy.url, member=True)
    one, two = people.ids(ann, bob)
    ann.go(f"chats/user-{two}")
    bob.go(f"chats/user-{one}")
    ann.write("hello")
    bob.sees("hello")
    bob.write("good morning")
    ann.sees("good morning")
    file: FilePayload = {"name": "green.png", "mimeType": "image/png", "buffer": picture(300, 200)}
    ann.page.locator("input[type=file]").set_input_files(file)
    ann.page.get_by_label("Caption (optional)").fill("my garden")
    ann.page.get_by_role("button", name="Send", exact=True).last.click()
    expect(bob.message("my garden").get_by_role("img", name="my garden")).to_be_visible()
    bob.until("document.querySelector('.message img')?.naturalWidth > 0")
    for person in (ann, bob):
        person.page.reload()
        person.sees("my garden")
        person.until("document.querySelector('.message img')?.naturalWidth > 0")
        for cookie in person.context.cookies():
            assert cookie["path"] == "/chat/session"
        assert person.page.evaluate("location.pathname") == "/chat/"
    ann.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    assert ann.page.evaluate("navigator.serviceWorker.ready.then(({ scope }) => scope)") == f"{proxy.url}/"
    bob.write("how green")
    ann.sees("how green")
    # Browsers look for that one by themselves.
    assert [target for target in proxy.strays if target != "/favicon.ico"] == []
