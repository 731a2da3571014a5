"""Tests for L{hichat.media.pages}: first pages of PDFs, of honest ones and of those that are built to hurt."""

import io
import tempfile
import time
from pathlib import Path

from PIL import Image
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import DamagedPicture
from hichat.media.pages import PAGE_SIDE, draw_first
from tests.support.pdf import PASSWORD, pdf

RED, WHITE = (255, 0, 0), (255, 255, 255)


class FirstPageTests(SynchronousTestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.came, self.drawn = (Path(directory.name) / name for name in ("came", "drawn"))

    def draw(self, content):
        self.came.write_bytes(content)
        found = draw_first(self.came, self.drawn)
        with Image.open(self.drawn) as image:
            self.assertEqual((image.format, image.mode, image.size), ("WEBP", "RGB", found[:2]))
            return found, image.copy()

    def near(self, image, x, y, colour):
        """WebP changes colours a little."""
        found = image.getpixel((round(image.width * x), round(image.height * y)))
        self.assertLess(max(abs(one - other) for one, other in zip(found, colour, strict=True)), 12, found)

    def test_a_letter(self):
        found, image = self.draw(pdf())
        self.assertEqual(found[:3], (495, PAGE_SIDE, 1))
        self.near(image, 0.2, 0.8, RED)
        for x, y in ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8)):
            self.near(image, x, y, WHITE)
        with Image.open(io.BytesIO(found.preview)) as preview:
            self.assertEqual((preview.format, preview.size), ("WEBP", (12, 16)))

    def test_as_it_is_shown(self):
        """Turned, cut to what is seen of it, and behind bytes that are no PDF."""
        found, image = self.draw(pdf(page="/Rotate 90"))
        self.assertEqual(found[:2], (PAGE_SIDE, 495))
        self.near(image, 0.2, 0.2, RED)
        found, image = self.draw(pdf(page="/CropBox[0 0 306 198]"))
        self.assertEqual(found[:2], (PAGE_SIDE, 415))
        self.near(image, 0.9, 0.1, RED)
        self.assertEqual(self.draw(b"junk\n" + pdf(box="0 0 10 10"))[0][:2], (PAGE_SIDE, PAGE_SIDE))

    def test_sizes_without_measure(self):
        """What is drawn is as large as always, also where a page states that it is as large as a country, or a line."""
        for box, size in (
            ("0 0 2000000000 2000000000", (PAGE_SIDE, PAGE_SIDE)),
            ("0 0 1 100000000", (1, PAGE_SIDE)),
            ("0 0 1e39 1e39", (495, PAGE_SIDE)),
            ("0 0 0 0", (495, PAGE_SIDE)),
        ):
            self.assertEqual(self.draw(pdf(box))[0][:2], size, box)

    def test_many_pages(self):
        """Only the first one is looked at."""
        content, before = pdf(pages=10_000), time.process_time()
        self.assertEqual(self.draw(content)[0][:2], (495, PAGE_SIDE))
        self.assertLess(time.process_time() - before, 2)

    def test_what_cannot_be_drawn(self):
        whole = pdf()
        for what, content in (
            ("needs a password", pdf(trailer=PASSWORD)),
            ("its beginning", b"%PDF-1.7"),
            ("cut", whole[:200]),
            ("noise", b"%PDF-1.7\n" + bytes(range(256)) * 40),
            ("no page", pdf(pages=0)),
            ("no tree", whole.replace(b"/Pages 2 0 R", b"/Pages 9 0 R")),
        ):
            self.came.write_bytes(content)
            with self.assertRaises(DamagedPicture, msg=what):
                draw_first(self.came, self.drawn)
            self.assertFalse(self.drawn.exists(), what)
