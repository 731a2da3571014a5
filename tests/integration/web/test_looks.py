"""By the keyboard, on a phone, in Chinese, and with hostile texts."""

from playwright.sync_api import ViewportSize, expect

from tests.support.browser import PASSWORD, PHONE, People, serve_sources, wait_for

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


WATCH = """(selector) => {
    window.first = new Promise((resolve) => {
        const watch = new MutationObserver(() => {
            const found = document.querySelector(selector);
            if (!found) return;
            watch.disconnect();
            resolve(found.contains(document.activeElement));
        });
        watch.observe(document.body, { childList: true, subtree: true });
    });
}"""
"""Notes whether an element has the focus as soon as it is there, in the same turn of the page."""


def test_the_keyboard(people: People) -> None:
    """
    Everything can be reached without a mouse; the focus comes back to where it was. What comes to be written in has the
    focus at once: nothing that is typed then goes elsewhere.
    """
    kim, lea = people.registered("kim", "lea")
    (number,) = people.ids(lea)
    kim.page.evaluate(WATCH, ".composer textarea")
    kim.go(f"chats/user-{number}")
    assert kim.page.evaluate("first")
    area = kim.page.get_by_label("Write a message")
    expect(area).to_be_focused()
    kim.page.evaluate(WATCH, "dialog")
    kim.page.keyboard.press("Control+k")
    assert kim.page.evaluate("first")
    kim.page.keyboard.press("Escape")
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
    expect(kim.page.locator(".menu").get_by_role("button", name="👍")).to_be_focused()
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
    kim.page.locator(".emoji-tabs").get_by_role("button", name="People and gestures").click()
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
    kim.page.keyboard.press("Enter")
    expect(kim.page.get_by_role("button", name="For an hour")).to_be_visible()
    kim.page.get_by_role("button", name="Until I unmute it").focus()
    kim.page.keyboard.press("Tab")
    expect(kim.page.locator(".menu")).to_have_count(0)

    kim.go(f"contacts/{number}")
    kim.page.get_by_role("button", name="Block").focus()
    kim.page.keyboard.press("Enter")
    expect(kim.page.get_by_role("button", name="Cancel")).to_be_focused()
    kim.page.keyboard.press("Escape")
    expect(kim.page.get_by_role("button", name="Block")).to_be_focused()


def test_the_whole_window(people: People) -> None:
    """All panes reach its end, whatever is in them, with a notice above them and without."""
    wire = people.wire()
    eda = people.person("eda", url=wire.url)
    eda.register()
    (fay,) = people.registered("fay")
    screens = ("chats", f"chats/user-{people.ids(fay)[0]}", "contacts", "settings/profile")
    lowest = "(name) => document.querySelector(name).getBoundingClientRect().bottom"

    def check(panes: tuple[str, ...]) -> None:
        for width, height in ((1280, 800), (800, 600), (PHONE["width"], PHONE["height"])):
            eda.page.set_viewport_size({"width": width, "height": height})
            for screen in screens:
                eda.go(screen)
                found = {round(eda.page.evaluate(lowest, pane)) for pane in panes} - {0}
                # On a phone what does not stand at the end of it stands above the navigation.
                assert (found if width > 720 else {max(found)}) == {height}, (screen, width)

    panes = (".navigation", ".list-pane", ".detail-pane")
    check(panes)
    wire.cut()
    expect(eda.page.locator(".trouble")).to_be_visible()
    check(panes)
    eda.faults.clear()


def test_a_phone(people: People) -> None:
    """One pane at a time; nothing is wider than the screen; back is a button and the browser's own."""
    wire = people.wire()
    cleo = people.person("cleo", url=wire.url, viewport=PHONE, has_touch=True, is_mobile=True)
    cleo.register()
    (dave,) = people.registered("dave")
    (number,) = people.ids(dave)
    cleo.go(f"chats/user-{number}")
    expect(cleo.page.locator(".navigation")).to_be_hidden()
    cleo.page.get_by_label("Write a message").fill("x" * 300)
    cleo.page.get_by_role("button", name="Send", exact=True).tap()
    cleo.sees("x" * 300)
    width = "document.scrollingElement.scrollWidth"
    assert cleo.page.evaluate(width) == PHONE["width"]
    cleo.page.get_by_role("link", name="Back").tap()
    expect(cleo.page.locator(".list-pane")).to_be_visible()
    expect(cleo.page.locator(".detail-pane")).to_be_hidden()
    for screen in ("contacts", "groups", "settings", "settings/profile", f"contacts/{number}"):
        cleo.go(screen)
        assert cleo.page.evaluate(width) == PHONE["width"]
    # That there is no connection moves nothing, and hides neither the head nor where one goes or writes.
    cleo.go("chats")
    places = {f"chats/user-{number}": (".chat-head", ".composer"), "chats": (".pane-head", ".navigation")}
    before = cleo.page.locator(".list-pane .row").first.bounding_box()
    wire.cut()
    banner = cleo.page.locator(".trouble")
    expect(banner).to_be_visible()
    assert cleo.page.locator(".list-pane .row").first.bounding_box() == before
    for screen, others in places.items():
        cleo.go(screen)
        for other in others:
            expect(cleo.page.locator(f"{other}:visible")).to_be_visible()
            one, two = banner.bounding_box(), cleo.page.locator(f"{other}:visible").bounding_box()
            assert one is not None
            assert two is not None
            apart = one["y"] + one["height"] <= two["y"] or two["y"] + two["height"] <= one["y"]
            assert apart, (screen, other, one, two)
    wire.mend()
    expect(banner).to_have_count(0)
    cleo.faults.clear()
    cleo.go("settings/profile")
    cleo.go("settings")
    cleo.page.go_back()
    expect(cleo.page.get_by_role("heading", name="Profile")).to_be_visible()
    # The button leads to where one came from, not to the contacts, to which somebody's page belongs.
    cleo.go("chats")
    cleo.go(f"chats/user-{number}")
    cleo.go(f"contacts/{number}", "Message")
    cleo.page.get_by_role("main").get_by_role("link", name="Back").tap()
    expect(cleo.page.get_by_label("Write a message")).to_be_visible()
    cleo.page.get_by_role("link", name="Back").tap()
    expect(cleo.page.get_by_role("heading", name="Chats")).to_be_visible()
    # Who comes from elsewhere goes where one usually comes from.
    fresh = cleo.context.new_page()
    fresh.goto(f"{wire.url}/#/contacts/{number}")
    fresh.get_by_role("main").get_by_role("link", name="Back").tap()
    expect(fresh.get_by_role("heading", name="Contacts")).to_be_visible()


def test_fingers(people: People) -> None:
    """On a touch screen nothing to press is smaller than 40 pixels; a message is held down, and shows no button."""
    greta = people.person("greta", viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    greta.register()
    (hugo,) = people.registered("hugo")
    (number,) = people.ids(hugo)
    hugo.go(f"contacts/{people.ids(greta)[0]}")
    hugo.page.get_by_role("button", name="Add to contacts").click()
    hugo.page.get_by_role("button", name="Send request").click()
    small = """() => [...document.querySelectorAll("button, a[href], input, textarea")]
        .filter((each) => each.checkVisibility() && !each.closest(".hidden, .choice, .message, .said"))
        .map((each) => [each.className, each.getBoundingClientRect()])
        .filter(([, { width, height }]) => width && (width < 40 || height < 40)).map(([name]) => name)"""
    screens = {
        "chats": "Announcements",
        "chats/new": "hugo",
        "contacts": "hugo",
        "contacts/find": "hugo",
        "groups": "You are in no group yet.",
        "settings": "Log out",
        "settings/security": "This device",
        "settings/appearance": "Language",
        "settings/notices": "Sound",
        "archive": "Nothing is archived.",
        "mentions": "Nobody has mentioned you yet.",
        f"search/user-{number}": "Filters",
        f"contacts/{number}": "hugo",
        f"chats/user-{number}": "No messages yet",
    }
    for screen, text in screens.items():
        greta.go(screen, text)
        assert (screen, greta.page.evaluate(small)) == (screen, [])
    greta.page.get_by_label("Write a message").fill("hello")
    greta.page.get_by_role("button", name="Send", exact=True).tap()
    greta.has_sent("hello")
    assert greta.page.locator(".message-more").evaluate("(element) => element.getBoundingClientRect().width") <= 1
    held = """(element, milliseconds) => new Promise((resolve) => {
        const touches = [new Touch({ identifier: 1, target: element, clientX: 9, clientY: 9 })];
        const given = { touches, bubbles: true, cancelable: true };
        const send = (type) => element.dispatchEvent(new TouchEvent(type, given));
        send("touchstart");
        setTimeout(() => resolve(send("touchend")), milliseconds);
    })"""
    said = greta.message("hello").locator(".said")
    said.evaluate(held, 100)
    said.evaluate(held, 700)
    expect(greta.page.locator(".menu")).to_have_count(1)
    greta.page.locator(".menu").get_by_role("button", name="Reply").tap()
    expect(greta.page.locator(".regarding")).to_be_visible()
    greta.go("chats", "hello")
    assert not greta.page.locator(".list-pane .row-title", has_text="hugo").evaluate(held, 700), "it is no tap"
    greta.page.locator(".menu").get_by_role("button", name="Pin").tap()
    expect(greta.page.locator(".list-pane .row-sign")).to_have_attribute("title", "Pinned")


def test_chinese(people: People) -> None:
    """A Chinese browser is spoken to in Chinese, also by the server; the language can be chosen."""
    finn = people.person("finn", locale="zh-CN")
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
    assert finn.page.evaluate("document.documentElement.lang") == "zh"

    # What a message was refused for, too, over a connection that is there already.
    (pim,) = people.registered("pim")
    finn.name = "芬恩"
    one, two = people.ids(pim, finn)
    pim.go(f"contacts/{two}")
    pim.page.get_by_role("button", name="Block").click()
    pim.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    expect(pim.page.get_by_role("button", name="Unblock")).to_be_visible()
    for link, title in (("帮助", "网页客户端"), ("Help", "The web client")):
        finn.go("settings")
        with finn.page.expect_popup() as opened:
            finn.page.get_by_role("link", name=link).click()
        expect(opened.value.get_by_role("heading", name=title, level=1)).to_be_visible()
        opened.value.close()
        finn.go("settings/appearance")
        finn.page.get_by_text("English" if link == "帮助" else "中文").click()
    for place, area, reason in (
        ("聊天", "输入消息", "对方拒收你的消息"),
        ("Chats", "Write a message", "does not want to hear"),
    ):
        if place == "Chats":
            finn.go("settings/appearance")
            finn.page.get_by_text("English").click()
        finn.go(f"chats/user-{one}")
        finn.page.get_by_label(area).fill(f"in {place}")
        finn.page.keyboard.press("Enter")
        expect(finn.message(f"in {place}").get_by_role("alert")).to_contain_text(reason)


def test_every_word_is_there_in_both_languages(people: People) -> None:
    """With the same places to fill in."""
    guest = people.person("guest")
    serve_sources(guest.page)
    words = guest.page.evaluate(
        """async () => {
            const [{ en }, { zh }] = await Promise.all(['en', 'zh'].map((name) => import(`/sources/words/${name}.js`)));
            const places = (text) => [...new Set([...text.matchAll(/\\{\\w+\\}/g)].map(String))].sort().join();
            const shape = (words) => Object.fromEntries(Object.entries(words).map(([k, v]) => [k, places(v)]));
            return [shape(en), shape(zh)];
        }"""
    )
    assert words[0] == words[1]


def test_hostile_texts(people: People) -> None:
    """Names, profiles, groups and messages are shown as they are, and nothing in them runs."""
    gina, hal = people.registered("gina", "hal")
    one, two = people.ids(gina, hal)
    for person in (gina, hal):
        person.page.evaluate(FAULT)
    gina.go(f"chats/user-{two}")
    hal.go(f"chats/user-{one}")
    for text in HOSTILE:
        gina.write(text)
    gina.state(HOSTILE[-1], "read")
    shown = hal.page.locator(".message .said")
    # Of all these only the signs of bold text are signs.
    expect(shown).to_have_text([text.replace("**b**", "b") for text in HOSTILE])
    for link in hal.page.locator(".message .said a").all():
        assert str(link.get_attribute("href")).startswith("https://example.org")
    assert hal.page.locator("#app :is(iframe, script, svg[onload], [onerror])").count() == 0

    gina.go("settings/profile")
    name = "<img src=x onerror=fault()>"
    gina.page.get_by_label("Display name").fill(name)
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


def test_marks_that_are_heaped_on_a_letter_stay_in_their_message(people: People) -> None:
    """Nothing is painted above the bubble."""
    ida, jon = people.registered("ida", "jon")
    ida.go(f"chats/user-{people.ids(jon)[0]}")
    heaped = "Z" + "".join(map(chr, range(0x300, 0x340))) + "algo"
    ida.write(heaped)
    ida.state("algo", "delivered")
    ida.page.mouse.move(0, 0)
    box = ida.message("algo").locator(".bubble").bounding_box()
    assert box is not None

    def strip(above: float) -> bytes:
        return ida.page.screenshot(clip={"x": box["x"], "y": box["y"] - above, "width": box["width"], "height": 8})

    assert strip(14) == strip(40)


COVERED = """() => {
    const notice = document.querySelector(".toast")?.getBoundingClientRect();
    return notice && [...document.querySelectorAll(".pane-head")].map((head) => head.getBoundingClientRect())
        .filter((head) => head.width && head.bottom > notice.top && head.top < notice.bottom).length;
}"""
"""The heads of panes that a notice covers; null: there is no notice at this moment."""


def test_a_notice_covers_no_head(people: People) -> None:
    (uma,) = people.registered("uma")
    for size in ({"width": 1280, "height": 800}, PHONE):
        uma.page.set_viewport_size(ViewportSize(width=size["width"], height=size["height"]))
        uma.go("settings/profile", "Save")
        uma.page.get_by_role("button", name="Save").click()
        covered = wait_for(lambda: [found for found in [uma.page.evaluate(COVERED)] if found is not None])
        assert covered == [0]


APART = """() => [...document.querySelectorAll(".bubble")].map((bubble) => {
    const last = [...bubble.querySelector(".said").getClientRects()].at(-1);
    const foot = bubble.querySelector(".message-foot").getBoundingClientRect();
    return foot.top > last.bottom ? "alone" : last.right > foot.left ? "covered" : "";
})"""
"""How the time of each message stands to the last line of the text; empty: beside it."""


def test_the_time_stands_beside_a_word(people: People) -> None:
    """However long the text is, the time is neither alone on a line nor over the text."""
    mia, ned = people.registered("mia", "ned")
    mia.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    mia.go(f"chats/user-{people.ids(ned)[0]}")
    texts = [" ".join(["words"] * count) for count in range(1, 13)] + ["שלום עולם " * 4, "你好" * 20]
    for text in texts:
        mia.write(text)
    mia.state(texts[-1], "delivered")
    found = mia.page.evaluate(APART)
    bubbles = mia.page.locator(".bubble").evaluate_all("(all) => all.map((each) => each.outerHTML)")
    assert found == [""] * len(texts), [*zip(found, bubbles, strict=False)]


def test_a_chat_is_printed(people: People) -> None:
    """All messages of the page, and nothing to press."""
    kai, lou = people.registered("kai", "lou")
    kai.go(f"chats/user-{people.ids(lou)[0]}")
    for number in range(20):
        kai.write(f"line {number}")
    kai.state("line 19", "delivered")
    kai.page.emulate_media(media="print")
    expect(kai.message("line 0")).to_be_visible()
    expect(kai.page.locator(".composer, .list-pane, .navigation").filter(visible=True)).to_have_count(0)
    hidden = kai.page.locator(".messages").evaluate("(element) => element.scrollHeight - element.clientHeight")
    assert hidden == 0


def test_a_script_in_the_page_would_not_run(people: People) -> None:
    """The policy is the second wall: markup that got in would be dead, and the browser says that it was stopped."""
    guest = people.person("guest")
    stopped = guest.page.evaluate(
        """() => {
            try { document.body.innerHTML = '<img src=x onerror="document.title=1">'; return false; }
            catch { return true; }
        }"""
    )
    assert stopped
    assert any("TrustedHTML" in fault for fault in guest.faults), guest.faults
    guest.faults.clear()
