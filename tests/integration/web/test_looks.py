"""On a phone, in Chinese, for those who do not see the screen, and with hostile texts."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, expect

from tests.support.browser import PASSWORD, PHONE, BrowserCase, Person, Wire
from tests.support.pictures import picture

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
    "chats/new",
    "chats/user-{other}",
    "chats/group-{group}",
    "chats/announcements",
    "search//Hello",
    "search/group-{group}/nothing",
    "contacts",
    "contacts/{other}",
    "contacts/find",
    "groups",
    "groups/{group}",
    "groups/new",
    "groups/find",
    "join/abc",
    "settings",
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
        options = {"resultTypes": ["violations"]} | ({"runOnly": ["color-contrast"]} if where.endswith("dark") else {})
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

    def test_accessibility_of_what_opens(self) -> None:
        """Dialogs, menus, pickers, what one writes with, and what went wrong; light and dark."""
        guest = self.person("guest")
        guest.page.get_by_label("Name").fill("nobody")
        guest.page.get_by_label("Password").fill("wrong")
        guest.page.get_by_role("button", name="Log in", exact=True).click()
        expect(guest.page.get_by_role("alert")).to_be_visible()
        self.check(guest, "a refused login")
        guest.page.get_by_role("button", name="No account yet? Create one").click()
        toggle = guest.page.get_by_role("button", name="Show password")
        expect(toggle).to_have_attribute("aria-pressed", "false")
        toggle.click()
        expect(toggle).to_have_attribute("aria-pressed", "true")
        expect(guest.page.get_by_label("Password")).to_have_attribute("type", "text")
        self.check(guest, "a new account")
        guest.faults.clear()
        ivy, jon = self.registered("ivy", "jon")
        (number,) = self.ids(jon)
        page = ivy.page
        for screen in ("chats", "contacts", "groups", "settings/blocked", f"chats/user-{number}"):
            ivy.go(screen)
            page.wait_for_timeout(100)
            self.check(ivy, f"{screen}, empty")
        ivy.go("groups/new")
        page.get_by_label("Group name").fill("Sailors")
        page.get_by_role("button", name="Create group").click()
        ivy.write("ahoy")
        ivy.sees("ahoy")
        group = page.evaluate("location.hash").rpartition("-")[2]
        jon.go(f"groups/{group}")
        jon.page.get_by_role("button", name="Join").click()
        jon.write("@ivy ahoy too")
        ivy.sees("too")
        dialog = page.get_by_role("dialog")
        for theme in ("light", "dark"):
            ivy.go("settings/appearance")
            page.get_by_text(theme.title(), exact=True).click()
            ivy.go(f"groups/{group}")
            for name in ("Invite", "Invite links", "Edit", "Dissolve group"):
                page.locator(".tiles").get_by_role("button", name=name, exact=True).click()
                expect(dialog).to_be_visible()
                if name == "Invite links" and theme == "light":
                    dialog.get_by_role("button", name="New link").click()
                    expect(dialog.get_by_label("Invite link")).to_be_visible()
                self.check(ivy, f"{name} {theme}")
                page.keyboard.press("Escape")
                expect(dialog).to_have_count(0)
            ivy.go(f"contacts/{number}")
            for name in ("Add to contacts", "Block"):
                page.get_by_role("button", name=name, exact=True).click()
                self.check(ivy, f"{name} {theme}")
                page.keyboard.press("Escape")
                expect(dialog).to_have_count(0)
            ivy.go("settings/account")
            page.get_by_role("button", name="Delete account").click()
            dialog.get_by_label("Password").fill("wrong")
            dialog.get_by_role("button", name="Delete account").click()
            expect(page.locator(".toast")).to_be_visible()
            self.check(ivy, f"an error above a dialog {theme}")
            ivy.faults.clear()
            page.keyboard.press("Escape")
            ivy.go(f"chats/group-{group}")
            for name in ("Emoji", "More about Sailors"):
                page.get_by_role("main").get_by_role("button", name=name).click()
                expect(page.locator(".menu")).to_be_visible()
                self.check(ivy, f"{name} {theme}")
                page.keyboard.press("Escape")
            ivy.choose("too", "Reply")
            area = page.get_by_label("Write a message")
            area.press_sequentially("@j")
            expect(page.get_by_role("option", name="jon")).to_be_visible()
            chosen = area.get_attribute("aria-activedescendant")
            self.assertEqual(page.get_by_role("option", name="jon").get_attribute("id"), chosen)
            self.check(ivy, f"a reply with a mention {theme}")
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
            area.fill("")
            page.get_by_role("button", name="Record a voice message").click()
            expect(page.get_by_role("timer")).to_be_visible()
            self.check(ivy, f"recording {theme}")
            page.get_by_role("button", name="Discard").click()
            shot = FilePayload(name="sail.png", mimeType="image/png", buffer=picture(300, 2000))
            page.locator(".composer input[type=file]").set_input_files(shot)
            expect(dialog.get_by_label("Caption")).to_be_in_viewport(ratio=1)
            expect(dialog.get_by_role("button", name="Send", exact=True)).to_be_in_viewport(ratio=1)
            self.check(ivy, f"a picture before it is sent {theme}")
            page.keyboard.press("Escape")
            ivy.context.set_offline(True)
            ivy.write("adrift" + theme)
            expect(ivy.message("adrift" + theme)).to_be_visible()
            self.check(ivy, f"a message on its way {theme}")
            ivy.context.set_offline(False)
            ivy.state("adrift" + theme, "read")
            ivy.faults.clear()

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
        kim.page.locator(".emoji-grid").get_by_role("button").first.focus()
        kim.page.keyboard.press("ArrowDown")
        expect(kim.page.locator(".emoji-grid").get_by_role("button").nth(8)).to_be_focused()
        kim.page.keyboard.press("Escape")
        expect(kim.page.locator(".menu")).to_have_count(0)
        expect(kim.page.get_by_role("button", name="Emoji")).to_be_focused()

        more = kim.page.get_by_role("main").get_by_role("button", name="More about lea")
        more.focus()
        kim.page.keyboard.press("Enter")
        kim.page.keyboard.press("ArrowDown")
        kim.page.keyboard.press("Enter")
        expect(kim.page.locator(".list-pane .row-sign")).to_have_attribute("title", "Pinned")
        expect(more).to_be_focused()
        kim.page.keyboard.press("Enter")
        kim.page.get_by_role("button", name="Mute").focus()
        kim.page.keyboard.press("Tab")
        expect(kim.page.locator(".menu")).to_have_count(0)

        kim.go(f"contacts/{number}")
        kim.page.get_by_role("button", name="Block").focus()
        kim.page.keyboard.press("Enter")
        expect(kim.page.get_by_role("button", name="Cancel")).to_be_focused()
        kim.page.keyboard.press("Escape")
        expect(kim.page.get_by_role("button", name="Block")).to_be_focused()

    def test_the_whole_window(self) -> None:
        """All panes reach its end, whatever is in them, with a notice above them and without."""
        wire = Wire(self.daemon.port)
        self.addCleanup(wire.close)
        eda = self.person("eda", url=f"http://127.0.0.1:{wire.port}")
        eda.register()
        (fay,) = self.registered("fay")
        screens = ("chats", f"chats/user-{self.ids(fay)[0]}", "contacts", "settings/profile")
        lowest = "(name) => document.querySelector(name).getBoundingClientRect().bottom"

        def check(panes: tuple[str, ...]) -> None:
            for width, height in ((1280, 800), (800, 600), (PHONE["width"], PHONE["height"])):
                eda.page.set_viewport_size({"width": width, "height": height})
                for screen in screens:
                    eda.go(screen)
                    found = {round(eda.page.evaluate(lowest, pane)) for pane in panes} - {0}
                    # On a phone what does not stand at the end of it stands above the navigation.
                    self.assertEqual(found if width > 720 else {max(found)}, {height}, (screen, width))

        panes = (".navigation", ".list-pane", ".detail-pane")
        check(panes)
        wire.cut()
        expect(eda.page.locator(".trouble")).to_be_visible()
        check(panes)
        eda.faults.clear()

    def test_a_phone(self) -> None:
        """One pane at a time; nothing is wider than the screen; back is a button and the browser's own."""
        wire = Wire(self.daemon.port)
        self.addCleanup(wire.close)
        url = f"http://127.0.0.1:{wire.port}"
        cleo = self.person("cleo", url=url, viewport=PHONE, has_touch=True, is_mobile=True)
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
        # That there is no connection moves nothing, and hides neither the head nor where one goes or writes.
        cleo.go("chats")
        places = {f"chats/user-{number}": (".chat-head", ".composer"), "chats": (".pane-head", ".navigation")}
        before = cleo.page.locator(".list-pane .row").first.bounding_box()
        wire.cut()
        banner = cleo.page.locator(".trouble")
        expect(banner).to_be_visible()
        self.assertEqual(cleo.page.locator(".list-pane .row").first.bounding_box(), before)
        for screen, others in places.items():
            cleo.go(screen)
            for other in others:
                expect(cleo.page.locator(f"{other}:visible")).to_be_visible()
                one, two = banner.bounding_box(), cleo.page.locator(f"{other}:visible").bounding_box()
                assert one is not None
                assert two is not None
                apart = one["y"] + one["height"] <= two["y"] or two["y"] + two["height"] <= one["y"]
                self.assertTrue(apart, (screen, other, one, two))
        wire.mend()
        expect(banner).to_have_count(0)
        cleo.faults.clear()
        cleo.go("settings/profile")
        cleo.go("settings")
        cleo.page.go_back()
        expect(cleo.page.get_by_role("heading", name="Profile")).to_be_visible()

    def test_fingers(self) -> None:
        """On a touch screen nothing to press is smaller than 40 pixels; a message's button is, but takes as much."""
        greta = self.person("greta", viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
        greta.register()
        (hugo,) = self.registered("hugo")
        (number,) = self.ids(hugo)
        hugo.go(f"contacts/{self.ids(greta)[0]}")
        hugo.page.get_by_role("button", name="Add to contacts").click()
        hugo.page.get_by_role("button", name="Send request").click()
        small = """() => [...document.querySelectorAll("button, a[href], input, textarea")]
            .filter((each) => each.checkVisibility() && !each.closest(".hidden, .choice, .message, .said"))
            .map((each) => [each.className, each.getBoundingClientRect()])
            .filter(([, { width, height }]) => width && (width < 40 || height < 40)).map(([name]) => name)"""
        screens = [
            "chats",
            "chats/new",
            "contacts",
            "contacts/find",
            "groups",
            "settings",
            "settings/devices",
            "settings/appearance",
        ]
        for screen in [*screens, f"contacts/{number}", f"chats/user-{number}"]:
            greta.go(screen)
            greta.page.wait_for_timeout(200)
            self.assertEqual((screen, greta.page.evaluate(small)), (screen, []))
        greta.page.get_by_label("Write a message").fill("hello")
        greta.page.get_by_role("button", name="Send", exact=True).tap()
        button = greta.message("hello").get_by_role("button", name="Actions")
        sizes = button.evaluate(
            "(element) => [getComputedStyle(element, '::after')].map((s) => [s.width, s.height])[0]"
        )
        self.assertTrue(all(float(size[:-2]) >= 40 for size in sizes), sizes)

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
