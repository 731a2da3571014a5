"""Tests for L{hichat.media.decoder}, with real processes: pictures that are built to hurt, beside honest ones."""

from __future__ import annotations

import io
import os
import resource
import signal
import struct
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import eventAsText

from hichat.core.errors import Busy, DamagedPicture, NotStored, PictureTooLarge
from hichat.media.decoder import FILES, MEMORY, SECONDS, WAITING, WAITING_OF_USER, Decoder, DecoderSetup
from hichat.media.pictures import PIXELS, take_in
from hichat.media.types import Picture
from tests import proof
from tests.media.samples import PICTURES, PNG, bomb, picture
from tests.support.daemon import until
from tests.support.doubles import watch_log
from tests.support.pdf import PASSWORD, pdf
from tests.support.scene import Scene, fixture_of
from tests.support.times import own_seconds

CLOCK: Any = reactor
LARGE = (8000, 5000)
"""Pixels of the largest pictures: 40 million."""


def saved(kind: str, image: Image.Image, **more: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def large_webp() -> bytes:
    """@return: a picture of a few bytes and many pixels."""
    return saved("WEBP", Image.new("RGB", LARGE, "teal"), lossless=True, method=0)


def large() -> list[tuple[str, bytes]]:
    """@return: pictures of a few bytes and many pixels."""
    plain = Image.new("RGB", LARGE, "teal")
    frames = [Image.new("RGB", LARGE, "red")]
    noise = Image.effect_noise((500, 400), 80)
    return [
        ("image/webp", large_webp()),
        ("image/webp", saved("WEBP", plain, save_all=True, append_images=frames, duration=50)),
        ("image/png", saved("PNG", plain)),
        ("image/png", interlaced(4000, 4000)),
        ("image/gif", saved("GIF", plain.convert("P"), save_all=True, append_images=frames * proof.FRAMES_OF_LARGE)),
        ("image/jpeg", saved("JPEG", plain.convert("CMYK"), progressive=True)),
        ("image/gif", saved("GIF", noise, save_all=True, append_images=[noise.rotate(n) for n in range(90)])),
    ]


def interlaced(width: int, height: int) -> bytes:
    """@return: a grey PNG in seven passes (third edition, 8.2), which Pillow itself does not write."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    data = b"".join((b"\0" + bytes(-(-(width - x) // dx))) * -(-(height - y) // dy) for x, y, dx, dy in passes)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def memory(pid: int | str = "self") -> int:
    """@return: MiB that a process has in use."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


class DecoderScene(Scene):
    # Runs in the process before it serves. What a picture's first frame is wide says what happens to it.
    TRAPS = """
import os, signal, sys, time
from hichat.media import pages, pictures
examine = pictures.examine
draw = pages._draw
def trapped_page(content):
    drawn = draw(content)
    if drawn.width == 11:
        os.kill(os.getpid(), signal.SIGSEGV)
    if drawn.width == 13:
        while True: pass
    return drawn
pages._draw = trapped_page
def trapped(content, *rest):
    found = examine(content, *rest)
    if found.width == 11:
        os.kill(os.getpid(), signal.SIGSEGV)
    if found.width == 12:
        time.sleep(1000)
    if found.width == 13:
        while True: pass
    if found.width == 14:
        blocks = [bytes(50_000_000) for _ in range(1000)]
    if found.width in (15, 18) and not os.path.exists({marker!r}):
        open({marker!r}, "x").close()
        os.kill(os.getpid(), signal.SIGKILL if found.width == 15 else signal.SIGSTOP)
    if found.width == 16:
        sys.stderr.write(("x" * 3000 + "\\n") * 200)
        raise RuntimeError("a mistake")
    if found.width == 17:
        end = time.process_time() + 1.2
        while time.process_time() < end: pass
    return found
pictures.examine = trapped
from hichat.runtime.child import run
from hichat.media.decoder import serve
run(serve)
"""

    async def set_up(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.count = 0
        self.logged: list[Any] = []
        watch_log(self, self.logged.append)

    def make(self, traps: bool = False, **more: Any) -> Decoder:
        code = self.TRAPS.format(marker=str(self.directory / "marker"))
        made = Decoder(CLOCK, [sys.executable, "-c", code] if traps else None, **more)
        self.addCleanup(made.stop)
        return made

    def paths(self, content: bytes) -> tuple[Path, Path, Path]:
        self.count += 1
        came, clean, small = (self.directory / f"{self.count}.{name}" for name in ("came", "clean", "small"))
        came.write_bytes(content)
        return came, clean, small

    def send(self, decoder: Decoder, content: bytes, media_type: str = "image/png", user: int = 1) -> Deferred[Picture]:
        came, clean, small = self.paths(content)
        return decoder.take_in(user, came, media_type, clean, small)

    def trap(self, width: int) -> bytes:
        return saved("PNG", Image.new("L", (width, 5)))

    def texts(self) -> str:
        return "\n".join(eventAsText(each) for each in self.logged)


scene = fixture_of(DecoderScene)


async def test_the_same_as_here(scene: DecoderScene) -> None:
    """Byte for byte, and the same refusals."""
    decoder = scene.make()
    for media_type, content in PICTURES:
        paths, expected = scene.paths(content), scene.paths(content)
        found = await decoder.take_in(1, paths[0], media_type, paths[1], paths[2])
        assert found == take_in(expected[0], media_type, *expected[1:])
        for one, other in zip(paths, expected, strict=True):
            assert one.read_bytes() == other.read_bytes()
    with pytest.raises(DamagedPicture):
        await scene.send(decoder, PNG[:100])
    with pytest.raises(DamagedPicture):
        await scene.send(decoder, PNG, "image/jpeg")
    with pytest.raises(PictureTooLarge):
        await scene.send(decoder, bomb())
    assert scene.texts() == ""


async def test_large_ones(scene: DecoderScene) -> None:
    """What they take is not the daemon's, and they are taken in."""
    pictures, before = large(), memory()
    decoder = scene.make()
    for media_type, content in pictures:
        found = await scene.send(decoder, content, media_type)
        with Image.open(io.BytesIO(content)) as image:
            assert found[:2] == image.size
    assert memory() - before < 10
    assert decoder.pid is not None
    assert memory(decoder.pid) < 200


async def test_sizes_that_are_lies(scene: DecoderScene) -> None:
    """A WebP says how large it is in three ways, and takes its memory before Pillow tells."""
    side = int(PIXELS**0.5) + 1
    small = saved("WEBP", Image.new("RGB", (8, 8)))
    at = small.index(b"\x9d\x01\x2a") + 3
    lossy = small[:at] + 2 * side.to_bytes(2, "little") + small[at + 4 :]
    small = saved("WEBP", Image.new("RGB", (8, 8)), lossless=True)
    at = small.index(b"VP8L") + 9
    lossless = small[:at] + (side - 1 | (side - 1) << 14).to_bytes(4, "little") + small[at + 4 :]
    small = saved("WEBP", Image.new("RGB", (8, 8)), save_all=True, append_images=[Image.new("RGB", (8, 8), "red")])
    at = small.index(b"VP8X") + 12
    moving = small[:at] + 2 * (side - 1).to_bytes(3, "little") + small[at + 6 :]
    # So little that what takes the memory is another refusal.
    decoder = scene.make(setup=DecoderSetup(memory=64 * 1024**2))
    for content in (lossy, lossless, moving):
        with pytest.raises(PictureTooLarge):
            await scene.send(decoder, content, "image/webp")
    assert decoder.pid is not None
    peak = [line for line in Path(f"/proc/{decoder.pid}/status").read_text().splitlines() if "VmHWM" in line]
    assert int(peak[0].split()[1]) // 1024 < 100


async def test_too_much_memory(scene: DecoderScene) -> None:
    """It is refused, and the next one is taken in by the same process; large WebPs, too, if there is less."""
    decoder = scene.make(traps=True)
    await scene.send(decoder, PNG)
    first = decoder.pid
    with pytest.raises(DamagedPicture):
        await scene.send(decoder, scene.trap(14))
    await scene.send(decoder, PNG)
    assert decoder.pid == first
    decoder = scene.make(setup=DecoderSetup(memory=200 * 1024**2))
    with pytest.raises(DamagedPicture):
        await scene.send(decoder, large_webp(), "image/webp")
    await scene.send(decoder, PNG)


async def test_what_ends_or_holds_the_process(scene: DecoderScene) -> None:
    """A crash, a sleep, a loop: each costs its picture, those behind it are taken in, and nobody waits for long."""
    decoder = scene.make(traps=True, deadline=6)
    wrong = [scene.send(decoder, scene.trap(width)) for width in (11, 12)]
    # The second of the processor comes long before the deadline, however busy the machine is.
    wrong.append(scene.send(scene.make(traps=True, deadline=100, setup=DecoderSetup(seconds=1)), scene.trap(13)))
    right = [scene.send(decoder, content, kind) for kind, content in PICTURES]
    turns: list[float] = []

    def turn(last: float) -> None:
        turns.append(own_seconds() - last)
        if not right[-1].called:
            CLOCK.callLater(0.01, turn, own_seconds())

    turn(own_seconds())
    for each in wrong:
        with pytest.raises(DamagedPicture):
            await each
    await gatherResults(right)
    # A process that does not end at once would have been waited for for a second.
    assert max(turns) < 0.7
    texts = scene.texts()
    assert texts.count("ended (signal 11) over a picture of user 1") == 2
    assert "ended (signal 9) over a picture of user 1, which took too long" in texts
    assert f"ended (signal {int(signal.SIGXCPU)}) over a picture of user 1, which took too long" in texts


async def test_one_that_is_at_work_has_the_time_that_it_needs(scene: DecoderScene) -> None:
    """A machine that is busy with other things takes long by the clock; that is no fault of the picture."""
    decoder = scene.make(traps=True, deadline=0.4)
    assert (await scene.send(decoder, scene.trap(17))).width == 17
    assert scene.texts() == ""


async def test_what_it_may_have(scene: DecoderScene) -> None:
    """proc(5), limits: the soft ones, that of the processor's time is moved on with each picture."""
    # Where the system gives none anyway, it is to be seen that it is not the system.
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    scene.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, (soft, hard))
    decoder = scene.make()
    await scene.send(decoder, PNG)
    lines = Path(f"/proc/{decoder.pid}/limits").read_text().splitlines()[1:]
    found = {line[:26].strip(): line[26:].split()[0] for line in lines}
    assert (found["Max open files"], found["Max core file size"]) == (str(FILES), "0")
    assert int(found["Max address space"]) < MEMORY + 1024**3
    assert int(found["Max cpu time"]) < SECONDS + 10


@pytest.mark.parametrize("width", [15, 18])
async def test_killed_or_stopped_by_somebody_else(scene: DecoderScene, width: int) -> None:
    """The picture is taken in all the same."""
    decoder = scene.make(traps=True)
    assert (await scene.send(decoder, scene.trap(width))).width == width
    assert (scene.directory / "marker").exists()


async def test_a_mistake_of_ours(scene: DecoderScene) -> None:
    """It may be tried again; the log has it, however much the process has to say."""
    decoder = scene.make(traps=True)
    with pytest.raises(NotStored):
        await scene.send(decoder, scene.trap(16))
    await scene.send(decoder, PNG)
    texts = scene.texts()
    assert "RuntimeError: a mistake" in texts
    assert texts.count("the pictures' decoder: xxx") == 200


async def test_a_disk_that_is_full(scene: DecoderScene) -> None:
    decoder = scene.make()
    came, _, small = scene.paths(PNG)
    with pytest.raises(NotStored):
        await decoder.take_in(1, came, "image/png", Path("/dev/full"), small)


async def test_in_turn(scene: DecoderScene) -> None:
    """Who sends many waits for oneself, and is told when it is too many; all in all there is a bound, too."""
    decoder = scene.make(traps=True)
    await scene.send(decoder, PNG)
    order: list[int] = []

    def note(_: Picture, number: int) -> None:
        order.append(number)

    many = [scene.send(decoder, PNG, user=1) for _ in range(WAITING_OF_USER + 1)]
    with pytest.raises(Busy):
        await scene.send(decoder, PNG, user=1)
    one = scene.send(decoder, PNG, user=2)
    for number, each in enumerate((*many, one)):
        each.addCallback(note, number)
    others = [scene.send(decoder, PNG, user=10 + n) for n in range(WAITING - decoder.waiting)]
    with pytest.raises(Busy):
        await scene.send(decoder, PNG, user=3)
    await gatherResults([*many, one, *others])
    assert order.index(len(many)) <= 2


async def test_started_and_ended_when_it_is_needed(scene: DecoderScene) -> None:
    decoder = scene.make(idle=0.3)
    assert decoder.pid is None
    for _ in range(2):
        await scene.send(decoder, PNG)
        pid = decoder.pid
        assert pid is not None
        await until(lambda: decoder.pid is None, 100)
        assert not Path(f"/proc/{pid}").exists()
    # One that comes while the process is on its way out.
    await scene.send(decoder, PNG)
    decoder.let_go()
    await scene.send(decoder, PNG)
    assert scene.texts() == ""


async def test_no_process(scene: DecoderScene) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise OSError("no more processes")

    scene.patch(CLOCK, "spawnProcess", failing)
    decoder = scene.make()
    with pytest.raises(NotStored):
        await scene.send(decoder, PNG)
    assert "cannot be started: no more processes" in scene.texts()


async def test_stopped(scene: DecoderScene) -> None:
    """What is under way and what waits is refused, and nothing is left."""
    decoder = scene.make(traps=True)
    answers = [scene.send(decoder, scene.trap(12)), scene.send(decoder, PNG)]
    await until(lambda: decoder.pid is not None, 100)
    pid = decoder.pid
    gone = [decoder.stop(), decoder.stop()]
    for each in (*answers, scene.send(decoder, PNG)):
        with pytest.raises(NotStored):
            await each
    await gatherResults(gone)
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_first_pages(scene: DecoderScene) -> None:
    """They are drawn within the limits, and what is wrong with one costs nobody else anything."""

    def draw(decoder: Decoder, content: bytes) -> Deferred[Picture]:
        came, _, small = scene.paths(content)
        return decoder.take_in(1, came, "application/pdf", None, small)

    decoder = scene.make()
    assert (await draw(decoder, pdf()))[:2] == (495, 640)
    first = decoder.pid
    for content in (pdf(trailer=PASSWORD), pdf()[:200]):
        with pytest.raises(DamagedPicture):
            await draw(decoder, content)
    assert (decoder.pid, scene.texts()) == (first, "")
    decoder = scene.make(traps=True)
    wrong = draw(decoder, pdf(box="0 0 11 640"))
    right = [draw(decoder, pdf()), scene.send(decoder, PNG)]
    with pytest.raises(DamagedPicture):
        await wrong
    await gatherResults(right)
    assert scene.texts().count("ended (signal 11) over a picture of user 1") == 2
    with pytest.raises(DamagedPicture):
        await draw(scene.make(traps=True, setup=DecoderSetup(seconds=1)), pdf(box="0 0 13 640"))


async def test_pages_that_are_built_to_hurt(scene: DecoderScene) -> None:
    """A form that draws itself makes PDFium crash. Lines without end are left when the time is over."""
    itself = b"/Resources<</XObject<</A 5 0 R>>>>"
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]%s/Length 11>>stream\n/A Do /A Do\nendstream" % itself
    crash = pdf(drawing=b"/A Do", more=(form,)).replace(b"/Resources<<>>", itself)
    lines = pdf(drawing=b"0 0 m 600 700 l 3 5 l S " * 300_000)
    for content, setup in (
        (crash, DecoderSetup(memory=300 * 1024**2)),
        (lines, DecoderSetup(seconds=1)),
    ):
        decoder, (came, _, small) = scene.make(setup=setup), scene.paths(content)
        with pytest.raises(DamagedPicture):
            await decoder.take_in(1, came, "application/pdf", None, small)
        await scene.send(decoder, PNG)
    assert scene.texts().count(" over a picture of user 1") == 3


async def test_progressive_with_many_scans(scene: DecoderScene) -> None:
    content = picture("JPEG", size=(4000, 2500), progressive=True)
    decoder = scene.make()
    found = await scene.send(decoder, content, "image/jpeg")
    assert found[:2] == (4000, 2500)
