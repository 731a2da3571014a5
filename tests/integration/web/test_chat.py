"""Two people chat in two browsers."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import expect

from tests.support.browser import PASSWORD, People, Person, wait_for
from tests.support.daemon import Daemon


def type_and_look(one: Person, other: Person) -> bool:
    """@return: whether the other sees that one types."""
    one.page.get_by_label("Write a message").press_sequentially("He")
    return other.page.locator(".chat-state").text_content() == "typing…"


def test_two_people(people: People) -> None:
    """They find each other, write, reply, react, edit and recall, and see how far each message has come."""
    ann, bob = people.registered("ann", "bob")
    ann.page.get_by_role("button", name="New chat").click()
    expect(ann.page.get_by_role("main").get_by_role("heading", name="New chat")).to_be_visible()
    ann.page.get_by_label("Part of a name").fill("BO")
    ann.page.get_by_role("main").locator(".row-main", has_text="bob").click()
    ann.write("Hello Bob")
    ann.state("Hello Bob", "delivered")
    expect(bob.page).to_have_title("(1) HiChat")
    bob.page.locator(".row-main", has_text="Hello Bob").click()
    bob.sees("Hello Bob")
    ann.state("Hello Bob", "read")
    expect(bob.page).to_have_title("HiChat")
    expect(ann.page.locator(".chat-state")).to_have_text("online")

    # It passes some seconds after the last key.
    wait_for(lambda: type_and_look(bob, ann))
    bob.page.get_by_label("Write a message").fill("")

    bob.choose("Hello Bob", "Reply")
    expect(bob.page.locator(".regarding")).to_contain_text("Reply to ann")
    bob.write("Hello Ann, read https://example.org/a_(b). Do!")
    reply = ann.message("Hello Ann")
    expect(reply.locator(".quote")).to_contain_text("Hello Bob")
    link = reply.get_by_role("link")
    expect(link).to_have_attribute("href", "https://example.org/a_(b)")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")

    ann.choose("Hello Ann", "👍")
    expect(bob.message("Hello Ann").locator(".reactions button")).to_have_text("👍 1")
    bob.message("Hello Ann").locator(".reactions button").click()
    expect(ann.message("Hello Ann").locator(".reactions button")).to_have_text("👍 2")
    ann.message("Hello Ann").locator(".reactions button").click()
    expect(bob.message("Hello Ann").locator(".reactions button")).to_have_text("👍 1")

    ann.write("a typo")
    ann.choose("a typo", "Edit")
    ann.write("no typo")
    bob.sees("no typo")
    expect(bob.message("no typo")).to_contain_text("edited")
    ann.choose("no typo", "Recall")
    ann.page.get_by_role("dialog").get_by_role("button", name="Recall").click()
    bob.sees("Message recalled")
    expect(bob.message("no typo")).to_have_count(0)

    ann.page.get_by_role("button", name="Emoji").click()
    ann.page.locator(".emoji-grid").get_by_role("button", name="grinning face", exact=True).click()
    area = ann.page.get_by_label("Write a message")
    expect(area).to_have_value("😀")
    expect(area).to_be_focused()
    ann.page.keyboard.press("Enter")
    bob.sees("😀")


def blank_as_too_old(daemon: Daemon, last: str) -> None:
    """Do to a conversation what the daemon does after as many days, up to the message with this text."""
    with closing(sqlite3.connect(Path(daemon.environment["HICHAT_STATE_DIR"], "hichat.db"), timeout=30)) as connection:
        query = "SELECT conversation, position FROM events WHERE instr(body, ?)"
        place = connection.execute(query, (last.encode(),)).fetchone()
        connection.execute("UPDATE events SET body = x'' WHERE conversation = ? AND position <= ?", place)
        connection.execute("INSERT INTO keeping_apart (conversation, position, days) VALUES (?, ?, 30)", place)
        connection.commit()


def test_what_is_kept_no_more(people: People, daemon: Daemon) -> None:
    """It is gone from the browser, too, and a line says where the kept messages begin."""
    ann, bob = people.registered("xenia", "yves")
    ann.go(f"chats/user-{people.ids(bob)[0]}")
    for text in ("an old one", "another old one", "a new one"):
        ann.write(text)
        ann.has_sent(text)
    blank_as_too_old(daemon, "another old one")
    line = re.compile(r"^Messages before .* \d+.* were deleted, as this server keeps them for 30 days\.$")
    ann.page.reload()
    expect(ann.page.locator(".messages .beginning")).to_have_text(line)
    expect(ann.page.locator(".message .said")).to_have_text(["a new one"])


def test_a_name_comes_decomposed(people: People) -> None:
    """As some systems paste it. What is kept counts, and no more than that is taken."""
    page = people.person("nobody").page
    page.get_by_role("button", name="No account yet? Create one").click()
    field = page.get_by_label("Name")
    field.focus()
    page.keyboard.insert_text("\u1112\u1161\u11ab" * 62)
    expect(field).to_have_value("한" * 62)
    page.keyboard.insert_text("xyz")
    expect(field).to_have_value("한" * 62 + "xy")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Chats")).to_be_visible()


def test_staying_logged_in(people: People, daemon: Daemon) -> None:
    """A browser stays logged in, all its tabs hear everything once, and log out together. No script has the key."""
    cleo, dave = people.registered("cleo", "dave")
    (number,) = people.ids(cleo)
    second = cleo.tab()
    expect(second.get_by_role("heading", name="Chats")).to_be_visible()
    dave.go(f"chats/user-{number}")
    dave.write("to both tabs")
    for page in (cleo.page, second):
        page.get_by_role("link", name="dave").click()
        expect(page.locator(".message", has_text="to both tabs")).to_have_count(1)
    cleo.write("from one tab")
    expect(second.locator(".message", has_text="from one tab")).to_have_count(1)
    dave.sees("from one tab")

    cookies = {cookie["name"]: cookie for cookie in cleo.context.cookies([f"{daemon.url}/session"])}
    assert cookies["hichat_session"]["httpOnly"]
    assert cookies["hichat_session"]["sameSite"] == "Strict"
    assert cookies["hichat_session"]["path"] == "/session"
    kept = cleo.page.evaluate("document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert "ey" not in kept

    second.close()
    cleo.page.reload()
    cleo.sees("from one tab")
    third = cleo.tab()
    # A new tab can be used before it has all that it begins with; what is on its way at the log-out is refused.
    cleo.expect_fault("401 (Unauthorized)")
    third.get_by_role("link", name="Settings").click()
    third.get_by_role("button", name="Log out").click()
    for page in (cleo.page, third):
        expect(page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    third.reload()
    cleo.log_in(third)
    third.get_by_role("link", name="Settings").click()
    third.get_by_role("link", name="Security and devices").click()
    sessions = third.get_by_role("list", name="Where you are logged in")
    expect(sessions.get_by_text("Chrome-Linux")).to_have_count(1)
    expect(third.get_by_text("This device")).to_be_visible()
    expect(third.get_by_text("Logged out devices")).to_have_count(0)


def test_what_is_being_written(people: People) -> None:
    """A reply or an edit that comes to nothing does not lose it, nor does a reload; input methods may use Enter."""
    mia, noah = people.registered("mia", "noah")
    one, two = people.ids(mia, noah)
    mia.go(f"chats/user-{two}")
    noah.go(f"chats/user-{one}")
    mia.write("hello")
    mia.state("hello", "read")
    area = mia.page.get_by_label("Write a message")
    area.fill("half a thought")
    mia.choose("hello", "Reply")
    mia.page.get_by_role("button", name="Cancel").click()
    expect(area).to_have_value("half a thought")
    mia.choose("hello", "Edit")
    expect(area).to_have_value("hello")
    mia.page.keyboard.press("Escape")
    expect(area).to_have_value("half a thought")
    mia.choose("hello", "Edit")
    mia.write("hello again")
    noah.sees("hello again")
    expect(area).to_have_value("half a thought")
    expect(mia.page.locator(".list-pane .row", has_text="half a thought")).to_be_visible()
    mia.page.reload()
    expect(area).to_have_value("half a thought")

    # What is typed right behind an emoji goes behind it.
    area.fill("ab")
    area.evaluate("element => element.setSelectionRange(1, 1)")
    mia.page.get_by_role("button", name="Emoji").click()
    mia.page.locator(".emoji-grid").get_by_role("button", name="grinning face", exact=True).evaluate(
        "element => { element.click(); document.execCommand('insertText', false, '!'); }"
    )
    expect(area).to_have_value("a😀!b")
    expect(area).to_be_focused()

    area.fill("")
    session = mia.context.new_cdp_session(mia.page)
    session.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    enter = {"type": "rawKeyDown", "windowsVirtualKeyCode": 13, "key": "Enter"}
    session.send("Input.dispatchKeyEvent", enter)
    session.send("Input.insertText", {"text": "你好"})
    expect(area).to_have_value("你好")
    expect(mia.page.locator(".message")).to_have_count(1)

    noah.message("hello again").hover()
    noah.message("hello again").get_by_role("button", name="Actions").click()
    expect(noah.page.locator(".menu")).to_be_visible()
    mia.choose("hello again", "Recall")
    mia.page.get_by_role("dialog").get_by_role("button", name="Recall").click()
    noah.sees("Message recalled")
    expect(noah.page.locator(".menu")).to_have_count(0)
    mia.go("settings")
    mia.page.get_by_role("button", name="Log out").click()
    expect(mia.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    assert "你好" not in mia.page.evaluate("JSON.stringify(localStorage)")


def test_two_tabs(people: People) -> None:
    """What is done to a message in one tab is seen in the other, and what is read in one is read in both."""
    kate, luke = people.registered("kate", "luke")
    one, two = people.ids(kate, luke)
    kate.go(f"chats/user-{two}")
    luke.go(f"chats/user-{one}")
    for text in ("to edit", "to like", "to recall"):
        kate.write(text)
    kate.state("to recall", "read")
    second = kate.tab()
    second.get_by_role("link", name="luke").click()
    expect(second.locator(".message")).to_have_count(3)
    kate.page.bring_to_front()
    kate.choose("to edit", "Edit")
    kate.write("edited well")
    kate.choose("to like", "👍")
    kate.choose("to recall", "Recall")
    kate.page.get_by_role("dialog").get_by_role("button", name="Recall").click()
    expect(second.locator(".message .said")).to_have_text(["edited well", "to like", "Message recalled"])
    expect(second.locator(".reactions")).to_have_text("👍 1")

    kate.go("chats")
    second.evaluate("location.hash = '#/chats'")
    luke.write("read me")
    for page in (kate.page, second):
        expect(page).to_have_title("(1) HiChat")
    kate.go(f"chats/user-{two}")
    for page in (kate.page, second):
        expect(page).to_have_title("HiChat")
        expect(page.locator(".list-pane .row .badge")).to_have_count(0)


def test_unread_and_recalled(people: People) -> None:
    """What was taken back is not unread, whether it came before the page did or after."""
    una, vic = people.registered("una", "vic")
    _, two = people.ids(una, vic)
    una.go(f"chats/user-{two}")
    for text in ("first", "second", "third"):
        una.write(text)
    una.state("third", "delivered")
    vic.page.reload()
    for text, unread in (("", 3), ("second", 2), ("third", 1)):
        if text:
            una.choose(text, "Recall")
            una.page.get_by_role("dialog").get_by_role("button", name="Recall").click()
        expect(vic.page).to_have_title(f"({unread}) HiChat")
    una.write("fourth")
    expect(vic.page).to_have_title("(2) HiChat")
    for text, title in (("fourth", "(1) HiChat"), ("first", "HiChat")):
        una.choose(text, "Recall")
        una.page.get_by_role("dialog").get_by_role("button", name="Recall").click()
        expect(vic.page).to_have_title(title)


def test_a_password_that_is_refused(people: People) -> None:
    """What it must be like is said before; why it was refused stands at the field, here and in the settings."""
    pat = people.person("patpat")
    pat.page.get_by_role("button", name="No account yet? Create one").click()
    field = pat.page.get_by_label("Password", exact=True)
    expect(field).to_have_accessible_description(re.compile("At least 8 characters"))
    pat.page.get_by_label("Name").fill(pat.name)
    for password, reason in (("short", "at least 8"), ("password1", "others would guess"), ("patpat-4711", "name")):
        field.fill(password)
        pat.page.get_by_role("button", name="Create account").click()
        expect(field).to_have_accessible_description(re.compile(reason))
        expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("correct horse")
    pat.page.get_by_role("button", name="Create account").click()
    expect(pat.page.get_by_role("heading", name="Chats")).to_be_visible()
    pat.go("settings/account")
    pat.page.get_by_label("Current password").fill("correct horse")
    fresh = pat.page.get_by_label("New password")
    fresh.fill("password1")
    pat.page.get_by_role("button", name="Change password").click()
    expect(fresh).to_have_accessible_description(re.compile("others would guess"))
    fresh.fill("battery staple")
    pat.page.get_by_role("button", name="Change password").click()
    expect(pat.page.get_by_text("Your password is changed.")).to_be_visible()
    pat.faults[:] = [fault for fault in pat.faults if "400" not in fault]


def test_without_a_shared_worker(people: People) -> None:
    """Some browsers have none: then one tab is connected at a time, and another can take over."""
    alone = people.person("alone", script="delete window.SharedWorker")
    alone.register()
    (gus,) = people.registered("gus")
    one, two = people.ids(alone, gus)
    alone.go(f"chats/user-{two}")
    alone.write("it works")
    alone.state("it works", "delivered")
    second = alone.tab()
    expect(second.get_by_role("heading", name="Chats")).to_be_visible()
    expect(alone.page.get_by_text("HiChat is open in another window.").first).to_be_visible()
    gus.go(f"chats/user-{one}")
    gus.write("to the second")
    expect(second.locator(".row", has_text="to the second")).to_be_visible()
    alone.page.get_by_role("button", name="Use it here").first.click()
    alone.sees("to the second")
    expect(second.get_by_text("HiChat is open in another window.").first).to_be_visible()


def test_notifications(people: People, daemon: Daemon) -> None:
    """
    Who does not look is called; not from a conversation that is muted, and not while looking. What comes elsewhere than
    in the conversation in view sounds.
    """
    record = """
        window.calls = [];
        window.Notification = class {
            static permission = 'granted';
            constructor(title, given) {
                window.calls.push(`${title}|${given.body}`);
                window.notice = this;
            }
            close() { window.wasClosed = true; }
        };
        window.sounds = 0;
        window.AudioContext = class extends AudioContext {
            constructor() {
                super();
                window.sounds++;
            }
        };
        Object.defineProperty(document, 'hasFocus', { value: () => !window.away });
    """
    ida = people.person("ida", script=record)
    ida.register()
    (jan,) = people.registered("jan")
    (number,) = people.ids(ida)
    jan.go(f"chats/user-{number}")
    jan.write("you are looking")
    expect(ida.page.locator(".row", has_text="you are looking")).to_be_visible()
    ida.until("sounds === 1")
    (sender,) = people.ids(jan)
    ida.go(f"chats/user-{sender}")
    jan.write("here you are")
    jan.state("here you are", "read")
    ida.go("settings/notices")
    ida.page.evaluate("window.away = true; window.dispatchEvent(new Event('blur'))")
    jan.write("you are away")
    ida.until("calls.length > 0")
    assert ida.page.evaluate("calls") == ["jan|you are away"]
    assert ida.page.evaluate("sounds") == 2
    ida.page.evaluate("notice.onclick()")
    ida.sees("you are away")
    assert ida.page.evaluate("wasClosed")
    ida.go("settings/notices")
    for what in ("Show the text in notifications", "Sound when a message comes"):
        ida.page.get_by_role("group", name=what).get_by_text("Off", exact=True).click()
    ida.page.evaluate("window.dispatchEvent(new Event('blur'))")
    jan.write("a secret")
    ida.until("calls.length > 1")
    assert ida.page.evaluate("calls")[1] == "jan (2)|New message"
    assert ida.page.evaluate("sounds") == 2
    badge = ida.page.get_by_role("group", name="Number of unread messages")
    badge.get_by_text("Off", exact=True).click()
    expect(ida.page).to_have_title("HiChat")
    badge.get_by_text("On", exact=True).click()
    expect(ida.page).not_to_have_title("HiChat")
    ida.page.get_by_role("group", name="Show the text").get_by_text("On", exact=True).click()
    ida.page.evaluate("window.away = false; window.dispatchEvent(new Event('focus'))")
    ida.go("chats")
    ida.page.evaluate("window.away = true; window.dispatchEvent(new Event('blur'))")
    row = ida.page.locator(".list-pane .row", has_text="a secret")
    row.hover()
    row.get_by_role("button", name="More about jan").click()
    ida.page.get_by_role("button", name="Mute").click()
    ida.page.get_by_role("button", name="Until I unmute it").click()
    expect(row.locator(".row-sign")).to_be_visible()
    jan.write("psst")
    expect(ida.page.locator(".row", has_text="psst")).to_be_visible()
    assert len(ida.page.evaluate("calls")) == 2
    expect(ida.page).to_have_title("HiChat")
    row = ida.page.locator(".list-pane .row", has_text="jan")
    row.hover()
    row.get_by_role("button", name="More about jan").click()
    ida.page.get_by_role("button", name="Unmute").click()
    expect(row.locator(".row-sign")).to_have_count(0)
    # Many that come together call once, and of two tabs one calls.
    other = ida.tab()
    expect(other.get_by_role("heading", name="Chats")).to_be_visible()
    for page in (other, ida.page):
        page.evaluate("window.away = true; window.dispatchEvent(new Event('blur'))")
    frames = [{"TargetId": number, "Content": f"burst {count}"} for count in range(9)]
    jan.say_much(sender, daemon.issue("jan"), frames)
    ida.until("calls.some((call) => call.includes('burst 8'))")
    calls = ida.page.evaluate("calls")[2:]
    assert len(calls) < 9
    assert re.search(r"^jan \(\d+\)\|burst 8$", calls[-1])
    assert other.evaluate("calls") == []


def test_a_wrong_password(people: People) -> None:
    """It is said why one cannot come in."""
    people.registered("eve")
    other = people.person("eve")
    other.page.get_by_label("Name").fill("eve")
    other.page.get_by_label("Password").fill("wrong")
    other.page.get_by_role("button", name="Log in", exact=True).click()
    expect(other.page.get_by_role("alert")).to_be_visible()
    other.page.get_by_label("Password").fill(PASSWORD)
    other.page.get_by_role("button", name="Log in", exact=True).click()
    expect(other.page.get_by_role("heading", name="Chats")).to_be_visible()
    # The browser itself notes each answer that is a refusal.
    assert all("401" in fault or "403" in fault for fault in other.faults), other.faults
    other.faults.clear()
