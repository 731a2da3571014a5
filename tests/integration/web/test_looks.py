"""On a phone, in Chinese, for those who do not see the screen, and with hostile texts."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.integration.web.browser import PASSWORD, PHONE, BrowserCase, Person

HOSTILE = [
    "<script>fault()</script>",
    "<img src=x onerror=fault()>",
    '"><svg onload=fault()>',
    "javascript:fault()//https://example.org",
    "https://example.org/\"onmouseover='fault()'",
    "${fault()} {{fault()}} <${fault}>",
    "<a href='javascript:fault()'>x</a>",
    "javascript://example.org/%0afault()",
    "data://text/html,<script>fault()</script>",
    "data:text/html,<script>fault()</script>",
    "</textarea></title><iframe srcdoc='<script>parent.fault()</script>'>",
    "\u202eevil\u202c &lt;b&gt; &#60;b&#62;",
    "[x](javascript:fault()) **b**",
    "__proto__ constructor",
]
"""What would run, or become markup, if a text were ever taken for more than a text."""

FAULT = "() => { window.fault = () => console.error('it ran'); }"

SCREENS = [
    "chats",
    "chats/user-{other}",
    "contacts",
    "contacts/{other}",
    "contacts/find",
    "groups",
    "groups/{group}",
    "groups/new",
    "groups/find",
    "settings/profile",
    "settings/account",
    "settings/devices",
    "settings/appearance",
    "settings/blocked",
]


class LooksTests(BrowserCase):
    def check(self, person: Person, where: str) -> None:
        """Nothing serious is wrong for those who use a keyboard or a screen reader."""
        # In the dark only the colours are others.
        options = {"runOnly": ["color-contrast"]} if where.endswith("dark") else {}
        found = Axe().run(person.page, options=options).response["violations"]
        serious = [
            (where, each["id"], node["html"], node["failureSummary"])
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]
        self.assertEqual(serious, [])

    def test_accessibility(self) -> None:
        """Every screen, light and dark."""
        guest = self.person("guest")
        expect(guest.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
        self.check(guest, "entry")
        ann, bob = self.registered("ann", "bob")
        one, two = self.ids(ann, bob)
        ann.go("groups/new")
        ann.page.get_by_label("Group name").fill("Readers")
        ann.page.get_by_role("button", name="Create group").click()
        ann.write("first")
        ann.sees("first")
        group = ann.page.evaluate("location.hash").rpartition("-")[2]
        ann.go(f"chats/user-{two}")
        ann.write("Hello, see https://example.org")
        ann.choose("Hello", "🎉")
        expect(ann.message("Hello").locator(".reactions")).to_be_visible()
        bob.go(f"chats/user-{one}")
        bob.choose("Hello", "Reply")
        bob.write("well")
        ann.sees("well")
        for theme in ("light", "dark"):
            ann.go("settings/appearance")
            ann.page.get_by_text(theme.title(), exact=True).click()
            for screen in SCREENS:
                ann.go(screen.format(other=two, group=group))
                ann.page.wait_for_timeout(100)
                self.check(ann, f"{screen} {theme}")
            ann.go(f"chats/user-{two}")
            ann.message("well").hover()
            ann.message("well").get_by_role("button", name="Actions").click()
            expect(ann.page.locator(".menu")).to_be_visible()
            self.check(ann, f"a message's menu {theme}")
            ann.page.keyboard.press("Escape")

    def test_the_keyboard(self) -> None:
        """Everything can be reached without a mouse; the focus comes back to where it was."""
        kim, lea = self.registered("kim", "lea")
        (number,) = self.ids(lea)
        kim.go(f"chats/user-{number}")
        area = kim.page.get_by_label("Write a message")
        expect(area).to_be_focused()
        kim.write("one")
        kim.write("two")
        kim.state("two", "delivered")
        kim.page.get_by_role("region", name="Messages").focus()
        kim.page.keyboard.press("ArrowUp")
        expect(kim.message("two")).to_be_focused()
        kim.page.keyboard.press("ArrowUp")
        expect(kim.message("one")).to_be_focused()
        kim.page.keyboard.press("Enter")
        expect(kim.page.get_by_role("button", name="👍")).to_be_focused()
        kim.page.keyboard.press("ArrowRight")
        kim.page.keyboard.press("Enter")
        expect(kim.message("one").locator(".reactions")).to_have_text("❤️ 1")
        kim.page.keyboard.press("Escape")
        area.focus()
        kim.page.keyboard.press("ArrowUp")
        expect(area).to_have_value("two")
        kim.page.keyboard.type("!")
        kim.page.keyboard.press("Enter")
        kim.sees("two!")
        kim.page.get_by_role("button", name="Emoji").focus()
        kim.page.keyboard.press("Enter")
        expect(kim.page.locator(".menu")).to_be_visible()
        kim.page.keyboard.press("Escape")
        expect(kim.page.locator(".menu")).to_have_count(0)
        expect(kim.page.get_by_role("button", name="Emoji")).to_be_focused()

    def test_a_phone(self) -> None:
        """One pane at a time; nothing is wider than the screen; back is a button and the browser's own."""
        cleo = self.person("cleo", viewport=PHONE, has_touch=True, is_mobile=True)
        cleo.register()
        (dave,) = self.registered("dave")
        (number,) = self.ids(dave)
        cleo.go(f"chats/user-{number}")
        expect(cleo.page.locator(".navigation")).to_be_hidden()
        cleo.page.get_by_label("Write a message").fill("x" * 300)
        cleo.page.get_by_role("button", name="Send", exact=True).tap()
        cleo.sees("x" * 300)
        width = "document.scrollingElement.scrollWidth"
        self.assertEqual(cleo.page.evaluate(width), PHONE["width"])
        cleo.page.get_by_role("link", name="Back").tap()
        expect(cleo.page.locator(".list-pane")).to_be_visible()
        expect(cleo.page.locator(".detail-pane")).to_be_hidden()
        for screen in ("contacts", "groups", "settings", "settings/profile", f"contacts/{number}"):
            cleo.go(screen)
            self.assertEqual(cleo.page.evaluate(width), PHONE["width"])
        cleo.page.go_back()
        expect(cleo.page.get_by_role("heading", name="Profile")).to_be_visible()

    def test_chinese(self) -> None:
        """A Chinese browser is spoken to in Chinese, also by the server; the language can be chosen."""
        finn = self.person("finn", locale="zh-CN")
        expect(finn.page.get_by_role("heading", name="登录")).to_be_visible()
        finn.page.get_by_label("用户名").fill("nobody")
        finn.page.get_by_label("密码").fill("wrong")
        finn.page.get_by_role("button", name="登录", exact=True).click()
        expect(finn.page.get_by_role("alert")).to_contain_text("密码")
        finn.faults.clear()
        finn.page.get_by_role("button", name="English").click()
        expect(finn.page.get_by_role("heading", name="Log in")).to_be_visible()
        finn.page.get_by_role("button", name="中文").click()
        finn.page.get_by_role("button", name="还没有账号？去注册").click()
        finn.page.get_by_label("用户名").fill("芬恩")
        finn.page.get_by_label("密码").fill(PASSWORD)
        finn.page.get_by_role("button", name="注册账号").click()
        expect(finn.page.get_by_role("heading", name="聊天")).to_be_visible()
        finn.page.reload()
        expect(finn.page.get_by_role("heading", name="聊天")).to_be_visible()
        self.assertEqual(finn.page.evaluate("document.documentElement.lang"), "zh")

    def test_every_word_is_there_in_both_languages(self) -> None:
        """With the same places to fill in."""
        guest = self.person("guest")
        words = guest.page.evaluate(
            """async () => {
                const base = document.querySelector('script[src]').src.replace('main.js', 'words/');
                const [{ en }, { zh }] = await Promise.all([import(`${base}en.js`), import(`${base}zh.js`)]);
                const places = (text) => [...new Set([...text.matchAll(/\\{\\w+\\}/g)].map(String))].sort().join();
                const shape = (words) => Object.fromEntries(Object.entries(words).map(([k, v]) => [k, places(v)]));
                return [shape(en), shape(zh)];
            }"""
        )
        self.assertEqual(words[0], words[1])

    def test_hostile_texts(self) -> None:
        """Names, profiles, groups and messages are shown as they are, and nothing in them runs."""
        gina, hal = self.registered("gina", "hal")
        one, two = self.ids(gina, hal)
        for person in (gina, hal):
            person.page.evaluate(FAULT)
        gina.go(f"chats/user-{two}")
        hal.go(f"chats/user-{one}")
        for text in HOSTILE:
            gina.write(text)
        gina.state(HOSTILE[-1], "read")
        shown = hal.page.locator(".message .said")
        expect(shown).to_have_text(HOSTILE)
        for link in hal.page.locator(".message .said a").all():
            self.assertTrue(str(link.get_attribute("href")).startswith("https://example.org"))
        self.assertEqual(hal.page.locator("#app :is(iframe, script, svg[onload], [onerror])").count(), 0)

        gina.go("settings/profile")
        name = "<img src=x onerror=fault()>"
        gina.page.get_by_label("Name").fill(name)
        gina.page.get_by_label("About you").fill(HOSTILE[4])
        gina.page.get_by_role("button", name="Save").click()
        expect(gina.page.get_by_text("Saved")).to_be_visible()
        gina.go("groups/new")
        gina.page.get_by_label("Group name").fill("<svg onload=fault()>")
        gina.page.get_by_label("Description").fill("".join(HOSTILE))
        gina.page.get_by_role("button", name="Create group").click()
        gina.write("in here")
        gina.sees("in here")
        hal.page.reload()
        hal.page.evaluate(FAULT)
        expect(hal.page.get_by_role("heading", name=name)).to_be_visible()
        hal.go(f"contacts/{one}")
        expect(hal.page.get_by_role("heading", name=name)).to_be_visible()
        hal.go("groups/find")
        hal.page.get_by_role("link", name="<svg onload=fault()>").click()
        expect(hal.page.locator(".bio")).to_have_text("".join(HOSTILE))

    def test_a_script_in_the_page_would_not_run(self) -> None:
        """The policy is the second wall: markup that got in would be dead, and the browser says that it was stopped."""
        guest = self.person("guest")
        stopped = guest.page.evaluate(
            """() => {
                try { document.body.innerHTML = '<img src=x onerror="document.title=1">'; return false; }
                catch { return true; }
            }"""
        )
        self.assertTrue(stopped)
        self.assertTrue(any("TrustedHTML" in fault for fault in guest.faults), guest.faults)
        guest.faults.clear()
