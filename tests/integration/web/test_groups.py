"""Life in groups, and among contacts."""

import re
import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from tests.support.browser import People, wait_for
from tests.support.daemon import Daemon


def test_a_group(people: People) -> None:
    """It is made, found, joined; people are mentioned, invited, made admin, muted and removed; it is dissolved."""
    ann, bob, cleo = people.registered("ann", "bob", "cleo")
    ann.page.get_by_role("link", name="Groups").click()
    ann.page.get_by_role("link", name="New group").first.click()
    ann.page.get_by_label("Group name").fill("Gardeners")
    ann.page.get_by_label("Description").fill("Everything about tomatoes")
    # Who presses twice means it once.
    asked: list[str] = []
    for person in (ann, bob):
        person.page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    ann.page.get_by_role("button", name="Create group").dblclick()
    ann.write("Welcome")
    ann.sees("Welcome")
    ann.page.get_by_role("link", name="Information").click()
    expect(ann.page.locator(".portrait")).to_contain_text("1 member · everybody may join")
    ann.page.go_back()

    bob.page.get_by_role("link", name="Groups").click()
    bob.page.get_by_role("link", name="Find groups").first.click()
    bob.page.get_by_role("main").get_by_label("Group name").fill("Gard")
    bob.page.get_by_role("main").get_by_role("link", name="Gardeners").click()
    bob.page.get_by_role("button", name="Join").dblclick()
    expect(bob.page.get_by_label("Write a message")).to_be_visible()
    expect(ann.page.locator(".chat-state")).to_have_text("2 members")
    paths = [re.sub(r"\d+", "N", url.rpartition("/v2/")[2]) for url in asked]
    assert [path for path in paths if path.startswith("groups")] == ["groups", "groups/N/join"]

    area = ann.page.get_by_label("Write a message")
    area.press_sequentially("Hi @b")
    expect(ann.page.get_by_role("option", name="bob")).to_be_visible()
    ann.page.keyboard.press("Enter")
    area.press_sequentially("how are you?")
    ann.page.keyboard.press("Enter")
    expect(bob.message("how are you?").locator(".mention.own")).to_have_text("@bob")
    bob.write("fine")
    expect(ann.message("fine").locator(".message-who")).to_have_text("bob")
    # A letter in the place of a picture is no word of a link.
    line = ann.message("fine").locator(".message-side").evaluate("(link) => getComputedStyle(link).textDecorationLine")
    assert line == "none"
    bob.state("fine", "read")

    ann.page.get_by_role("link", name="Information").click()
    ann.page.get_by_role("button", name="Invite", exact=True).click()
    ann.page.get_by_label("Part of a name").fill("cleo")
    ann.page.get_by_role("dialog").get_by_role("button", name="Invite").click()
    ann.page.get_by_role("button", name="Close").click()
    cleo.page.get_by_role("link", name="Groups").click()
    cleo.page.get_by_role("button", name="Join").click()
    cleo.write("thanks for having me")
    expect(ann.page.get_by_text("3 members").first).to_be_visible()

    row = ann.page.locator(".detail-pane .row", has_text="cleo")
    row.get_by_role("button", name="More about cleo").click()
    ann.page.get_by_role("button", name="Make admin").click()
    expect(row).to_contain_text("Admin")
    other = ann.page.locator(".detail-pane .row", has_text="bob")
    other.get_by_role("button", name="More about bob").click()
    ann.page.get_by_role("button", name="Mute", exact=True).click()
    expect(bob.page.get_by_text("You cannot write here at the moment.")).to_be_visible()
    other.get_by_role("button", name="More about bob").click()
    ann.page.get_by_role("button", name="Unmute", exact=True).click()
    expect(bob.page.get_by_label("Write a message")).to_be_visible()
    other.get_by_role("button", name="More about bob").click()
    ann.page.get_by_role("button", name="Remove from group").click()
    ann.page.get_by_role("dialog").get_by_role("button", name="Remove from group").click()
    expect(bob.page.get_by_text("You are not a member of this group.")).to_be_visible()

    ann.page.get_by_role("button", name="Invite links").click()
    ann.page.get_by_role("button", name="New link").click()
    link = ann.page.get_by_label("Invite link", exact=True)
    expect(link).to_be_visible()
    address = link.input_value()
    ann.page.get_by_role("button", name="Close").click()
    bob.page.goto(address)
    bob.page.get_by_role("button", name="Join", exact=True).click()
    bob.write("back again")
    bob.has_sent("back again")

    ann.page.get_by_role("button", name="Edit").click()
    ann.page.get_by_role("dialog").get_by_label("Group name").fill("Tomato lovers")
    ann.page.get_by_role("dialog").get_by_text("After approval").click()
    ann.page.get_by_role("button", name="Save").click()
    expect(bob.page.get_by_role("heading", name="Tomato lovers")).to_be_visible()
    # Who is just asking for its new name may be told that it is gone, which the browser itself notes.
    for person in (ann, bob, cleo):
        person.expect_fault("404")
    ann.page.get_by_role("button", name="Dissolve group").click()
    ann.page.get_by_role("dialog").get_by_role("button", name="Dissolve group").click()
    expect(bob.page.locator(".list-pane .row", has_text="Tomato lovers")).to_have_count(0)


def test_coming_and_going(people: People) -> None:
    """Who comes and goes stands between the messages, also later; who has to go, or whose group ends, is told."""
    hal, ida, joe = people.registered("hal", "ida", "joe")
    hal.go("groups/new")
    hal.page.get_by_label("Group name").fill("Secret")
    hal.page.get_by_text("By invitation").click()
    hal.page.get_by_role("button", name="Create group").click()
    for text in ("one", "two", "three"):
        hal.write(text)
    hal.state("three", "sent")
    place = hal.page.evaluate("location.hash").removeprefix("#/chats/group-")
    hal.go(f"groups/{place}")
    hal.page.get_by_role("button", name="Invite", exact=True).click()
    for person in (ida, joe):
        hal.page.get_by_label("Part of a name").fill(person.name)
        hal.page.locator(".dialog .row", has_text=person.name).get_by_role("button", name="Invite").click()
        person.go("groups")
        person.page.get_by_role("button", name="Join").click()
        expect(person.page.get_by_label("Write a message")).to_be_visible()
    hal.page.get_by_role("button", name="Close").click()

    ida.go("chats")
    hal.go(f"chats/group-{place}")
    hal.write("four")
    # Of what was said before she came nothing is unread.
    expect(ida.page.locator(".list-pane .row .badge")).to_have_text(re.compile(r"^\s*1\s"))
    expect(ida.page).to_have_title("(1) HiChat")
    ida.go(f"chats/group-{place}")
    ida.sees("four")

    hal.go(f"groups/{place}")
    hal.page.get_by_role("button", name="Edit").click()
    hal.page.get_by_role("dialog").get_by_label("Group name").fill("Top secret")
    hal.page.get_by_role("button", name="Save").click()
    hal.page.locator(".detail-pane .row", has_text="ida").get_by_role("button", name="More about ida").click()
    hal.page.get_by_role("button", name="Remove from group").click()
    hal.page.get_by_role("dialog").get_by_role("button", name="Remove from group").click()
    expect(ida.page.get_by_text("You are not a member of this group.")).to_be_visible()
    expect(ida.page.get_by_label("Write a message")).to_have_count(0)

    seen = ["hal made the group", "one", "two", "three", "ida, joe joined", "four"]
    seen += ["hal named the group “Top secret”", "ida was removed by hal"]
    hal.go(f"chats/group-{place}")
    shown = ".messages-content :is(.change, .said)"
    expect(hal.page.locator(shown)).to_have_text(seen)
    hal.page.reload()
    expect(hal.page.locator(shown)).to_have_text(seen)
    expect(joe.page.locator(shown)).to_have_text(["joe joined", *seen[5:]])

    hal.go(f"groups/{place}")
    hal.page.get_by_role("button", name="Dissolve group").click()
    hal.page.get_by_role("dialog").get_by_role("button", name="Dissolve group").click()
    expect(joe.page.get_by_text("This group was dissolved.")).to_be_visible()
    joe.go("groups/1000000999")
    expect(joe.page.get_by_text("There is no such group")).to_be_visible()
    # The browser itself notes that they were told so; who is removed, or dissolves it, may just have been asking.
    for person in (hal, ida, joe):
        person.expect_fault("404")


def test_who_has_come_is_not_invited_any_more(people: People) -> None:
    """Also while the list of the invited is on its way."""
    kai, lea = people.registered("kai", "lea")
    kai.go("groups/new")
    kai.page.get_by_label("Group name").fill("Slow")
    kai.page.get_by_text("By invitation").click()
    kai.page.get_by_role("button", name="Create group").click()
    kai.write("hello")
    kai.state("hello", "sent")
    kai.go(kai.page.evaluate("location.hash").replace("#/chats/group-", "groups/"))
    kai.page.get_by_role("button", name="Invite", exact=True).click()
    kai.page.get_by_label("Part of a name").fill("lea")
    kai.page.locator(".dialog .row", has_text="lea").get_by_role("button", name="Invite").click()
    kai.page.get_by_role("button", name="Close").click()
    row = kai.page.locator(".detail-pane .row", has_text="lea")
    expect(row.get_by_role("button", name="Take back")).to_be_visible()
    kai.page.route(re.compile(r"/v2/groups/\d+/(requests|invitations|bans)"), lambda _: None)
    lea.go("groups")
    lea.page.get_by_role("button", name="Join").click()
    expect(row.get_by_role("button", name="More about lea")).to_be_visible()
    assert row.count() == 1


def test_contacts(people: People) -> None:
    """Somebody is asked with a greeting, accepts, gets another name, and is blocked and unblocked."""
    dave, eve = people.registered("dave", "eve")
    one, two = people.ids(dave, eve)
    dave.go(f"contacts/{two}")
    dave.page.get_by_role("button", name="Add to contacts").click()
    dave.page.get_by_label("Greeting (optional)").fill("It is Dave!")
    dave.page.get_by_role("button", name="Send request").click()
    expect(eve.page.get_by_role("link", name="Contacts").locator(".badge")).to_have_text("1")
    eve.page.get_by_role("link", name="Contacts").click()
    expect(eve.page.get_by_text("It is Dave!")).to_be_visible()
    eve.page.get_by_role("button", name="Accept").click()
    expect(dave.page.get_by_role("button", name="Rename")).to_be_visible()
    dave.page.get_by_role("button", name="Rename").click()
    dave.page.get_by_label("Your name for them").fill("Evie")
    dave.page.get_by_role("button", name="Save").click()
    expect(dave.page.get_by_role("heading", name="Evie")).to_be_visible()

    eve.go(f"contacts/{one}")
    eve.page.get_by_role("button", name="Block").click()
    eve.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    eve.go("settings/blocked")
    eve.page.get_by_role("button", name="Unblock").click()
    expect(eve.page.get_by_text("You have blocked nobody.")).to_be_visible()


def test_who_has_read_it(people: People, daemon: Daemon) -> None:
    """As long as one of the others has not, a message is neither delivered nor read; by how many it was is said."""
    mona, nick, olga = people.registered("mona", "nick", "olga")
    olga.page.close()
    mona.page.get_by_role("link", name="Groups").click()
    mona.page.get_by_role("link", name="New group").first.click()
    mona.page.get_by_label("Group name").fill("Readers")
    mona.page.get_by_role("button", name="Create group").click()
    mona.write("before anybody came")
    mona.state("before anybody came", "sent")
    group = mona.page.evaluate("location.hash").partition("group-")[2]
    nick.go("groups/find")
    nick.page.get_by_role("main").get_by_label("Group name").fill("Readers")
    nick.page.get_by_role("main").get_by_role("link", name="Readers").click()
    nick.page.get_by_role("button", name="Join").click()
    mona.go(f"groups/{group}")
    mona.page.get_by_role("button", name="Invite", exact=True).click()
    mona.page.get_by_label("Part of a name").fill("olga")
    mona.page.get_by_role("dialog").get_by_role("button", name="Invite").click()
    mona.page.get_by_role("button", name="Close").click()
    late = olga.tab()
    late.get_by_role("link", name="Groups").click()
    late.get_by_role("button", name="Join").click()
    expect(late.get_by_label("Write a message")).to_be_visible()
    late.close()
    # What runs behind her tabs has gone as well: she hears nothing.
    wait_for(lambda: people.metric("connections") == 2)
    mona.go(f"chats/group-{group}")
    nick.go(f"chats/group-{group}")
    mona.write("has everybody seen this?")
    state = mona.message("has everybody seen this?").locator(".state")
    expect(state).to_have_attribute("aria-label", "Read by 1 of 2")
    expect(state).to_have_class("state sent")
    expect(state).to_have_text("1")
    mona.choose("has everybody seen this?", "Who has read it")
    dialog = mona.page.get_by_role("dialog", name="Who has read it")
    expect(dialog.locator(".list-head")).to_have_text(["Read · 1", "Not delivered yet · 1"])
    expect(dialog.locator(".row-title")).to_have_text([re.compile("^nick"), re.compile("^olga")])
    mona.page.keyboard.press("Escape")
    again = olga.tab()
    again.evaluate("(place) => { location.hash = place; }", f"#/chats/group-{group}")
    mona.state("has everybody seen this?", "read")

    # In a large group nobody is told; the list comes when it is asked for.
    with closing(sqlite3.connect(f"{daemon.directory}/state/hichat.db", timeout=30)) as store, store:
        store.execute("UPDATE groups SET size = 102 WHERE id = ?", (group,))
    mona.page.reload()
    mona.state("has everybody seen this?", "sent")
    mona.choose("has everybody seen this?", "Who has read it")
    expect(dialog.locator(".list-head")).to_have_text(["Read · 2"])
    expect(dialog.locator(".row-title")).to_have_text([re.compile("^nick"), re.compile("^olga")])
    mona.page.keyboard.press("Escape")
    expect(mona.message("has everybody seen this?")).to_be_focused()
    # Now that the dialog is loaded it opens before the pointer leaves the message, and the bar with it.
    mona.choose("has everybody seen this?", "Who has read it")
    expect(dialog.locator(".list-head")).to_have_text(["Read · 2"])
    mona.page.keyboard.press("Escape")
    expect(mona.message("has everybody seen this?")).to_be_focused()
