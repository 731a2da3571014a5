"""Pictures, files and voice."""

import base64
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Download, FilePayload, Page, Route, expect

from tests.media.recordings import VIDEO, brands, moov
from tests.support.browser import PHONE, People, Person, running, wait_for
from tests.support.daemon import Daemon
from tests.support.pdf import pdf
from tests.support.pictures import picture


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """A daemon that refuses files above 1 MB."""
    with running(UPLOAD_LIMIT="1000000") as daemon:
        yield daemon


CLOSE_AND_OPEN = """async () => {
    const until = async (there) => {
        while (Boolean(document.querySelector("dialog img")) !== there) await new Promise((done) => setTimeout(done));
    };
    for (let count = 0; count < 5; count++) {
        document.querySelector("dialog [aria-label=Close]").click();
        await until(false);
        document.querySelector(".message [aria-label='Show my garden']").click();
        await until(true);
    }
}"""
"""Close the large picture and open it again, as quickly as the page draws it."""


def test_pictures(people: People) -> None:
    """One is chosen, one pasted, one dropped; each is previewed, sent, seen, and seen large."""
    ann, bob = people.registered("ann", "bob")
    one, two = people.ids(ann, bob)
    ann.go(f"chats/user-{two}")
    bob.go(f"chats/user-{one}")
    file: FilePayload = {"name": "green.png", "mimeType": "image/png", "buffer": picture(300, 200)}
    ann.page.locator("input[type=file]").set_input_files(file)
    expect(ann.page.get_by_role("dialog", name="Send picture").locator("img")).to_be_visible()
    ann.page.get_by_label("Caption (optional)").fill("my garden")
    ann.page.get_by_role("button", name="Send", exact=True).last.click()
    shown = bob.message("my garden").get_by_role("img", name="my garden")
    expect(shown).to_be_visible()
    bob.until("document.querySelector('.message img').naturalWidth > 0")
    bob.message("my garden").get_by_role("button", name="Show my garden").click()
    large = bob.page.get_by_role("dialog").locator("img")
    expect(large).to_be_visible()
    place = bob.page.url
    bob.page.keyboard.press("Escape")
    expect(bob.page.get_by_role("dialog")).to_have_count(0)
    # The browser's way back closes the picture, and no more than that; also if it was closed and opened at once.
    bob.message("my garden").get_by_role("button", name="Show my garden").click()
    expect(large).to_be_visible()
    bob.page.evaluate(CLOSE_AND_OPEN)
    expect(large).to_be_visible()
    bob.page.go_back()
    expect(bob.page.get_by_role("dialog")).to_have_count(0)
    assert bob.page.url == place

    for kind, place in (("paste", "textarea"), ("drop", ".chat")):
        ann.page.evaluate(
            """([data, kind, place]) => {
                const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
                const files = new DataTransfer();
                files.items.add(new File([bytes], 'p.png', { type: 'image/png' }));
                const given = { bubbles: true, cancelable: true };
                const event = kind === 'paste'
                    ? new ClipboardEvent(kind, { ...given, clipboardData: files })
                    : new DragEvent(kind, { ...given, dataTransfer: files });
                document.querySelector(place).dispatchEvent(event);
            }""",
            [base64.b64encode(picture(40, 40)).decode(), kind, place],
        )
        ann.page.get_by_label("Caption (optional)").fill(kind)
        ann.page.get_by_role("button", name="Send", exact=True).last.click()
        expect(bob.message(kind).locator("img")).to_be_visible()


def test_a_file(people: People) -> None:
    """Whatever it is, it comes as it was, under its name."""
    gina, hal = people.registered("gina", "hal")
    one, two = people.ids(gina, hal)
    gina.go(f"chats/user-{two}")
    hal.go(f"chats/user-{one}")
    content = b"<script>alert(1)</script>" * 100
    file: FilePayload = {"name": "notes.html", "mimeType": "text/html", "buffer": content}
    gina.page.locator("input[type=file]").set_input_files(file)
    gina.page.get_by_role("dialog").get_by_role("button", name="Send").click()
    with hal.page.expect_download() as coming:
        hal.page.locator(".message").get_by_role("link", name="notes.html").click()
    assert coming.value.suggested_filename == "notes.html"
    assert coming.value.path().read_bytes() == content


def test_a_picture_that_is_on_its_way(people: People) -> None:
    """A few pixels of it are there, blurred, in the room that it will have."""
    wim, xia = people.registered("wim", "xia")
    one, two = people.ids(wim, xia)
    wim.go(f"chats/user-{two}", "xia")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    xia.page.route("**/thumbnail?**", hold)
    xia.go(f"chats/user-{one}", "wim")
    shot = FilePayload(name="sea.png", mimeType="image/png", buffer=picture(900, 600))
    wim.page.locator("input[type=file]").set_input_files(shot)
    wim.page.get_by_label("Caption (optional)").fill("the sea")
    wim.page.get_by_role("button", name="Send", exact=True).last.click()
    coming = xia.message("the sea").locator("img.coming")
    expect(coming).to_have_css("background-image", re.compile(r'^url\("blob:'))
    room = coming.bounding_box()
    wait_for(lambda: xia.page.evaluate("1") and held)
    held[0].continue_()
    expect(coming).to_have_count(0)
    assert xia.message("the sea").locator("img").bounding_box() == room


SHOWN = "document.querySelector('.viewer img')?.getAttribute('alt')"
SCALE = "new DOMMatrix(getComputedStyle(document.querySelector('.viewer img')).transform).a"


def swipe(who: Person, *fingers: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """Fingers go from one point to another, all at once."""
    touch = who.context.new_cdp_session(who.page)
    steps = [
        [
            {"x": a[0] + (b[0] - a[0]) * part / 4, "y": a[1] + (b[1] - a[1]) * part / 4, "id": n}
            for n, (a, b) in enumerate(fingers)
        ]
        for part in range(5)
    ]
    for kind, points in (("touchStart", steps[0]), *(("touchMove", step) for step in steps[1:]), ("touchEnd", [])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_pictures_as_large_as_the_window(people: People) -> None:
    """
    They are looked through with keys and fingers, also those that are not loaded yet, made larger, and saved. Back
    closes only what it opened; the focus is where it was.
    """
    (uma,) = people.registered("uma")
    viv = people.person("viv", member=True, viewport=PHONE, has_touch=True, is_mobile=True)
    one, two = people.ids(uma, viv)
    uma.go(f"chats/user-{two}", "viv")
    for name in ("first", "second"):
        uma.page.locator("input[type=file]").set_input_files(
            FilePayload(name=f"{name}.png", mimeType="image/png", buffer=picture(1200, 800))
        )
        uma.page.get_by_label("Caption (optional)").fill(name)
        uma.page.get_by_role("button", name="Send", exact=True).last.click()
        uma.state(name, "delivered")
        for number in range(52 if name == "first" else 0):
            uma.write(f"{name} {number}")
    uma.page.reload()
    uma.go(f"chats/user-{two}", "first 51")
    uma.page.get_by_role("button", name="Show second").click()
    viewer = uma.page.get_by_role("dialog", name="second")
    expect(viewer).to_contain_text("1200 × 800")
    expect(viewer.get_by_role("button", name="Next picture")).to_have_count(0)
    uma.page.keyboard.press("ArrowLeft")
    uma.until(f"{SHOWN} === 'first'")
    uma.until("document.querySelector('.viewer img').naturalWidth === 1200")
    expect(uma.page.locator(".viewer img.coming")).to_have_count(0)
    for key, scale in (("+", 1.5), ("-", 1), ("-", 1)):
        uma.page.keyboard.press(key)
        uma.until(f"Math.abs({SCALE} - {scale}) < 0.01")
    uma.page.mouse.move(700, 300)
    uma.page.mouse.wheel(0, -300)
    uma.until(f"{SCALE} > 1.5")
    uma.page.mouse.dblclick(700, 300)
    uma.until(f"{SCALE} === 1")
    with uma.page.expect_download() as coming:
        uma.page.get_by_role("dialog").get_by_role("link", name="Download").click()
    assert coming.value.suggested_filename.endswith(".png")
    uma.page.keyboard.press("ArrowRight")
    uma.until(f"{SHOWN} === 'second'")
    uma.page.keyboard.press("Escape")
    expect(uma.page.get_by_role("dialog")).to_have_count(0)
    expect(uma.page.get_by_role("button", name="Show second")).to_be_focused()

    viv.go(f"chats/user-{one}", "first 40")
    viv.page.get_by_role("button", name="To the newest messages").tap()
    place = viv.page.url
    viv.page.get_by_role("button", name="Show second").tap()
    viv.until(f"{SHOWN} === 'second' && !document.querySelector('.viewer .coming')")
    swipe(viv, ((180, 350), (130, 350)), ((200, 350), (260, 350)))
    viv.until(f"{SCALE} > 3")
    viv.page.keyboard.press("0")
    swipe(viv, ((100, 350), (300, 360)))
    viv.until(f"{SHOWN} === 'first'")
    swipe(viv, ((300, 350), (100, 340)))
    viv.until(f"{SHOWN} === 'second'")
    viv.page.go_back()
    expect(viv.page.get_by_role("dialog")).to_have_count(0)
    assert viv.page.url == place


def test_a_file_that_is_not_sent(people: People) -> None:
    """Whoever leaves the page while a file waits is asked first; once it is sent nobody is."""
    wire = people.wire()
    ivy = people.person("ivy", url=wire.url)
    ivy.register()
    (jan,) = people.registered("jan")
    one, two = people.ids(ivy, jan)
    ivy.go(f"chats/user-{two}")
    jan.go(f"chats/user-{one}")
    ivy.page.locator("input[type=file]").set_input_files(
        FilePayload(name="garden.png", mimeType="image/png", buffer=picture(30, 20))
    )
    ivy.page.get_by_label("Caption (optional)").fill("my garden")
    wire.cut()
    ivy.page.get_by_role("button", name="Send", exact=True).last.click()
    failed = ivy.message("my garden").get_by_role("alert")
    expect(failed).to_contain_text("There is no connection")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    ivy.page.on("dialog", stay)
    ivy.page.close(run_before_unload=True)
    wait_for(lambda: ivy.page.evaluate("1") and asked)
    assert asked == ["beforeunload"]
    wire.mend()
    expect(ivy.page.locator(".trouble")).to_have_count(0)
    ivy.message("my garden").get_by_role("button", name="Try again").click()
    expect(jan.message("my garden").locator("img")).to_be_visible()
    ivy.state("my garden", "read")
    ivy.page.reload()
    ivy.sees("my garden")
    assert asked == ["beforeunload"]
    ivy.faults = [fault for fault in ivy.faults if "net::ERR" not in fault]


def test_a_file_that_cannot_be_sent(people: People) -> None:
    """What is known before is said before; what only the server finds is not offered to be tried again."""
    ken, liz = people.registered("ken", "liz")
    (two,) = people.ids(liz)
    ken.go(f"chats/user-{two}")
    expect(ken.page.get_by_label("Send a picture or file")).to_have_count(1)
    chosen = ken.page.locator("input[type=file]")
    dialog = ken.page.get_by_role("dialog")
    for size, reason in ((0, "nothing in this file"), (1_600_000, "This file has 1.6 MB; at most 1 MB")):
        chosen.set_input_files(FilePayload(name="film", mimeType="", buffer=bytes(size)))
        expect(dialog.get_by_role("alert")).to_contain_text(reason)
        expect(dialog.get_by_role("button", name="Send", exact=True)).to_have_count(0)
        ken.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    damaged = picture(300, 200)[:100]
    chosen.set_input_files(FilePayload(name="half.png", mimeType="image/png", buffer=damaged))
    dialog.get_by_role("button", name="Send", exact=True).click()
    failed = ken.page.locator(".message.failed")
    expect(failed.get_by_role("alert")).to_contain_text("this picture is damaged")
    expect(failed.get_by_role("button", name="Try again")).to_have_count(0)
    failed.get_by_role("button", name="Discard").click()
    expect(failed).to_have_count(0)
    ken.faults.clear()


def test_voice(people: People) -> None:
    """It is recorded, sent and can be played."""
    cleo, dave = people.registered("cleo", "dave")
    one, two = people.ids(cleo, dave)
    cleo.go(f"chats/user-{two}")
    dave.go(f"chats/user-{one}")
    cleo.page.get_by_role("button", name="Record a voice message").click()
    expect(cleo.page.get_by_role("timer")).to_have_text(re.compile("Recording 0:0[1-9]"))
    cleo.page.get_by_role("button", name="Send").click()
    voice = dave.page.locator(".message audio")
    expect(voice).to_be_visible()
    dave.until("document.querySelector('.message audio').readyState >= 1")
    dave.page.evaluate("document.querySelector('.message audio').play()")
    dave.until("document.querySelector('.message audio').currentTime > 0.2")


def test_who_leaves_while_recording(people: People) -> None:
    """The recording waits where it was begun, can be heard, and goes to nobody else."""
    ria, sam, tom = people.registered("ria", "sam", "tom")
    one, two, three = people.ids(ria, sam, tom)
    sam.go(f"chats/user-{one}")
    ria.go(f"chats/user-{two}", "sam")
    ria.page.get_by_role("button", name="Record a voice message").click()
    expect(ria.page.get_by_role("timer")).to_have_text(re.compile("Recording 0:0[1-9]"))
    ria.go(f"chats/user-{three}", "tom")
    expect(ria.page.locator(".toast").last).to_have_text("Your recording waits in sam. It was not sent.")
    expect(ria.page.get_by_role("button", name="Record a voice message")).to_be_visible()
    ria.write("to tom")
    ria.has_sent("to tom")
    ria.go(f"chats/user-{two}", "sam")
    kept = ria.page.get_by_label("Voice message, not sent yet")
    expect(kept).to_be_visible()
    ria.until("document.querySelector('.recorder audio').readyState >= 1")
    ria.page.get_by_role("button", name="Send").click()
    expect(sam.page.locator(".message audio")).to_have_count(1)
    ria.page.get_by_role("button", name="Record a voice message").click()
    expect(ria.page.get_by_role("timer")).to_have_text(re.compile("Recording 0:0[1-9]"))
    ria.page.get_by_role("button", name="Stop, to listen").click()
    expect(kept).to_be_visible()
    ria.page.get_by_role("button", name="Discard").click()
    expect(ria.page.get_by_label("Write a message")).to_be_focused()
    ria.go(f"chats/user-{three}", "tom")
    ria.sees("to tom")
    expect(ria.page.locator(".message audio")).to_have_count(0)


def test_what_no_browser_plays(people: People) -> None:
    """It is offered to be saved, under its name and with its size."""
    ole, pia = people.registered("ole", "pia")
    one, two = people.ids(ole, pia)
    ole.go(f"chats/user-{two}")
    pia.go(f"chats/user-{one}")
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    for name, kind, content, saved in (
        ("old phone.amr", "", b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50, "old phone.amr"),
        ("IMG_0001.HEIC", "image/heic", brands(b"heic", b"mif1", b"heic"), "IMG_0001.HEIC"),
        ("film.mov", "video/quicktime", brands(b"qt  ") + moov(VIDEO, seconds=4), "film.mov"),
        (f"{family}\u202efdp.exe", "", b"MZ\x90\0" + bytes(60), f"{family}fdp.exe"),
        ("\U0001f600" * 60 + "字.pdf", "application/pdf", b"%PDF-1.7", "\U0001f600" * 60 + "字.pdf"),
    ):
        chosen = FilePayload(name=name, mimeType=kind, buffer=content)
        ole.page.locator("input[type=file]").set_input_files(chosen)
        ole.page.get_by_role("dialog").get_by_role("button", name="Send").click()
        row = pia.page.locator(".message a.file").filter(has_text=saved)
        expect(row).to_be_visible()
        expect(row).to_contain_text(f"{len(content) / 1000:.1f} KB" if len(content) >= 1000 else f"{len(content)} B")
        with pia.page.expect_download() as coming:
            row.click()
        assert coming.value.path().read_bytes() == content
        # What is shown is the name; on a disk Chromium itself has no joiners.
        assert coming.value.suggested_filename == saved.replace("\u200d", "_")
    expect(pia.page.locator(".message audio, .message video, .message img")).to_have_count(0)
    # A picture that the server has not looked at is shown to who asks for it, by browsers that can.
    pia.page.get_by_role("button", name="Show IMG_0001.HEIC").click()
    expect(pia.page.get_by_role("button", name="Show IMG_0001.HEIC")).to_have_count(0)
    expect(pia.page.get_by_role("dialog")).to_have_count(0)


def test_a_document_is_opened(people: People) -> None:
    """
    In a page of its own, as the kind that the server found it to be. This Chromium saves what others show there. Of a
    whole document the first page is shown, which opens it, too.
    """
    rob, sue = people.registered("rob", "sue")
    one, two = people.ids(rob, sue)
    rob.go(f"chats/user-{two}", "sue")
    sue.go(f"chats/user-{one}", "rob")
    saved: list[Download] = []

    def save(download: Download) -> None:
        saved.append(download)

    def watch(page: Page) -> None:
        page.on("download", save)

    sue.context.on("page", watch)
    for name, content in (("plan.pdf", b"%PDF-1.7 plan"), ("page.pdf", b"<!DOCTYPE html><script>alert(1)</script>")):
        rob.page.locator("input[type=file]").set_input_files(
            FilePayload(name=name, mimeType="application/pdf", buffer=content)
        )
        rob.page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(sue.page.locator(".message a.file")).to_have_count(2)
    sue.page.get_by_role("button", name="Open plan.pdf").click()
    wait_for(lambda: sue.page.evaluate("1") and saved)
    assert saved[0].url.startswith("blob:")
    assert saved[0].path().read_bytes() == b"%PDF-1.7 plan"
    expect(sue.page.get_by_role("button", name="Open page.pdf")).to_have_count(0)
    expect(sue.page.locator("button.first-page")).to_have_count(0)

    letter = FilePayload(name="letter.pdf", mimeType="application/pdf", buffer=pdf())
    rob.page.locator("input[type=file]").set_input_files(letter)
    rob.page.get_by_role("dialog").get_by_role("button", name="Send").click()
    page = sue.page.get_by_role("img", name="First page of letter.pdf")
    expect(page).to_be_visible()
    expect(sue.page.locator("button.first-page img.coming")).to_have_count(0)
    assert page.evaluate("img => [img.naturalWidth, img.naturalHeight, img.width, img.height]") == [495, 640, 248, 320]
    page.click()
    wait_for(lambda: sue.page.evaluate("1") and len(saved) == 2)
    assert saved[1].path().read_bytes() == pdf()


def test_what_is_refused(people: People) -> None:
    """Without a microphone or notifications that is said."""
    script = """
        navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };
        Notification.requestPermission = async () => 'denied';
    """
    (kai,) = people.registered("kai")
    lou = people.person("lou", script=script, member=True)
    lou.go(f"chats/user-{people.ids(kai)[0]}")
    lou.page.get_by_role("button", name="Record a voice message").click()
    expect(lou.page.locator(".toast")).to_contain_text("The microphone cannot be used.")
    expect(lou.page.get_by_label("Write a message")).to_be_focused()
    lou.go("settings/notices")
    notices = lou.page.get_by_role("group", name="Notifications", exact=True)
    notices.get_by_text("On", exact=True).click()
    expect(lou.page.get_by_text("This browser does not allow notifications.")).to_be_visible()
    expect(notices.get_by_label("Off")).to_be_checked()


def test_a_profile_picture(people: People) -> None:
    """It is made small and kept at once, and others see it; what else is being written stays as it is."""
    eve, finn = people.registered("eve", "finn")
    (number,) = people.ids(eve)
    eve.go("settings/profile")
    file: FilePayload = {"name": "me.png", "mimeType": "image/png", "buffer": picture(900, 600)}
    eve.page.locator("input[type=file]").set_input_files(file)
    eve.page.get_by_label("About you").fill("not yet said")
    expect(eve.page.get_by_text("Saved")).to_be_visible()
    expect(eve.page.locator(".picture-field img")).to_be_visible()
    expect(eve.page.get_by_label("About you")).to_have_value("not yet said")
    finn.go(f"contacts/{number}")
    expect(finn.page.locator(".portrait img")).to_be_visible()
    finn.until("document.querySelector('.portrait img').naturalWidth === 256")
