"""What people write and attach, as a browser has it: files, the clipboard, undo, and the browser's own menu."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, ViewportSize, expect

from tests.support.axe import check
from tests.support.browser import People, Person, wait_for
from tests.support.daemon import Daemon
from tests.support.pictures import picture

PUT = """([kinds, type]) => {
    const data = new DataTransfer();
    for (const [name, kind, value] of kinds) {
        if (kind === 'text/plain') data.setData(kind, value);
        else data.items.add(new File([Uint8Array.from(value)], name, { type: kind }));
    }
    const [target, made] = type === 'drop'
        ? ['.chat', new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })]
        : ['textarea', new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })];
    return document.querySelector(target).dispatchEvent(made);
}"""


@pytest.fixture(scope="module")
def two(browser: Browser, daemon: Daemon) -> Iterator[tuple[Person, Person]]:
    """Two people for all tests of the module."""
    people = People(browser, daemon)
    one, other = people.registered("ann", "bob")
    yield one, other
    people.leave()


@pytest.fixture
def pair(two: tuple[Person, Person], daemon: Daemon) -> Iterator[tuple[Person, Person]]:
    """
    Two people in a conversation of their own, a new group: each test has one. Their browsers must not complain.
    """
    one, other = two
    headers = [{"Authorization": f"Bearer {daemon.issue(person.name)}"} for person in two]
    made = one.context.request.post(f"{daemon.url}/v2/groups", headers=headers[0], data={"name": f"g{time.time_ns()}"})
    group = made.json()["id"]
    assert other.context.request.post(f"{daemon.url}/v2/groups/{group}/join", headers=headers[1]).ok
    for person in two:
        person.go(f"chats/group-{group}", "No messages yet")
        expect(person.page.get_by_label("Write a message")).to_be_visible()
    yield two
    for person in two:
        person.page.keyboard.press("Escape")
        assert person.faults == []


def pictures(count: int) -> list[list[Any]]:
    """@return: pictures of different widths, as L{PUT} has them."""
    return [[f"{number}.png", "image/png", [*picture(20 * (number + 1), 10)]] for number in range(count)]


def test_several_files(pair: tuple[Person, Person]) -> None:
    """All that are dropped are sent, in their order, each with its caption; one may be moved or left out before."""
    ann, bob = pair
    ann.page.evaluate(PUT, [pictures(4), "drop"])
    dialog = ann.page.get_by_role("dialog", name="Send 4 files")
    expect(dialog.get_by_label("Caption")).to_be_focused()
    dialog.get_by_label("As one message").uncheck()
    ann.page.set_viewport_size(ViewportSize(width=1280, height=400))
    dialog.get_by_label("Caption").first.scroll_into_view_if_needed()
    expect(dialog.get_by_role("button", name="Send", exact=True)).to_be_in_viewport(ratio=1)
    ann.page.set_viewport_size(ViewportSize(width=1280, height=800))
    for number in range(4):
        dialog.get_by_label("Caption").nth(number).fill(f"no. {number}")
    dialog.get_by_role("button", name="3.png: send earlier").click()
    dialog.get_by_role("button", name="1.png: do not send").click()
    ann.page.get_by_role("dialog", name="Send 3 files").get_by_role("button", name="Send", exact=True).click()
    for person in (ann, bob):
        expect(person.page.locator(".message .said")).to_have_text(["no. 0", "no. 3", "no. 2"])
        expect(person.page.locator(".message img")).to_have_count(3)


def test_several_files_as_one_message(pair: tuple[Person, Person]) -> None:
    """
    That is the default: pictures as an album, which is looked through, files as rows, one caption. One that is on its
    way is left out; what the network kept back is loaded up again, and no more than that. The recall takes all.
    """
    ann, bob = pair
    ann.page.route("**/v2/media?name=slow**", lambda _route: None)  # never answered
    loaded: list[str] = []
    ann.page.on("request", lambda request: loaded.append(request.url) if "/v2/media?" in request.url else None)
    ann.page.route("**/v2/media?name=2.png", lambda route: route.abort(), times=1)
    chosen = [FilePayload(name=name, mimeType=kind, buffer=bytes(content)) for name, kind, content in pictures(3)]
    for name in ("slow.txt", "notes.txt"):
        chosen.append(FilePayload(name=name, mimeType="text/plain", buffer=b"text"))
    ann.page.locator("input[type=file]").set_input_files(chosen)
    dialog = ann.page.get_by_role("dialog", name="Send 5 files")
    expect(dialog.get_by_label("Caption")).to_have_count(1)
    dialog.get_by_label("Caption").fill("the garden")
    dialog.get_by_role("button", name="2.png: send earlier").click()
    dialog.get_by_role("button", name="Send", exact=True).click()
    ann.page.get_by_role("button", name="Try again").click()
    wait_for(lambda: ann.page.evaluate("1") and any("slow" in url for url in loaded))
    ann.page.get_by_role("button", name="Cancel slow.txt").click()
    ann.faults[:] = [fault for fault in ann.faults if "ERR_FAILED" not in fault]
    for person in (ann, bob):
        expect(person.page.locator(".message")).to_have_count(1)
        expect(person.page.locator(".message:not(.waiting) .said")).to_have_text("the garden")
        expect(person.page.locator(".album img")).to_have_count(3)
        expect(person.page.locator(".message .file-name")).to_have_text(["notes.txt"])
    names = [url.rpartition("=")[2] for url in loaded]
    assert names == ["0.png", "2.png", "2.png", "1.png", "slow.txt", "notes.txt"]
    bob.page.get_by_role("button", name="Show Picture 1 of 3").click()
    viewed = "document.querySelector('.viewer img')?.naturalWidth"
    for width in (20, 60, 40):
        bob.until(f"{viewed} === {width}")
        bob.page.keyboard.press("ArrowRight")
    bob.page.keyboard.press("Escape")
    expect(bob.page.locator(".list-pane .row", has_text="3 pictures")).to_have_count(0)
    expect(bob.page.locator(".list-pane .row", has_text="4 files the garden")).to_have_count(1)
    ann.choose("the garden", "Recall")
    ann.page.get_by_role("dialog").get_by_role("button", name="Recall").click()
    expect(bob.page.locator(".message .said")).to_have_text("Message recalled")
    expect(bob.page.locator(".message img, .message .file")).to_have_count(0)


def test_too_many_files(pair: tuple[Person, Person]) -> None:
    ann, _ = pair
    ann.page.evaluate(PUT, [pictures(21), "drop"])
    expect(ann.page.get_by_text("At most 20 files at once")).to_be_visible()
    expect(ann.page.get_by_role("dialog")).to_have_count(0)


def test_pasting(pair: tuple[Person, Person]) -> None:
    """A picture is attached; what a spreadsheet puts beside its text is not."""
    cleo, _ = pair
    (picture,) = pictures(1)
    # The event's default, which puts the text in, is not prevented.
    assert cleo.page.evaluate(PUT, [[["", "text/plain", "1\\t2"], picture], "paste"]) is True
    expect(cleo.page.get_by_role("dialog")).to_have_count(0)
    assert cleo.page.evaluate(PUT, [[picture], "paste"]) is False
    expect(cleo.page.get_by_role("dialog", name="Send picture")).to_be_visible()


def test_an_upload_is_cancelled(pair: tuple[Person, Person]) -> None:
    """It ends, nothing is said, and the next one comes."""
    eve, finn = pair
    eve.page.route("**/v2/media?name=slow**", lambda _route: None)  # never answered
    chosen = eve.page.locator("input[type=file]")
    chosen.set_input_files(
        [
            FilePayload(name="slow.txt", mimeType="text/plain", buffer=b"slow"),
            FilePayload(name="next.txt", mimeType="text/plain", buffer=b"next"),
        ]
    )
    eve.page.get_by_label("As one message").uncheck()
    eve.page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    expect(eve.page.locator(".message.waiting")).to_have_count(2)
    eve.page.get_by_role("button", name="Cancel slow.txt").click()
    expect(finn.page.locator(".message .file-name")).to_have_text(["next.txt"])
    expect(eve.page.locator(".message")).to_have_count(1)


def test_undo(pair: tuple[Person, Person]) -> None:
    """An emoji, and a mention, are put in so that the browser can take them back, with what was typed before."""
    gina, _ = pair
    area = gina.page.get_by_label("Write a message")
    area.press_sequentially("hello ")
    gina.page.get_by_role("button", name="Emoji").click()
    gina.page.locator(".emoji-grid button").first.click()
    typed = area.input_value()
    assert typed.startswith("hello ")
    assert len(typed) > len("hello ")
    area.press("Control+z")
    expect(area).to_have_value("hello ")
    area.press("Control+Shift+z")
    expect(area).to_have_value(typed)


def test_the_browsers_own_menu(pair: tuple[Person, Person]) -> None:
    """It opens on links and on selected text; elsewhere the message's menu does, which copies what is selected."""
    ida, _ = pair
    ida.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ida.write("see https://example.org/ or do not")
    ida.state("see", "read")
    said = ida.page.locator(".message .said")
    prevented = (
        """(element) => !element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))"""
    )
    assert ida.page.locator(".message .said a").evaluate(prevented) is False
    assert said.evaluate(prevented) is True
    ida.page.keyboard.press("Escape")
    expect(ida.page.locator(".menu")).to_have_count(0)
    said.evaluate("(element) => getSelection().setBaseAndExtent(element.firstChild, 0, element.firstChild, 3)")
    assert said.evaluate(prevented) is False
    ida.choose("see", "Copy")
    expect(ida.page.get_by_text("Copied")).to_be_visible()
    assert ida.page.evaluate("navigator.clipboard.readText()") == "see"


def test_the_limit_is_near(pair: tuple[Person, Person]) -> None:
    """How many bytes are left is shown before there are none."""
    kim, _ = pair
    area = kim.page.get_by_label("Write a message")
    area.fill("x" * 7000)
    expect(kim.page.locator(".counter")).to_have_count(0)
    area.fill("你" * 2700)
    expect(kim.page.locator(".counter")).to_have_text("92")
    area.fill("你" * 2731)
    expect(kim.page.locator(".counter.over")).to_have_text("-1")
    area.press("Enter")
    expect(kim.page.get_by_text("8192 bytes at most")).to_be_visible()
    expect(area).to_have_value("你" * 2731)


def test_two_tabs_have_one_draft(pair: tuple[Person, Person]) -> None:
    """With the message that it answers, also after a reload."""
    mike, nina = pair
    nina.write("shall we?")
    mike.sees("shall we?")
    second = mike.tab()
    second.evaluate("(place) => { location.hash = place; }", mike.page.evaluate("location.hash"))
    expect(second.locator(".message")).to_have_count(1)
    mike.choose("shall we?", "Reply")
    mike.page.get_by_label("Write a message").press_sequentially("yes, but")
    expect(second.get_by_label("Write a message")).to_have_value("yes, but")
    expect(second.locator(".regarding")).to_contain_text("shall we?")
    mike.page.reload()
    expect(mike.page.get_by_label("Write a message")).to_have_value("yes, but")
    expect(mike.page.locator(".regarding")).to_contain_text("shall we?")
    mike.page.get_by_label("Write a message").press("Enter")
    expect(nina.message("yes, but").locator(".quote")).to_contain_text("shall we?")
    expect(second.get_by_label("Write a message")).to_have_value("")
    expect(second.locator(".regarding")).to_have_count(0)
    second.close()


def test_a_device_that_is_signed_out_is_told_why(people: People) -> None:
    """Somebody who logs out needs no reason."""
    (olaf,) = people.registered("olaf")
    other = people.person("olaf")
    other.log_in()
    other.expect_fault("401")
    olaf.go("settings/security", "This device")
    olaf.page.get_by_role("button", name="Log out Chrome-Linux").click()
    olaf.page.get_by_role("dialog").get_by_role("button", name="Log out").click()
    expect(other.page.get_by_text("This device was signed out")).to_be_visible()
    olaf.go("settings")
    olaf.page.get_by_role("button", name="Log out").click()
    expect(olaf.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    expect(olaf.page.get_by_text("This device was signed out")).to_have_count(0)


def test_somebody_who_never_was(people: People) -> None:
    """An address with a wrong number is no deleted account."""
    (petra,) = people.registered("petra")
    petra.expect_fault("404")
    petra.go("chats/user-999999999", "There is no such account.")


def test_the_first_steps(people: People) -> None:
    """Who talks to nobody yet is led to profile, people, groups and notifications, until the first conversation."""
    (quinn,) = people.registered("quinn")
    welcome = quinn.page.get_by_role("region", name="Welcome to HiChat")
    expect(welcome.get_by_role("link")).to_have_count(4)
    welcome.get_by_role("button", name="Invite people").click()
    dialog = quinn.page.get_by_role("dialog", name="Invite people")
    expect(dialog.get_by_label("Address")).to_have_value(f"{quinn.url}/")
    # The code has what its name says: it was made for this address, and is not empty.
    code = dialog.get_by_role("img", name=f"QR code of {quinn.url}/")
    assert len(str(code.locator("path").get_attribute("d"))) > 1000
    quinn.page.keyboard.press("Escape")
    welcome.get_by_role("link", name="Picture and name").click()
    expect(quinn.page.get_by_role("heading", name="Profile")).to_be_visible()
    quinn.go("chats")
    (rosa,) = people.registered("rosa")
    (number,) = people.ids(rosa)
    quinn.go(f"chats/user-{number}")
    quinn.write("hello")
    quinn.sees("hello")
    expect(welcome).to_have_count(0)


def test_a_wrong_field_of_the_profile(people: People) -> None:
    """The others are saved; the wrong one stays as it was typed, with the reason beside it."""
    (saul,) = people.registered("saul")
    saul.expect_fault("400")
    saul.go("settings/profile", "Save")
    saul.page.get_by_label("About you").fill("gardener")
    saul.page.get_by_label("Phone").fill("030 123")
    saul.page.get_by_label("E-mail").fill("saul@example.org")
    saul.page.get_by_role("button", name="Save").click()
    phone = saul.page.get_by_label("Phone")
    expect(phone).to_have_attribute("aria-invalid", "true")
    expect(phone).to_have_value("030 123")
    phone.fill("+49 30 123456")
    saul.page.get_by_role("button", name="Save").click()
    expect(phone).to_have_value("+4930123456")
    expect(phone).not_to_have_attribute("aria-invalid", "true")
    saul.page.reload()
    expect(saul.page.get_by_label("About you")).to_have_value("gardener")
    expect(saul.page.get_by_label("E-mail")).to_have_value("saul@example.org")


def test_commands(pair: tuple[Person, Person]) -> None:
    """A slash completes commands by keys alone; what is no command is refused, and stays where it was typed."""
    ann, bob = pair
    page, area = ann.page, ann.page.get_by_label("Write a message")
    area.press_sequentially("/")
    expect(page.get_by_role("option")).to_have_count(4)
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", name="/topic")
    expect(chosen).to_have_attribute("aria-selected", "true")
    assert area.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Tab")
    expect(area).to_have_value("/topic ")
    expect(page.get_by_role("status").filter(has_text="the new description")).to_be_visible()
    area.press_sequentially("Plans for May")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Only you see this")).to_contain_text("description is set")
    expect(area).to_have_value("")
    expect(bob.page.locator(".whisper")).to_have_count(0)

    area.fill("/nothing at all")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is no command /nothing here")
    expect(area).to_have_value("/nothing at all")
    area.fill("//nothing at all")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(bob.message("/nothing at all")).to_be_visible()
    ann.write("/usr/bin")
    expect(bob.message("/usr/bin")).to_be_visible()

    ann.write("/me waves at **all**")
    expect(bob.message("waves at").locator(".does")).to_have_text("ann waves at all")
    expect(bob.message("waves at").locator(".does strong").last).to_have_text("all")


def test_commands_of_a_bot(pair: tuple[Person, Person], daemon: Daemon) -> None:
    """A program that has only HTTP: its command is completed, answered for one and for all; its buttons call it."""
    ann, bob = pair
    page, area = ann.page, ann.page.get_by_label("Write a message")
    group = page.url.rpartition("-")[2]

    def ask(method: str, path: str, token: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = ann.context.request.fetch(f"{daemon.url}/v2{path}", method=method, headers=headers, data=body)
        assert answer.ok, answer.text()
        return answer.json() if answer.body() else None

    owner = daemon.issue("ann")
    bot = ask("POST", "/bots", owner, {"name": f"ci-{group}"})["id"]
    secret = ask("POST", f"/bots/{bot}/tokens", owner, {"name": "one", "scopes": ["send", "read"]})["token"]
    ask("PUT", f"/bots/{bot}/groups/{group}", owner)
    offered = {"name": "deploy", "description": {"en": "Deploys"}, "arguments": {"en": "where"}}
    ask("PUT", "/bots/me/commands", secret, {"commands": [offered]})

    ann.go(f"chats/group-{group}", "No messages yet")
    area.press_sequentially("/dep")
    expect(page.get_by_role("option")).to_contain_text("Deploys")
    page.keyboard.press("Tab")
    area.press_sequentially("production")
    with page.expect_response("**/commands") as heard:
        page.keyboard.press("Enter")
    call = heard.value.json()["call"]
    answer = {
        "text": "It is on its way",
        "actions": [
            {"id": "stop", "label": "Stop it", "style": "danger"},
            {"id": "go", "label": "Go on", "style": "primary"},
        ],
    }
    ask("POST", f"/commands/{call}/answers", secret, answer)
    whisper = page.get_by_role("complementary", name="Only you see this")
    expect(whisper).to_contain_text("It is on its way")
    check(ann, "an answer with a button")
    ask("POST", f"/commands/{call}/answers", secret, {"text": "Deployed", "to": "all"})
    expect(bob.message("Deployed")).to_contain_text("ann: /deploy")
    expect(bob.page.locator(".whisper")).to_have_count(0)

    with page.expect_response("**/actions") as heard:
        whisper.get_by_role("button", name="Stop it").click()
    ask("POST", f"/commands/{heard.value.json()['id']}/answers", secret, {"text": "Stopped", "to": "all"})
    expect(bob.message("Stopped")).to_be_visible()
    choice = {"id": "to", "label": "Where", "options": [{"value": "b", "label": "Berlin"}]}
    message = ask("POST", f"/conversations/group-{group}/messages", secret, {"text": "Next?", "choice": choice})["id"]
    with bob.page.expect_response("**/actions") as heard:
        bob.message("Next?").get_by_label("Where").select_option("b")
    assert heard.value.status == 201
    ask("PATCH", f"/messages/{message}", secret, {"text": "Berlin it is"})
    expect(bob.message("Berlin it is").get_by_label("Where")).to_have_count(0)
