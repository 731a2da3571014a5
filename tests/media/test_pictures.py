"""Tests for L{hichat.media.types}, L{hichat.media.metadata} and L{hichat.media.pictures}."""

import contextlib
import io
import random
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import DamagedPicture, PictureTooLarge
from hichat.media.metadata import PIECES, SCANS, DamagedError, take_apart
from hichat.media.pictures import PIXELS, THUMBNAIL_SIDE, take_in
from hichat.media.types import PIECE, type_of
from tests.media.samples import AUDIO, FILES, FILMS, PICTURES, PNG, SECRET, WEBM, bomb, picture


def clean(content, media_type):
    pieces = take_apart(content, media_type).kept
    return b"".join(piece if isinstance(piece, bytes) else content[piece] for piece in pieces)


def frames(content):
    image = Image.open(io.BytesIO(content))
    found = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        found.append(image.convert("RGBA"))
    return found


class Types(SynchronousTestCase):
    def test_by_content(self):
        for kind, samples in (("picture", PICTURES), ("audio", AUDIO), ("file", FILMS), ("file", FILES)):
            for media_type, content in samples:
                self.assertEqual(type_of(content), (kind, media_type), content[:16])

    def test_a_guess_is_a_media_type_or_none(self):
        chance = random.Random(1)
        for _ in range(300):
            kind, media_type = type_of(chance.randbytes(chance.randrange(1, 100)))
            self.assertRegex(media_type, r"\A[a-z]+/[\w.+-]+\Z", kind)

    def test_wherever_the_film_begins(self):
        """Where one piece that is searched ends and the next one begins, too."""
        mark = b"hdlr" + b"\0" * 8 + b"vide"
        head = b"\0\0\0\x1cftypisom"
        for before in (*range(PIECE - len(head) - 20, PIECE - len(head) + 4), 3 * PIECE):
            self.assertEqual(type_of(head + b"x" * before + mark)[1], "video/mp4", before)
        self.assertEqual(type_of(head + b"x" * 3 * PIECE + mark[:-1])[1], "audio/mp4")

    @pytest.mark.alone
    def test_others_have_the_interpreter(self):
        """While thirty megabytes are searched that look like the beginning of a film everywhere."""
        content = WEBM + b"\x86" * 30_000_000
        found: list[Any] = []
        searching = threading.Thread(target=lambda: found.append(type_of(content)))
        searching.start()
        # The processor's time of this thread and of the one that searches: what else the machine does is not in it.
        began, longest = time.process_time(), 0.0
        while not found:
            time.sleep(0)
            now = time.process_time()
            began, longest = now, max(longest, now - began)
        searching.join()
        self.assertEqual(found, [("audio", "audio/webm")])
        self.assertLess(longest, 0.3)


class Metadata(SynchronousTestCase):
    def test_nothing_of_it_stays(self):
        for media_type, content in PICTURES:
            self.assertIn(SECRET, content)
            cleaned = clean(content, media_type)
            self.assertNotIn(SECRET, cleaned, media_type)
            image = Image.open(io.BytesIO(cleaned))
            self.assertEqual(dict(image.getexif()), {}, media_type)

    def test_the_picture_is_the_same(self):
        for media_type, content in PICTURES:
            before, after = frames(content), frames(clean(content, media_type))
            self.assertEqual(len(before), len(after))
            for one, other in zip(before, after, strict=True):
                self.assertIsNone(ImageChops.difference(one, other).getbbox(), media_type)

    def test_what_is_clean_stays_as_it_is(self):
        for media_type, content in PICTURES:
            cleaned = clean(content, media_type)
            self.assertEqual(clean(cleaned, media_type), cleaned)

    def test_which_side_is_up(self):
        for kind, media_type in (("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")):
            for orientation in range(2, 9):
                content = picture(kind, orientation=orientation)
                cleaned = clean(content, media_type)
                image = Image.open(io.BytesIO(cleaned))
                self.assertEqual(dict(image.getexif()), {0x0112: orientation}, kind)
                self.assertEqual(image.getexif().get_ifd(0x8825), {}, kind)
                self.assertNotIn(SECRET, cleaned)

    def test_hidden_in_a_jpeg(self):
        """Between two scans, in an unknown application's segment, in one that only begins like a harmless one."""
        content = picture("JPEG", progressive=True)
        for marker in (0xE0, 0xE1, 0xE2, 0xE5, 0xED, 0xEE, 0xEF, 0xFE):
            segment = bytes([0xFF, marker]) + (len(SECRET) + 2).to_bytes(2, "big") + SECRET
            at = content.index(b"\xff\xda", content.index(b"\xff\xda") + 2)
            for place in (2, at):
                hidden = content[:place] + segment + content[place:]
                self.assertNotIn(SECRET, clean(hidden, "image/jpeg"), hex(marker))

    def test_hidden_where_nothing_is_shown(self):
        """In extensions that nobody has, in a thumbnail, and behind what is told of colours."""
        content = picture("JPEG")
        for marker in (0x02, 0xBF, 0xC8, 0xF0, 0xF7, 0xFD):
            segment = bytes([0xFF, marker]) + (len(SECRET) + 2).to_bytes(2, "big") + SECRET
            self.assertNotIn(SECRET, clean(content[:2] + segment + content[2:], "image/jpeg"), hex(marker))
        thumbnail = b"JFIF\0\1\1\0\0\1\0\1\2\1" + SECRET
        adobe = b"Adobe\0\x64\0\0\0\0\1" + SECRET
        for marker, more in ((0xE0, thumbnail), (0xEE, adobe)):
            segment = bytes([0xFF, marker]) + (len(more) + 2).to_bytes(2, "big") + more
            cleaned = clean(content[:2] + segment + content[2:], "image/jpeg")
            self.assertNotIn(SECRET, cleaned)
            self.assertIn(more[:12], cleaned)
            Image.open(io.BytesIO(cleaned)).load()

    def test_what_keeps_decoders_busy(self):
        """Such pictures are refused before anybody decodes them."""
        progressive = picture("JPEG", progressive=True).removesuffix(SECRET)
        scan = progressive[progressive.rindex(b"\xff\xda") : -2]
        png, chunk = PNG[: -len(SECRET)], b"\0\0\0\0abCd1234"
        gif, webp = picture("GIF"), picture("WEBP")
        # Behind the head and the global colour table, which may have the bytes of anything (GIF89a, 18 and 19).
        behind = 13 + 3 * 2 ** ((gif[10] & 7) + 1)
        size = (len(webp) - 8 + 8 * PIECES).to_bytes(4, "little")
        for media_type, content in (
            ("image/jpeg", progressive[:-2] + SCANS * scan + progressive[-2:]),
            ("image/jpeg", progressive[:2] + PIECES * b"\xff\xe1\0\2" + progressive[2:]),
            ("image/png", png[:33] + PIECES * chunk + png[33:]),
            ("image/gif", gif[:behind] + PIECES * b"!\xfe\0" + gif[behind:]),
            ("image/webp", webp[:4] + size + webp[8:] + PIECES * b"abcd\0\0\0\0"),
        ):
            with self.assertRaises(DamagedError, msg=media_type):
                take_apart(content, media_type)
        take_apart(progressive[:-2] + 20 * scan + progressive[-2:], "image/jpeg")

    def test_more_components_than_there_may_be(self):
        """A progressive JPEG has 4 at most: frames and scans of more are not gone through."""
        jpeg = picture("JPEG", progressive=True)
        frame, scan = jpeg.index(b"\xff\xc2"), jpeg.index(b"\xff\xda")
        many = 150 * (b"\xff\xc2\xff\xff" + bytes(range(256)) * 256)[:65_537]
        long = b"\xff\xda\xff\xff" + bytes(range(256)) * 255 + bytes(253)
        for content, is_damaged in (
            (jpeg[:frame] + many + jpeg[frame:], False),
            (jpeg[:scan] + 90 * long + jpeg[scan:], True),
        ):
            began = time.thread_time()
            with self.assertRaises(DamagedError) if is_damaged else contextlib.nullcontext():
                take_apart(content, "image/jpeg")
            self.assertLess(time.thread_time() - began, 0.5)

    def test_rubbish(self):
        """Cut anywhere, or with any byte changed: an end is found, and nothing but the one error comes."""
        chance = random.Random(2)
        for media_type, content in PICTURES:
            for _ in range(150):
                cut = content[: chance.randrange(len(content))]
                changed = bytearray(content)
                changed[chance.randrange(min(len(content), 400))] = chance.randrange(256)
                for wrong in (cut, bytes(changed)):
                    try:
                        cleaned = clean(wrong, media_type)
                    except DamagedError:
                        continue
                    self.assertLessEqual(len(cleaned), len(wrong) + 20)


class Examining(SynchronousTestCase):
    def examine(self, content, media_type="image/png"):
        with tempfile.TemporaryDirectory() as directory:
            came, kept, small = (Path(directory, name) for name in ("came", "kept", "small"))
            came.write_bytes(content)
            return take_in(came, media_type, kept, small), small.read_bytes()

    def test_size_and_thumbnail(self):
        for media_type, content in PICTURES:
            found, thumbnail = self.examine(content, media_type)
            image = Image.open(io.BytesIO(content))
            self.assertEqual((found.width, found.height), image.size)
            small = Image.open(io.BytesIO(thumbnail), formats=["WEBP"])
            self.assertEqual(small.size, image.size)
            self.assertNotIn(SECRET, thumbnail)

    def test_a_preview(self):
        """A few pixels with the picture's colours, in a few bytes, and without anything else of it."""
        image = Image.effect_noise((900, 300), 90).convert("RGB")
        image.paste((250, 10, 10), (0, 0, 450, 300))
        file = io.BytesIO()
        image.save(file, "PNG")
        found, _ = self.examine(file.getvalue())
        self.assertLess(len(found.preview), 200)
        seen = Image.open(io.BytesIO(found.preview), formats=["WEBP"]).convert("RGB")
        self.assertEqual(seen.size, (16, 5))
        colour: Any = seen.getpixel((3, 2))
        self.assertGreater(colour[0], colour[1] + 100)
        for media_type, content in PICTURES:
            self.assertNotIn(SECRET, self.examine(content, media_type)[0].preview)

    def test_large_ones_are_shrunk(self):
        for kind in ("PNG", "JPEG", "GIF", "WEBP"):
            found, thumbnail = self.examine(picture(kind, (1000, 500)), f"image/{kind.lower()}")
            self.assertEqual(found[:3], (1000, 500, 1))
            self.assertEqual(Image.open(io.BytesIO(thumbnail)).size, (THUMBNAIL_SIDE, THUMBNAIL_SIDE // 2))

    def test_the_right_side_is_up(self):
        image = Image.new("RGB", (400, 200), "red")
        image.paste("blue", (0, 0, 400, 100))
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned by 90 degrees to the right: what was on top is on the right then
        for kind in ("JPEG", "PNG"):
            file = io.BytesIO()
            image.save(file, kind, exif=exif)
            found, thumbnail = self.examine(file.getvalue(), f"image/{kind.lower()}")
            self.assertEqual(found[:3], (200, 400, 6))
            small = Image.open(io.BytesIO(thumbnail)).convert("RGB")
            self.assertEqual(small.size, (THUMBNAIL_SIDE // 2, THUMBNAIL_SIDE))
            colours: Any = small.getpixel((20, 160)), small.getpixel((140, 160))
            self.assertTrue(colours[0][0] > 200 and colours[1][2] > 200, kind)

    def test_a_webp_is_not_turned(self):
        """Chromium does not turn one, whatever its Exif says; the thumbnail is shown beside it."""
        image = Image.new("RGB", (400, 200), "red")
        image.paste("blue", (0, 0, 400, 100))
        for orientation in range(1, 9):
            file, exif = io.BytesIO(), Image.Exif()
            exif[0x0112] = orientation
            image.save(file, "WEBP", exif=exif)
            found, thumbnail = self.examine(file.getvalue(), "image/webp")
            self.assertEqual(found[:3], (400, 200, 1))
            small = Image.open(io.BytesIO(thumbnail)).convert("RGB")
            self.assertEqual(small.size, (THUMBNAIL_SIDE, THUMBNAIL_SIDE // 2))
            colours: Any = small.getpixel((160, 20)), small.getpixel((160, 140))
            self.assertTrue(colours[0][2] > 200 and colours[1][0] > 200, orientation)

    def test_each_side_is_up(self):
        """As Pillow itself turns it, large or small."""
        for size in ((300, 200), (2000, 1300)):
            for orientation in range(1, 9):
                content = picture("PNG", size, orientation, compress_level=1)
                _, thumbnail = self.examine(content)
                small = Image.open(io.BytesIO(thumbnail)).convert("L")
                expected = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("L")
                expected.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
                self.assertEqual(small.size, expected.size)
                apart = ImageStat.Stat(ImageChops.difference(small, expected)).mean[0]
                self.assertLess(apart, 6, (size, orientation))

    def test_large_ones_in_strips(self):
        """Of each kind of pixels, also where the last strip is not whole, and where one side is short."""
        for kind, mode, size in (
            ("PNG", "RGBA", (2001, 1377)),
            ("PNG", "LA", (1999, 2703)),
            ("PNG", "P", (3000, 7)),
            ("PNG", "I;16", (7, 3000)),
            ("GIF", "P", (1301, 1301)),
            ("JPEG", "CMYK", (2500, 1400)),
            ("WEBP", "RGBA", (1281, 1291)),
        ):
            file = io.BytesIO()
            more = {"transparency": 3} if mode == "P" else {}
            image = Image.linear_gradient("L").resize(size)
            (image.convert("I;16") if mode == "I;16" else image.convert(mode)).save(file, kind, **more)
            found, thumbnail = self.examine(file.getvalue(), f"image/{kind.lower()}")
            self.assertEqual(found[:2], size)
            small = Image.open(io.BytesIO(thumbnail))
            self.assertEqual(max(small.size), THUMBNAIL_SIDE)
            ratio = small.size[0] / small.size[1] * size[1] / size[0]
            self.assertTrue(0.6 < ratio < 1.6, (small.size, size))

    def test_an_orientation_that_is_none(self):
        for orientation in (0, 9, 65535):
            found, _ = self.examine(picture("JPEG", orientation=orientation), "image/jpeg")
            self.assertEqual(found.orientation, 1)

    def test_bombs(self):
        for width, height in ((60_000, 60_000), (PIXELS // 1000 + 1, 1000), (2**31 - 1, 2**31 - 1)):
            content = bomb(width, height)
            self.assertLess(len(content), 50_000)
            tracemalloc.start()
            with self.assertRaises(PictureTooLarge, msg=str(width)):
                self.examine(content)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            self.assertLess(most, 5_000_000)

    def test_truncated(self):
        for media_type, content in PICTURES:
            for part in (0.3, 0.6):
                cut = content[: int(len(content) * part)]
                if media_type == "image/gif" and part == 0.6 and len(frames(content)) > 1:
                    # Its first frame is whole: every browser shows that.
                    self.assertEqual(len(frames(clean(cut, media_type))), 1)
                    continue
                if media_type == "image/png" and part == 0.6 and b"acTL" in cut:
                    self.assertEqual(self.examine(cut, media_type)[0][:2], (64, 48))
                    continue
                with self.assertRaises(DamagedPicture, msg=media_type):
                    self.examine(cut, media_type)

    def test_only_the_type_of_its_first_bytes(self):
        with self.assertRaises(DamagedPicture):
            self.examine(PNG, "image/jpeg")

    def test_rubbish(self):
        chance = random.Random(3)
        for media_type, content in PICTURES:
            for _ in range(60):
                changed = bytearray(content)
                for _ in range(chance.randrange(1, 5)):
                    changed[chance.randrange(min(len(content), 600))] = chance.randrange(256)
                with contextlib.suppress(DamagedPicture, PictureTooLarge):
                    self.examine(bytes(changed), media_type)
