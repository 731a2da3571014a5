"""Tests for L{hichat.media.folder} and L{hichat.media.addresses}."""

import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from hichat.core.ports import IFileStore
from hichat.media.addresses import URL_LIFETIME, URL_STEP, Addresses, end_of_link, id_of, make_id
from hichat.media.folder import STRAY_AFTER, Folder

WRITER = """
import os, sys, signal
from pathlib import Path
from hichat.media.folder import Folder
folder = Folder(Path(sys.argv[1]))
with folder.unfinished() as part:
    part.file.write(b"half")
    part.file.flush()
    print("ready", flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Folders(SynchronousTestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = Folder(Path(directory.name) / "uploads")
        self.folder.start()

    def test_it_is_a_store_of_files(self) -> None:
        verifyObject(IFileStore, self.folder)

    def names(self):
        return sorted(os.listdir(self.folder.scratch))

    def test_finished(self):
        id = make_id()
        with self.folder.unfinished() as part:
            part.file.write(b"whole")
            self.assertEqual(len(self.names()), 1)
            self.folder.finish(part, id)
        self.folder.sync()
        self.assertEqual(self.names(), [id])
        self.assertEqual(self.folder.place(id).read_bytes(), b"whole")
        self.assertEqual(stat.S_IMODE(self.folder.place(id).stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.folder.scratch.stat().st_mode), 0o700)

    def test_unfinished(self):
        with self.assertRaises(ValueError), self.folder.unfinished() as part:
            part.file.write(b"half")
            raise ValueError
        self.assertEqual(self.names(), [])

    def test_a_killed_writer_leaves_nothing_and_a_living_one_is_left_alone(self):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(self.folder.scratch)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert writer.stdout is not None
        self.addCleanup(writer.stdout.close)
        self.assertEqual(writer.stdout.readline(), b"ready\n")
        self.folder.start()
        self.assertEqual(len(self.names()), 1, "another worker is writing that")
        writer.communicate(b"\n")
        self.assertEqual(len(self.names()), 1)
        self.folder.start()
        self.assertEqual(self.names(), [])

    def test_remove(self):
        one, other = make_id(), make_id()
        for name in (one, f"{one}.thumbnail", other, "x.png"):
            (self.folder.scratch / name).write_bytes(b"x")
        self.folder.remove([one, make_id()])
        self.assertEqual(self.names(), sorted([other, "x.png"]))

    def test_old(self):
        one, other, young = make_id(), make_id(), make_id()
        for name in (one, f"{one}.thumbnail", f"{other}.thumbnail", f"{'0' * 32}.png", "x"):
            (self.folder.scratch / name).write_bytes(b"x")
            os.utime(self.folder.scratch / name, (time.time() - STRAY_AFTER - 10,) * 2)
        (self.folder.scratch / young).write_bytes(b"x")
        page = self.folder.listed(round(time.time() * 1000))
        self.assertEqual(page.next, "")
        self.assertEqual(sorted({file.id for file in page.files if file.is_old}), sorted([one, other]))
        self.assertEqual([file for file in page.files if not file.is_old], [(young, False, 1, False)])
        self.assertEqual([file.thumbnail for file in page.files if file.id == one], [False, True])


class AddressesTests(SynchronousTestCase):
    def setUp(self):
        self.addresses = Addresses(bytes(32))
        self.media_id = make_id()

    def test_ids(self):
        self.assertEqual(len({make_id() for _ in range(1000)}), 1000)
        self.assertEqual(id_of(f"/v2/media/{self.media_id}"), self.media_id)
        for wrong in (
            self.media_id,
            "/v2/media/",
            f"/v2/media/{self.media_id}x",
            f"/v2/media/{self.media_id[1:]}",
            f"/v2/media/{self.media_id}/thumbnail",
            f"/v2/media/{self.media_id}\n",
            f"/v2/media/{self.media_id[:-1]}é",
            f"/v2/media/../{self.media_id[3:]}",
            f"https://x/v2/media/{self.media_id}",
        ):
            self.assertIsNone(id_of(wrong), wrong)

    def test_open(self):
        url = self.addresses.open_url(self.media_id, "png")
        name = url.removeprefix("/uploads/")
        self.assertRegex(name, r"\A[\w-]{45}\.png\Z")
        self.assertEqual(self.addresses.opened_by(name), self.media_id)
        self.assertEqual(self.addresses.opened_by(name.removesuffix(".png")), self.media_id)
        other = Addresses(bytes(31) + b"1")
        self.assertIsNone(other.opened_by(name))
        for wrong in (
            self.media_id,
            f"{make_id()}{name[22:]}",
            name[:-5] + "x.png",
            f"{name}/",
            f"{name}\n",
            "",
            "\xff" * 45,
        ):
            self.assertIsNone(self.addresses.opened_by(wrong), wrong)

    def test_found_in_a_text(self):
        url, forged = self.addresses.open_url(self.media_id), f"/uploads/{make_id()}-{make_id()}"
        for text in (f'{{"url":"{url}"}}', f'{{"url":"./{url}.png","x":"{forged}"}}', url.replace("/", "\\/")):
            self.assertEqual(set(self.addresses.find_open(text.encode())), {self.media_id})
        self.assertEqual(set(self.addresses.find_open(forged.encode())), set())

    def test_signed(self):
        key = self.addresses.sign(self.media_id, 1000)
        self.assertTrue(self.addresses.is_signed(self.media_id, 1000, key))
        self.assertFalse(self.addresses.is_signed(self.media_id, 1001, key))
        self.assertFalse(self.addresses.is_signed(make_id(), 1000, key))
        self.assertFalse(self.addresses.is_signed(self.media_id, 1000, "é"))
        open_key = self.addresses.open_url(self.media_id)[-22:]
        self.assertFalse(self.addresses.is_signed(self.media_id, 1000, open_key), "keys are for one purpose")

    def test_links_stay_the_same_for_a_while(self):
        for now in (1, URL_STEP, URL_STEP + 1, 1_700_000_000_123):
            until = end_of_link(now)
            self.assertTrue(now + URL_LIFETIME <= until < now + URL_LIFETIME + URL_STEP)
            self.assertEqual(until % URL_STEP, 0)
