"""
What a browser records, and another plays: the machine has to keep up, and the other workers wait meanwhile. In a module
of its own that comes at the end, when they have little left to do.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import People, Person

# A tone, and a square that changes its colour.
RECORD = """async ([type, name, time]) => {
    const audio = new AudioContext();
    await audio.resume();
    const tone = audio.createOscillator();
    const heard = audio.createMediaStreamDestination();
    tone.connect(heard);
    tone.start();
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    const brush = canvas.getContext("2d");
    const painting = setInterval(() => {
        brush.fillStyle = `hsl(${performance.now() % 360} 80% 50%)`;
        brush.fillRect(0, 0, 64, 48);
    }, 40);
    const seen = type.startsWith("video/") ? canvas.captureStream(25).getTracks() : [];
    const recorder = new MediaRecorder(new MediaStream([...heard.stream.getTracks(), ...seen]), { mimeType: type });
    const pieces = [];
    recorder.ondataavailable = (event) => pieces.push(event.data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start(100);
    const begun = performance.now();
    await new Promise((resolve) => setTimeout(resolve, time));
    recorder.stop();
    const seconds = (performance.now() - begun) / 1000;
    await stopped;
    clearInterval(painting);
    await audio.close();
    const files = new DataTransfer();
    files.items.add(new File(pieces, name, { type }));
    const input = document.querySelector("input[type=file]");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    return seconds;
}"""


def give_recorded(who: Person, type: str, name: str, seconds: float) -> float:
    """
    Choose what the browser records itself, in pieces: then it does not say how long it is.

    @return: seconds that it lasts. On a busy machine it lasts longer than was wanted.
    """
    took = float(who.page.evaluate(RECORD, [type, name, seconds * 1000]))
    who.page.get_by_role("dialog").get_by_role("button", name="Send").click()
    return took


@pytest.mark.alone
def test_what_does_not_say_how_long_it_is(people: People) -> None:
    """A voice and a film that a browser has recorded: both are played, and last as long as they do."""
    mia, ned = people.registered("mia", "ned")
    one, two = people.ids(mia, ned)
    mia.go(f"chats/user-{two}")
    ned.go(f"chats/user-{one}")
    took = give_recorded(mia, "audio/webm", "voice.webm", 2)
    voice = "document.querySelector('.message audio')"
    label = re.compile(rf"^Voice message, ({'|'.join(str(round(took + off)) for off in (-0.3, 0, 0.3))}) seconds$")
    expect(ned.page.locator(".message audio")).to_have_attribute("aria-label", label)
    ned.until(f"{voice}.duration > {took - 0.5} && {voice}.duration < {took + 1} && {voice}.currentTime === 0")
    took = give_recorded(mia, "video/webm", "clip.webm", 1.5)
    expect(ned.page.locator(".message video")).to_be_visible()
    film = "document.querySelector('.message video')"
    ned.until(f"{film}.duration > {took - 0.5} && {film}.duration < {took + 1.5}")
    ned.until(f"{film}.currentTime === 0 && {film}.videoWidth > 0")
    ned.page.evaluate(f"{film}.muted = true; {film}.play()")
    ned.until(f"{film}.currentTime > 0.2")
    with ned.page.expect_download() as coming:
        ned.page.locator(".message").get_by_role("link", name="clip.webm").click()
    assert coming.value.suggested_filename == "clip.webm"
