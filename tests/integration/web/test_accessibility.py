"""No screen has a serious fault for people who use a keyboard or a screen reader."""

import re

from playwright.sync_api import FilePayload, expect

from tests.proof import THEMES
from tests.support.axe import check
from tests.support.browser import People
from tests.support.pictures import picture

SCREENS = {
    "chats": "bob",
    "chats/new": "bob",
    "chats/user-{other}": "well",
    "chats/group-{group}": "first",
    "chats/announcements": "No messages yet",
    "archive": "Nothing is archived.",
    "mentions": "Nobody has mentioned you yet.",
    "search//Hello": "see https",
    "search/group-{group}/nothing": "Nothing found.",
    "contacts": "No contacts yet.",
    "contacts/{other}": "bob",
    "contacts/find": "bob",
    "groups": "Readers",
    "groups/{group}": "Owner",
    "groups/new": "New group",
    "groups/find": "Readers",
    "join/abc": "You have an invite link to a group.",
    "settings": "Log out",
    "settings/profile": "Only you see this",
    "settings/account": "Delete account",
    "settings/security": "This device",
    "settings/notices": "Sound",
    "settings/appearance": "Language",
    "settings/blocked": "You have blocked nobody.",
}
"""Places of the client, each with a text that it shows as soon as everything is there."""


def test_accessibility(people: People) -> None:
    """Every screen, light and (in the full proof) dark."""
    guest = people.person("guest")
    expect(guest.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    check(guest, "entry")
    ann, bob = people.registered("ann", "bob")
    one, two = people.ids(ann, bob)
    ann.go("groups/new")
    ann.page.get_by_label("Group name").fill("Readers")
    ann.page.get_by_role("button", name="Create group").click()
    ann.write("first")
    ann.sees("first")
    group = ann.page.evaluate("location.hash").rpartition("-")[2]
    ann.go(f"chats/user-{two}")
    ann.write("Hello, **see** https://example.org `or` [bank.example](https://x.example/)\n```sh\nls\n```\n> so\n- a")
    ann.page.get_by_role("button", name="Formatting").click()
    ann.choose("Hello", "🎉")
    expect(ann.message("Hello").locator(".reactions")).to_be_visible()
    bob.go(f"chats/user-{one}")
    bob.choose("Hello", "Reply")
    bob.write("well")
    ann.sees("well")
    for theme in THEMES:
        ann.go("settings/appearance")
        ann.page.get_by_text(theme.title(), exact=True).click()
        for screen, text in SCREENS.items():
            ann.go(screen.format(other=two, group=group), text)
            check(ann, f"{screen} {theme}")
        ann.go(f"chats/user-{two}")
        ann.page.get_by_label("Write a message").fill("`x` **y**")
        expect(ann.page.get_by_role("group", name="Preview")).to_be_visible()
        ann.message("well").hover()
        ann.message("well").get_by_role("button", name="Actions").click()
        expect(ann.page.locator(".menu")).to_be_visible()
        check(ann, f"a message's menu, and what is written {theme}")
        ann.page.keyboard.press("Escape")


def test_accessibility_of_what_opens(people: People) -> None:
    """Dialogs, menus, pickers, what one writes with, and what went wrong; as above in both themes."""
    guest = people.person("guest")
    guest.page.get_by_label("Name").fill("nobody")
    guest.page.get_by_label("Password").fill("wrong")
    guest.page.get_by_role("button", name="Log in", exact=True).click()
    expect(guest.page.get_by_role("alert")).to_be_visible()
    check(guest, "a refused login")
    guest.page.get_by_role("button", name="No account yet? Create one").click()
    toggle = guest.page.get_by_role("button", name="Show password")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(guest.page.get_by_label("Password")).to_have_attribute("type", "text")
    check(guest, "a new account")
    guest.faults.clear()
    ivy, jon = people.registered("ivy", "jon")
    (number,) = people.ids(jon)
    page = ivy.page
    for screen, text in (
        ("chats", "Announcements"),
        ("contacts", "No contacts yet."),
        ("groups", "You are in no group yet."),
        ("settings/blocked", "You have blocked nobody."),
        (f"chats/user-{number}", "No messages yet"),
    ):
        ivy.go(screen, text)
        check(ivy, f"{screen}, empty")
    ivy.go("groups/new")
    page.get_by_label("Group name").fill("Sailors")
    page.get_by_role("button", name="Create group").click()
    ivy.write("ahoy")
    ivy.sees("ahoy")
    group = page.evaluate("location.hash").rpartition("-")[2]
    # Who is not in it is told so once.
    jon.expect_fault("status of 40")
    jon.go(f"chats/group-{group}")
    expect(jon.page.get_by_text("ot a member of this group")).to_have_count(1)
    expect(jon.page.locator(".list-pane .row", has_text="Sailors")).to_have_count(0)
    check(jon, "a group that one is not in")
    jon.page.get_by_role("alert").get_by_role("link", name="Information").click()
    jon.page.get_by_role("button", name="Join").click()
    jon.write("@ivy ahoy too")
    ivy.sees("too")
    dialog = page.get_by_role("dialog")
    for theme in THEMES:
        ivy.go("settings/appearance")
        page.get_by_text(theme.title(), exact=True).click()
        ivy.go(f"groups/{group}")
        for name in ("Invite", "Invite links", "Edit", "Dissolve group"):
            page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
            expect(dialog).to_be_visible()
            if name == "Invite links" and theme == "light":
                dialog.get_by_role("button", name="New link").click()
                expect(dialog.get_by_label("Invite link")).to_be_visible()
            if name == "Invite links":
                dialog.get_by_role("button", name="Copy").click()
                # One of before may still be there.
                expect(page.locator(".toast").last).to_be_visible()
                check(ivy, f"a notice above a dialog {theme}")
            check(ivy, f"{name} {theme}")
            page.keyboard.press("Escape")
            expect(dialog).to_have_count(0)
        ivy.go(f"contacts/{number}")
        for name in ("Add to contacts", "Block"):
            page.get_by_role("button", name=name, exact=True).click()
            expect(dialog).to_be_visible()
            check(ivy, f"{name} {theme}")
            page.keyboard.press("Escape")
            expect(dialog).to_have_count(0)
        ivy.go("settings/account")
        page.get_by_role("button", name="Delete account").click()
        dialog.get_by_label("Password").fill("wrong")
        dialog.get_by_role("button", name="Delete account").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        check(ivy, f"an error at a field {theme}")
        ivy.faults.clear()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        ivy.go(f"chats/group-{group}")
        for name in ("Emoji", "More about Sailors"):
            page.get_by_role("main").get_by_role("button", name=name).click()
            expect(page.locator(".menu")).to_be_visible()
            expect(page.locator(".emoji-grid")).to_have_count(1 if name == "Emoji" else 0)
            check(ivy, f"{name} {theme}")
            page.keyboard.press("Escape")
            expect(page.locator(".menu")).to_have_count(0)
        for keys, shown in (("Control+k", "Go to a chat or person"), ("Control+/", "Keyboard shortcuts")):
            page.keyboard.press(keys)
            expect(dialog.get_by_role("heading", name=shown)).to_be_visible()
            check(ivy, f"{shown} {theme}")
            page.keyboard.press("Escape")
            expect(dialog).to_have_count(0)
        ivy.go(f"search/group-{group}")
        page.get_by_text("Filters").click()
        check(ivy, f"the filters of a search {theme}")
        ivy.go(f"chats/group-{group}", "too")
        ivy.choose("too", "Forward")
        expect(dialog.get_by_role("checkbox").first).to_be_visible()
        check(ivy, f"to whom a message is forwarded {theme}")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        ivy.choose("too", "Pin message")
        ivy.choose("too", "Save message")
        ivy.message("too").hover()
        expect(page.get_by_role("toolbar", name="Quick actions")).to_be_visible()
        expect(page.get_by_role("group", name="Pinned message")).to_be_visible()
        check(ivy, f"a pinned message, and a bar {theme}")
        ivy.go("saved")
        expect(page.locator(".detail-pane .row", has_text="too")).to_be_visible()
        check(ivy, f"saved messages {theme}")
        ivy.go(f"chats/group-{group}", "too")
        ivy.choose("too", "Unpin message")
        ivy.choose("too", "Remove from saved")
        ivy.choose("too", "Reply")
        area = page.get_by_label("Write a message")
        area.press_sequentially("@j")
        chosen = page.get_by_role("option", name="jon").get_attribute("id")
        expect(area).to_have_attribute("aria-activedescendant", str(chosen))
        check(ivy, f"a reply with a mention {theme}")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        area.fill("")
        page.get_by_role("button", name="Record a voice message").click()
        expect(page.get_by_role("timer")).to_have_text(re.compile("Recording 0:0[1-9]"))
        check(ivy, f"recording {theme}")
        ivy.go("contacts")
        ivy.go(f"chats/user-{number}", "jon")
        ivy.go(f"chats/group-{group}", "too")
        expect(page.get_by_label("Voice message, not sent yet")).to_be_visible()
        check(ivy, f"a recording that waits {theme}")
        page.get_by_role("button", name="Discard").click()
        shot = FilePayload(name="sail.png", mimeType="image/png", buffer=picture(300, 2000))
        page.locator(".composer input[type=file]").set_input_files(shot)
        expect(dialog.get_by_label("Caption")).to_be_in_viewport(ratio=1)
        expect(dialog.get_by_role("button", name="Send", exact=True)).to_be_in_viewport(ratio=1)
        check(ivy, f"a picture before it is sent {theme}")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        page.locator(".composer input[type=file]").set_input_files([shot, shot])
        expect(dialog.get_by_label("Caption")).to_be_visible()
        check(ivy, f"several pictures before they are sent {theme}")
        dialog.get_by_role("button", name="Send", exact=True).click()
        page.get_by_role("button", name="Show Picture 2 of 2").last.click()
        expect(dialog.get_by_role("button", name="Previous picture")).to_be_visible()
        check(ivy, f"a picture as large as the window {theme}")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        ivy.context.set_offline(True)
        ivy.write("adrift" + theme)
        expect(ivy.message("adrift" + theme)).to_be_visible()
        check(ivy, f"a message on its way {theme}")
        ivy.context.set_offline(False)
        ivy.state("adrift" + theme, "read")
        ivy.faults.clear()
