"""The web client of a site that is not at the root of its host."""

from typing import ClassVar

from playwright.sync_api import FilePayload, expect

from tests.integration.web.below import Below
from tests.support.browser import BrowserCase
from tests.support.pictures import picture


class Stripped(BrowserCase):
    """The proxy takes the path off what it passes on."""

    strips: ClassVar[bool] = True
    proxy: ClassVar[Below]

    @classmethod
    def setUpClass(cls) -> None:
        cls.proxy = Below("/chat", cls.strips)
        cls.settings = {"PUBLIC_URL": cls.proxy.url, "REGISTRATION": "open"}
        super().setUpClass()
        cls.proxy.target = cls.daemon.port

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        cls.proxy.close()

    def test_everything(self) -> None:
        """An account is made, people chat, a picture is sent and seen; after a reload all is as before."""
        ann = self.person("ann", url=self.proxy.url)
        ann.register()
        bob = self.person("bob", url=self.proxy.url, member=True)
        one, two = self.ids(ann, bob)
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
                self.assertEqual(cookie["path"], "/chat/session")
            self.assertEqual(person.page.evaluate("location.pathname"), "/chat/")
        bob.write("how green")
        ann.sees("how green")
        # Browsers look for that one by themselves.
        self.assertEqual([target for target in self.proxy.strays if target != "/favicon.ico"], [])


class Kept(Stripped):
    """The proxy passes on what it gets."""

    strips: ClassVar[bool] = False
