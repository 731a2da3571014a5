"""What people format: how it is written, how it is shown, and where it is shown without its signs."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser import People

SAID = "**hi** _@bob_ `x*y*` [bank.example](https://evil.example/)\n```js\nlet a;\n```\n> q\nend"


def test_how_it_is_written(people: People) -> None:
    """By keys and by buttons, with a preview; the browser can undo each."""
    cat, dan = people.registered("cat", "dan")
    cat.go(f"chats/user-{people.ids(cat, dan)[1]}")
    area = cat.page.get_by_label("Write a message")
    keys = cat.page.keyboard
    area.fill("one two")
    preview = cat.page.get_by_role("group", name="Preview")
    keys.press("Control+Shift+ArrowLeft")
    keys.press("Control+b")
    expect(area).to_have_value("one **two**")
    expect(preview.locator("strong")).to_have_text("two")
    keys.press("Control+i")
    expect(area).to_have_value("one ***two***")
    keys.press("Control+z")
    keys.press("Control+z")
    expect(area).to_have_value("one two")
    expect(preview).to_have_count(0)
    for key, sign in (("Control+Shift+X", "~~"), ("Control+e", "`")):
        area.fill("")
        keys.press(key)
        keys.type("x")
        keys.press(key)
        keys.type(" y")
        expect(area).to_have_value(f"{sign}x{sign} y")
    keys.press("Control+Shift+U")
    expect(area).to_have_value("`x` y[]()")
    keys.press("Control+z")
    expect(area).to_have_value("`x` y")
    cat.page.get_by_role("button", name="Formatting").click()
    bar = cat.page.get_by_role("toolbar", name="Formatting")
    keys.press("Shift+Enter")
    keys.type("list")
    bar.get_by_role("button", name="List").click()
    expect(area).to_have_value("`x` y\n- list")
    expect(area).to_be_focused()
    expect(preview.locator("li")).to_have_text("list")
    preview.get_by_role("button", name="Hide the preview").click()
    expect(preview).to_have_count(0)
    keys.press("Enter")
    expect(cat.page.locator(".message li")).to_have_text("list")
    expect(area).to_have_value("")
    # This browser keeps what was chosen.
    cat.page.reload()
    area.fill("**x**")
    expect(bar.get_by_role("button", name="Preview")).to_have_attribute("aria-pressed", "false")
    bar.get_by_role("button", name="Preview").click()
    expect(preview.locator("strong")).to_have_text("x")


def test_how_it_is_shown(people: People) -> None:
    """Its looks among the messages, and its words everywhere else. It is edited and copied as it was written."""
    ann, bob = people.registered("ann", "bob")
    ids = people.ids(ann, bob)
    ann.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bob.go(f"chats/user-{ids[0]}")
    ann.go(f"chats/user-{ids[1]}")
    ann.write(SAID)
    for person in (ann, bob):
        said = person.message("bank.example").locator(".said")
        expect(said.locator("strong")).to_have_text("hi")
        expect(said.locator("p > code")).to_have_text("x*y*")
        expect(said.locator("blockquote")).to_have_text("q")
        expect(said.locator("> p").last).to_have_text("end")
        expect(said.locator("a")).to_have_attribute("href", "https://evil.example/")
        expect(said.locator("a")).to_have_attribute("rel", "noopener noreferrer nofollow")
        expect(said.locator(".leads-to")).to_have_text("(evil.example)")
        expect(said.locator("pre")).to_have_text("let a;")
        expect(person.page.locator(".list-pane .row-note").first).to_contain_text(
            "hi @bob x*y* bank.example let a; > q end"
        )
    ann.message("end").get_by_role("button", name="Copy code").click()
    expect(ann.message("end").get_by_role("button", name="Copied")).to_be_visible()
    assert ann.page.evaluate("navigator.clipboard.readText()") == "let a;"
    ann.choose("end", "Copy")
    ann.until("navigator.clipboard.readText().then((text) => text.startsWith('**hi**'))")

    ann.choose("end", "Edit")
    expect(ann.page.get_by_label("Write a message")).to_have_value(SAID)
    expect(ann.page.locator(".regarding")).to_contain_text("hi @bob x*y*")
    ann.write("*other*")
    for person in (ann, bob):
        expect(person.page.locator(".message em")).to_have_text("other")
    bob.choose("other", "Reply")
    bob.write("[see](javascript:alert) <b>\\*2*3*4\\*</b>")
    ann.sees("[see](javascript:alert) <b>*2*3*4*</b>")
    expect(ann.page.locator(".quote span")).to_have_text("other")
    ann.page.reload()
    expect(ann.page.locator(".message em")).to_have_text("other")
