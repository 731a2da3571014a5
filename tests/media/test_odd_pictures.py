"""Tests for L{hichat.media.pictures} with what honest programs write: see L{tests.media.odd}."""

import tempfile
from pathlib import Path

from PIL import Image
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import DamagedPicture
from hichat.media.metadata import take_apart
from hichat.media.pictures import load_decoders, take_in
from tests.media import odd

NEAR = 12
"""How far a colour may be from what a browser shows: thumbnails are lossy."""


class OddPictures(SynchronousTestCase):
    def setUp(self):
        load_decoders()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.came, self.kept, self.small = (Path(directory.name, name) for name in ("came", "kept", "small"))

    def take_in(self, media_type, content):
        """@return: what is known of it; C{None}: it is refused."""
        self.came.write_bytes(content)
        try:
            return take_in(self.came, media_type, self.kept, self.small)
        except DamagedPicture:
            return None

    def check(self, pictures):
        """Each is taken in, its thumbnail looks as a browser shows the picture, and what is served says no more."""
        wrong = []
        for each in pictures:
            name = f"{each.type}: {each.name}"
            found = self.take_in(each.type, each.content)
            if found is None:
                wrong.append(f"{name} is refused")
            elif found[:3] != (*each.size, each.orientation):
                wrong.append(f"{name}: {found}")
            else:
                with Image.open(self.small, formats=["WEBP"]) as small:
                    wrong += self.apart(name, small.convert("RGBA"), each.seen)
                served = self.kept.read_bytes()
                parts = take_apart(served, each.type)
                self.assertEqual(parts.orientation, each.orientation, name)
                self.assertEqual(self.take_in(each.type, served), found, name)
                self.assertEqual(self.kept.read_bytes(), served, name)
        self.assertEqual(wrong, [])

    def apart(self, name, small, seen):
        width, height = small.size
        places = [(width * x // 4, height * y // 4) for y in (1, 3) for x in (1, 3)]
        for place, wanted in zip(places, seen, strict=True):
            colour = small.getpixel(place)
            # Of what is not seen the colour does not matter.
            one, other = (
                [number * each[3] // 255 for number in each[:3]] + [each[3]] for each in (colour, (*wanted, 255)[:4])
            )
            if max(abs(a - b) for a, b in zip(one, other, strict=True)) > NEAR:
                yield f"{name}: {colour} for {wanted}"

    def test_colours(self):
        self.check(odd.colours())

    def test_numbers(self):
        self.check(odd.numbers())

    def test_which_side_is_up(self):
        self.check(odd.sides())

    def test_what_browsers_forgive(self):
        self.check(odd.forgiven())

    def test_what_is_missing(self):
        for name, media_type, content in odd.refused():
            self.assertIsNone(self.take_in(media_type, content), f"{media_type}: {name}")

    def test_what_is_kept(self):
        """What says how to show a picture is served as it came, whatever we make of it."""
        others = (odd.P3[:16] + b"Lab " + odd.P3[20:], odd.P3[:12] + b"link" + odd.P3[16:])
        for broken in (odd.P3, odd.P3[:300], b"not a profile" * 30, *others):
            for kind, media_type in (("PNG", odd.PNG), ("JPEG", odd.JPEG), ("WEBP", odd.WEBP)):
                content = odd.saved(kind, icc_profile=broken)
                self.assertIsNotNone(self.take_in(media_type, content))
                with Image.open(self.kept) as image:
                    self.assertEqual(image.info["icc_profile"], broken, media_type)
        wrong = odd.chunk(b"gAMA", b"\0\1\x86\xa0", 1) + odd.chunk(b"sRGB", b"\0", 2)
        content = odd.with_chunks(wrong, odd.chunk(b"tEXt", b"a\0b", 3))
        self.take_in(odd.PNG, content)
        self.assertEqual(self.kept.read_bytes(), odd.with_chunks(wrong))

    def test_large_ones(self):
        """In strips, too: 16 bits, colours that are not seen, a frame that is only a part, and a profile."""
        size = (1400, 1050)
        grey = Image.new("I;16", size, 0x5678)
        thumbnails = []
        for media_type, content in (
            (odd.PNG, odd.saved("PNG", grey)),
            (odd.PNG, odd.saved("PNG", Image.new("RGB", size, odd.PLAIN[1]), icc_profile=odd.P3)),
            (odd.GIF, odd.gif(size, (700, 525), (700, 525))),
        ):
            self.assertEqual(self.take_in(media_type, content)[:3], (*size, 1))
            with Image.open(self.small) as small:
                self.assertEqual(small.size, (320, 240))
                thumbnails.append(small.convert("RGBA"))
        grey_seen, green_seen = ((0x56, 0x56, 0x56),) * 4, (odd.P3_SEEN[1],) * 4
        red_seen = (odd.NOTHING,) * 3 + ((255, 0, 0),)
        for thumbnail, seen in zip(thumbnails, (grey_seen, green_seen, red_seen), strict=True):
            self.assertEqual(list(self.apart("large", thumbnail, seen)), [])
