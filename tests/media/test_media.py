"""Tests for L{hichat.media.media} and L{hichat.media.records}, on both stores: who may see a file, and when it goes."""

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.accounts.devices import find_or_add
from hichat.conversations import catchup
from hichat.core.drafts import Draft
from hichat.core.errors import BadLink, Busy, FilesAway, NoSuchMedia, NotStored, QuotaExceeded, Refused
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.groups.service import Groups
from hichat.log import reading
from hichat.log.follower import Claim, always
from hichat.media import ownership, records
from hichat.media.addresses import URL_LIFETIME, URL_STEP, Addresses
from hichat.media.folder import STRAY_AFTER, Folder
from hichat.media.media import UNUSED_SWEEP, MediaLimits, MediaStore, MediaUses
from hichat.media.ownership import accept, is_foreign, note_marks, settle_mark
from hichat.media.places import S3Place
from hichat.media.records import DAY
from hichat.media.s3 import MARK_NAME, S3Files
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime.clock import SETTLED_AFTER
from hichat.storage import tables
from hichat.wire import stored, view
from hichat.wire.frames import Send, SentFile
from tests.media.samples import PNG, WEBM
from tests.support.doubles import NOW, FakeLedger, make_store, run_now, take_in_now, watch_log
from tests.support.pdf import PASSWORD, pdf
from tests.support.postgres import OnPostgreSQL
from tests.support.s3 import Bucket, bucket_for, client_of

QUOTA = 1_000_000


class MediaCase(SynchronousTestCase):
    """A store with three users and a group, of which Ann and Bob are members."""

    def setUp(self):
        self.now, self.ahead = NOW, 0
        self.clock = Clock()
        self.store = make_store(self)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = Folder(Path(directory.name) / "uploads")
        self.files = self.make_files()
        self.files.start()
        self.addresses = Addresses(b"k" * 32)
        self.uses = MediaUses(self.addresses)
        self.media = self.make_media()
        self.writer = self.make_writer()
        self.counter = 0
        with self.store.transaction() as connection:
            self.ann, self.bob, self.eve = (users.insert(connection, name, "", NOW) for name in ("Ann", "Bob", "Eve"))
            self.devices = {
                user.id: find_or_add(connection, user.id, "x", NOW).id for user in (self.ann, self.bob, self.eve)
            }

    def make_files(self) -> Any:
        return self.folder

    def make_media(self, in_thread=run_now, claim=None, is_ours=always, **limits):
        bounds = MediaLimits(**({"size": 300_000, "quota": QUOTA} | limits))
        parts = self.store, self.files, self.addresses, in_thread, take_in_now
        return MediaStore(
            *parts, self.clock, lambda: self.now + self.ahead, bounds, claim, is_ours, ticks=lambda: self.now
        )

    def run_now(self, coroutine):
        return self.successResultOf(Deferred.fromCoroutine(coroutine))

    def make_writer(self):
        return LogWriter(self.store, lambda: self.now, edit_limit=10**9)

    def upload(self, user=None, content=PNG, name="a.png"):
        def copy(file, _limit):
            file.write(content)

        return self.run_now(self.media.save(user or self.ann, copy, name))

    def write(self, *drafts):
        return self.writer.write(drafts)

    def draft(self, sender, target, found, scope=Scope.USER, **more):
        """@return: a message of v2 that names a file, as a session makes it."""
        self.counter += 1
        frame = Send(url=f"/v2/media/{found.id}", media="picture", **more)
        body = stored.message_body(frame, sender.id, scope, target, found.id, self.uses.open_url(found.id))
        return Draft(
            Kind.MESSAGE,
            scope,
            sender.id,
            target,
            body,
            None,  # type: ignore[arg-type]
            0,
            self.devices[sender.id],
            self.counter,
            self.uses.use(found.id),
        )

    def send(self, sender, target, found, scope=Scope.USER):
        (outcome,) = self.write(self.draft(sender, target, found, scope))
        return outcome

    def send_v1(self, sender, target, url):
        frame = json.dumps({"userId": sender.id, "TargetId": target.id, "Type": 1, "Media": 4, "url": url}).encode()
        (event,) = self.write(Draft(Kind.MESSAGE, Scope.USER, sender.id, target.id, frame, None))  # type: ignore[arg-type]
        return event

    def recall(self, event):
        draft = Draft(Kind.RECALLED, Scope.EVERYONE, event.sender, 0, b"", None, event.position)  # type: ignore[arg-type]
        (outcome,) = self.write(draft)
        self.assertIsInstance(outcome, Event)
        return outcome

    def sees(self, user, *found):
        links = self.run_now(self.media.links(user, [one.id for one in found]))
        return [link.id for link in links] == [one.id for one in found]

    def sweep(self):
        while (progress := self.run_now(self.media.take_in())).position < progress.head:
            pass
        return self.run_now(self.media.sweep())

    def names(self) -> list[str]:
        """@return: the names of all that is kept."""
        return os.listdir(self.folder.scratch)

    def put(self, name: str, is_old: bool = False) -> None:
        """Put something beside the files; an hour ago, if it is old."""
        (self.folder.scratch / name).write_bytes(b"x")
        if is_old:
            os.utime(self.folder.scratch / name, (NOW / 1000 - STRAY_AFTER,) * 2)

    def kept(self):
        return {name for name in self.names() if not name.endswith(".thumbnail")}


class VisibleTests(MediaCase):
    def test_own(self):
        found = self.upload()
        self.assertTrue(self.sees(self.ann, found))
        self.assertFalse(self.sees(self.bob, found))

    def test_between_two(self):
        found = self.upload()
        self.assertIsInstance(self.send(self.ann, self.bob.id, found), Event)
        self.assertTrue(self.sees(self.bob, found))
        self.assertFalse(self.sees(self.eve, found))

    def test_recalled(self):
        found = self.upload()
        event = self.send(self.ann, self.bob.id, found)
        self.recall(event)
        self.assertFalse(self.sees(self.bob, found))
        self.assertTrue(self.sees(self.ann, found))

    def test_announced(self):
        found = self.upload()
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().where(tables.users.c.id == self.ann.id).values(administrator=True))
        self.assertIsInstance(self.send(self.ann, 0, found, Scope.EVERYONE), Event)
        self.assertTrue(self.sees(self.eve, found))

    def test_in_a_group(self):
        """Who was a member then: not who came later, but who has left."""
        groups = Groups(self.store, FakeLedger(self.store), lambda: NOW)
        group = self.run_now(groups.create(self.ann, "g", 0, "", ""))
        self.run_now(groups.join(self.bob, "g"))
        self.writer = self.make_writer()
        first, second = self.upload(), self.upload()
        self.assertIsInstance(self.send(self.ann, group.id, first, Scope.GROUP), Event)
        self.assertTrue(self.sees(self.bob, first))
        self.assertFalse(self.sees(self.eve, first))
        self.run_now(groups.leave(self.bob.id, group.id))
        self.run_now(groups.join(self.eve, "g"))
        self.writer = self.make_writer()
        self.assertIsInstance(self.send(self.ann, group.id, second, Scope.GROUP), Event)
        self.assertTrue(self.sees(self.bob, first))
        self.assertFalse(self.sees(self.bob, second))
        self.assertFalse(self.sees(self.eve, first))
        self.assertTrue(self.sees(self.eve, second))

    def test_not_what_is_not_ones_own_to_use(self):
        found = self.upload()
        self.assertIsInstance(self.send(self.bob, self.eve.id, found), NoSuchMedia)
        self.assertFalse(self.sees(self.bob, found))
        self.assertFalse(self.sees(self.eve, found))
        with self.store.snapshot() as connection:
            self.assertEqual(reading.head(connection), 0)

    def test_passed_on(self):
        found = self.upload()
        first = self.send(self.ann, self.bob.id, found)
        self.assertIsInstance(self.send(self.bob, self.eve.id, found), Event)
        self.assertTrue(self.sees(self.eve, found))
        self.recall(first)
        self.assertTrue(self.sees(self.eve, found), "that of the other message")
        self.assertIsInstance(self.send(self.eve, self.bob.id, found), Event)

    def test_none(self):
        found = records.StoredFile("A" * 22, 1, "file", "x/y", "", 1, None, None, 1, NOW)
        (refused, said) = self.write(
            self.draft(self.ann, self.bob.id, found),
            Draft(Kind.MESSAGE, Scope.USER, self.ann.id, self.bob.id, b"{}", None),  # type: ignore[arg-type]
        )
        self.assertIsInstance(refused, NoSuchMedia)
        self.assertIsInstance(said, Event, "others of the batch are not concerned")

    def test_who_may_not_write_uses_nothing(self):
        found = self.upload()
        self.assertIsInstance(self.send(self.ann, 999, found), Refused)
        with self.store.snapshot() as connection:
            self.assertEqual(connection.execute(tables.media_uses.select()).all(), [])

    def test_a_retry_is_not_a_second_use(self):
        found = self.upload()
        draft = self.draft(self.ann, self.bob.id, found)
        (event,) = self.write(draft)
        (again,) = self.write(draft)
        self.assertEqual(again.event, event)

    def test_what_the_dialects_show(self):
        found = self.upload()
        event = self.send(self.ann, self.bob.id, found)
        with self.store.snapshot() as connection:
            (event,) = catchup.page(connection, self.bob.id, 0, event.position, 10, 10_000).events
        shown = view.happened(event)
        assert shown is not None
        self.assertEqual((shown.url, shown.media), (f"/v2/media/{found.id}", "picture"))
        frame = json.loads(event.body)
        self.assertEqual((frame["Media"], frame["url"]), (4, self.addresses.open_url(found.id)))
        served = self.run_now(self.media.opened(frame["url"].removeprefix("/uploads/")))
        self.assertEqual(served.file, self.folder.place(found.id))

    def several(self, *found, text="see"):
        """@return: a message of v2 that names these files."""
        self.counter += 1
        first, *others = [f"/v2/media/{one.id}" for one in found]
        frame = Send(
            url=first, media="picture", text=text, moreFiles=[SentFile(media="file", url=url) for url in others]
        )
        more = [(one.id, self.uses.open_url(one.id)) for one in found[1:]]
        open_url = self.uses.open_url(found[0].id)
        body = stored.message_body(frame, self.ann.id, Scope.USER, self.bob.id, found[0].id, open_url, more)
        change = self.uses.use(*(one.id for one in found))
        place = Scope.USER, self.ann.id, self.bob.id
        return Draft(Kind.MESSAGE, *place, body, None, 0, self.devices[self.ann.id], self.counter, change)  # type: ignore[arg-type]

    def test_several_files(self):
        """Its readers see each of them; after the recall all are gone. One that the sender may not see refuses it."""
        found = [self.upload() for _ in range(10)]
        other = self.upload(self.eve)
        (refused,) = self.write(self.several(found[0], other))
        self.assertIsInstance(refused, NoSuchMedia)
        (event,) = self.write(self.several(*found, found[3]))
        self.assertTrue(self.sees(self.bob, *found))
        for one in found:
            self.assertFalse(self.sees(self.eve, one))
        self.now += 2 * DAY
        self.sweep()
        self.assertEqual(self.kept(), {one.id for one in found})
        self.recall(event)
        self.sweep()
        self.assertEqual(self.kept(), set())

    def test_several_files_are_found_in_the_log(self):
        """As after a restored backup: whatever their uses were, what the messages name is kept."""
        found = [self.upload() for _ in range(10)]
        draft = self.several(*found, text="")
        draft.change = None
        self.write(draft)
        self.sweep()
        self.now += 2 * DAY
        self.sweep()
        self.assertEqual(self.kept(), {one.id for one in found})

    def test_a_file_for_v1_is_its_link(self):
        found = self.upload(content=b"%PDF-1.7 ", name="a.pdf")
        frame = Send(url=f"/v2/media/{found.id}", media="file", name="a.pdf")
        url = self.uses.open_url(found.id)
        body = json.loads(stored.message_body(frame, self.ann.id, Scope.USER, self.bob.id, found.id, url))
        self.assertEqual((body["Media"], body["Content"], body["Url"], body.get("url")), (1, url, url, None))


class LinkTests(MediaCase):
    def test_good_for_an_hour(self):
        found = self.upload()
        (link,) = self.run_now(self.media.links(self.ann, [found.id, found.id, "B" * 22]))
        self.assertTrue(self.now + URL_LIFETIME <= link.until < self.now + URL_LIFETIME + URL_STEP)
        key = link.url.rpartition("=")[2]
        served, left = self.run_now(self.media.linked(found.id, link.until, key))
        self.assertEqual((served.file, served.type, served.shown), (self.folder.place(found.id), "image/png", True))
        self.assertEqual(left, (link.until - self.now) // 1000)
        small, _ = self.run_now(self.media.linked(found.id, link.until, key, True))
        self.assertEqual((small.file, small.type), (self.folder.place(found.id, True), "image/webp"))
        self.now = link.until
        self.refused(BadLink, self.media.linked(found.id, link.until, key))
        self.refused(BadLink, self.media.linked(found.id, link.until + 1000, key))

    def refused(self, error, coroutine):
        self.failureResultOf(Deferred.fromCoroutine(coroutine), error)

    def test_not_anothers(self):
        found, other = self.upload(), self.upload()
        (link,) = self.run_now(self.media.links(self.ann, [found.id]))
        self.refused(BadLink, self.media.linked(other.id, link.until, link.url.rpartition("=")[2]))

    def test_what_is_neither_picture_nor_audio(self):
        for content in (b"<!DOCTYPE html><script>", b"<svg xmlns='http://www.w3.org/2000/svg'>", b"%PDF-1.7"):
            found = self.upload(content=content, name="x.png")
            (link,) = self.run_now(self.media.links(self.ann, [found.id]))
            self.assertIsNone(link.thumbnail)
            key = link.url.rpartition("=")[2]
            served, _ = self.run_now(self.media.linked(found.id, link.until, key))
            self.assertEqual((served.type, served.shown), ("application/octet-stream", False))
            self.refused(NoSuchMedia, self.media.linked(found.id, link.until, key, True))

    def test_the_first_page_of_a_pdf(self):
        """It is the file's thumbnail, and opens by the file's link only; the file itself is served as before."""
        found, other = self.upload(content=pdf(), name="plan.pdf"), self.upload(self.eve, content=pdf())
        self.assertEqual(
            (found.kind, found.type, found.name, found.size), ("file", "application/pdf", "plan.pdf", len(pdf()))
        )
        (link,) = self.run_now(self.media.links(self.ann, [found.id, other.id]))
        self.assertEqual((link.width, link.height), (495, 640))
        self.assertEqual(link.thumbnail, link.url.replace("?", "/thumbnail?"))
        self.assertTrue(link.preview)
        key = link.url.rpartition("=")[2]
        served, _ = self.run_now(self.media.linked(found.id, link.until, key))
        self.assertEqual((served.type, served.shown), ("application/octet-stream", False))
        self.assertEqual(served.file.read_bytes(), pdf())
        page, _ = self.run_now(self.media.linked(found.id, link.until, key, True))
        self.assertEqual((page.file, page.type, page.shown), (self.folder.place(found.id, True), "image/webp", True))
        self.refused(BadLink, self.media.linked(other.id, link.until, key, True))
        self.assertEqual(self.run_now(self.media.links(self.bob, [found.id])), [])
        self.send(self.ann, self.bob.id, found)
        self.assertEqual(self.run_now(self.media.links(self.bob, [found.id])), [link])
        self.now = link.until
        self.refused(BadLink, self.media.linked(found.id, link.until, key, True))

    def test_a_pdf_without_a_page(self):
        """Whatever is the matter, the file is kept as it came, and nothing else is."""

        def refusing(error):
            def refuse(*_):
                return fail(error())

            return refuse

        for content, take_in in (
            (b"%PDF-1.7", take_in_now),
            (pdf(trailer=PASSWORD), take_in_now),
            (pdf(), refusing(Busy)),
            (pdf(), refusing(NotStored)),
        ):
            with patch.object(self.media, "_take_in", take_in):
                found = self.upload(content=content)
            self.assertEqual((found.kind, found.width, found.height, found.preview), ("file", None, None, None))
            self.assertEqual(self.folder.place(found.id).read_bytes(), content)
            (link,) = self.run_now(self.media.links(self.ann, [found.id]))
            self.assertEqual((link.thumbnail, link.width, link.preview), (None, None, None))
            self.refused(NoSuchMedia, self.media.linked(found.id, link.until, link.url.rpartition("=")[2], True))
        self.assertEqual(len(self.names()), 4)


class QuotaTests(MediaCase):
    def test_a_first_page_takes_room(self):
        """If there is room for the file only, it has no page."""
        self.media = self.make_media(quota=3 * 4096)
        self.assertEqual([self.upload(content=pdf()).room for _ in range(2)], [2 * 4096, 4096])
        self.assertEqual(len(self.names()), 3)

    def test_smallest_files_take_room(self):
        self.media = self.make_media(quota=3 * 4096)
        for _ in range(3):
            self.upload(content=b"x")
        saving = Deferred.fromCoroutine(self.media.save(self.ann, lambda file, _: file.write(b"x") and None))
        self.failureResultOf(saving, QuotaExceeded)
        self.assertEqual(len(self.kept()), 3)
        self.upload(self.bob, b"x")

    def test_what_is_on_its_way_takes_room(self):
        self.media = self.make_media(quota=500_000)
        release = self.run_now(self.media.reserve(self.ann.id, 300_000))
        self.failureResultOf(Deferred.fromCoroutine(self.media.reserve(self.ann.id, 300_000)), QuotaExceeded)
        self.failureResultOf(Deferred.fromCoroutine(self.media.reserve(self.ann.id, None)), QuotaExceeded)
        self.run_now(self.media.reserve(self.bob.id, None))()
        release()
        release()
        self.run_now(self.media.reserve(self.ann.id, 300_000))

    def test_room_comes_back(self):
        self.media = self.make_media(quota=4096)
        self.sweep()
        self.upload(content=b"x")
        self.now += DAY
        self.sweep()
        self.upload(content=b"x")


class Removal(MediaCase):
    """Files go, in a folder and in S3 alike."""

    def test_unused_for_a_day(self):
        found = self.upload()
        self.now += DAY - 1
        self.assertEqual(self.sweep(), 0)
        self.now += 1
        self.assertEqual(self.sweep(), 1)
        self.assertEqual(self.names(), [])
        self.assertFalse(self.sees(self.ann, found))
        self.assertIsInstance(self.send(self.ann, self.bob.id, found), NoSuchMedia)

    def test_the_page_goes_with_the_pdf(self):
        self.sweep()
        event = self.send(self.ann, self.bob.id, self.upload(content=pdf()))
        self.assertEqual(len(self.names()), 2)
        self.recall(event)
        self.assertEqual(self.sweep(), 1)
        self.assertEqual(self.names(), [])

    def test_recalled(self):
        found = self.upload()
        first = self.send(self.ann, self.bob.id, found)
        second = self.send(self.ann, self.eve.id, found)
        self.recall(first)
        self.assertEqual(self.sweep(), 0)
        self.recall(second)
        self.assertEqual(self.sweep(), 1)
        self.assertEqual(self.kept(), set())

    def test_strays(self):
        """What a crash between the file and its record has left."""
        found = self.upload(content=WEBM)
        for name in ("C" * 22, f"{'C' * 22}.thumbnail", "D" * 22, f"{'0' * 32}.png"):
            self.put(name, is_old=name[0] != "D")
        self.sweep()
        self.assertEqual(len(self.kept()), 4)
        self.now += SETTLED_AFTER
        self.sweep()
        self.assertEqual(self.kept(), {found.id, "D" * 22, f"{'0' * 32}.png"})

    def test_another_daemon_of_the_store_does_it(self):
        """The records are its work; what has no record in the own directory goes here. In time it may be gone."""
        ours = False

        async def is_ours():
            return ours

        self.media = self.make_media(is_ours=is_ours)
        self.media.start()
        self.addCleanup(self.media.stop)
        self.clock.advance(0)
        found = self.upload(content=WEBM)
        self.put("C" * 22, is_old=True)
        self.now += DAY
        self.clock.advance(UNUSED_SWEEP)
        # A store that all share is all that one's work.
        self.assertEqual(self.kept(), {found.id, "C" * 22} if self.files.shared else {found.id})
        ours = True
        self.clock.advance(UNUSED_SWEEP)
        # In S3 it has to find its own mark again.
        self.clock.advance(UNUSED_SWEEP)
        self.assertEqual(self.kept(), set())


class SweepTests(Removal):
    def test_used(self):
        found = self.upload()
        self.send(self.ann, self.bob.id, found)
        self.now += 10 * DAY
        self.assertEqual(self.sweep(), 0)
        self.assertEqual(self.kept(), {found.id})

    def test_recalled_and_said_again_before_the_sweep(self):
        found = self.upload()
        self.recall(self.send(self.ann, self.bob.id, found))
        again = self.send(self.ann, self.bob.id, found)
        self.now += 2 * DAY
        self.assertEqual(self.sweep(), 0)
        self.recall(again)
        self.assertEqual(self.sweep(), 1)

    def test_v1_messages_are_found_in_the_log(self):
        used, unused = self.upload(content=WEBM), self.upload(content=WEBM)
        event = self.send_v1(self.ann, self.bob, f".{self.media.open_url(used)}")
        self.send_v1(self.ann, self.bob, self.media.open_url(unused)[:-8] + "AAAA.webm")
        self.now += DAY
        self.assertEqual(self.sweep(), 1)
        self.assertEqual(self.kept(), {used.id})
        self.recall(event)
        self.assertEqual(self.sweep(), 1)
        self.assertEqual(self.kept(), set())

    def test_v1_passes_on_what_came_from_v2(self):
        found = self.upload()
        event = self.send(self.ann, self.bob.id, found)
        self.send_v1(self.bob, self.eve, self.addresses.open_url(found.id))
        self.sweep()
        self.recall(event)
        self.assertEqual(self.sweep(), 0)
        self.assertTrue(self.sees(self.eve, found))

    def test_pictures_of_profiles(self):
        """Of users and groups; they go when nobody shows them any more."""
        avatar, image = self.upload(), self.upload()
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().values(avatar=self.media.open_url(avatar)))
        groups = Groups(self.store, FakeLedger(self.store), lambda: NOW)
        self.run_now(groups.create(self.ann, "g", 0, self.media.open_url(image), ""))
        self.now += DAY
        self.assertEqual(self.sweep(), 0)
        with self.store.transaction() as connection:
            connection.execute(tables.users.update().values(avatar=""))
        self.now += DAY
        self.assertEqual(self.sweep(), 1)
        self.assertEqual(self.kept(), {image.id})

    def test_a_message_that_is_just_being_sent(self):
        """It is either refused, or its file stays: between the search of the log and the removal, too."""
        found, old = self.upload(content=WEBM), self.upload(content=WEBM)
        self.now += DAY
        sent: list[Any] = []
        read = self.store.read

        def read_and_send(query, *args):
            answer = read(query, *args)
            if query is records.search and not sent:
                sent.append(self.send_v1(self.ann, self.bob, self.media.open_url(found)))
                sent.append(self.send(self.ann, self.bob.id, old))
            return answer

        self.patch(self.store, "read", read_and_send)
        self.assertEqual(self.sweep(), 0)
        self.assertEqual(self.kept(), {found.id, old.id})
        self.assertIsInstance(sent[1], Event)

    def test_in_steps(self):
        """More of the log than is searched at once, and more files than are removed at once."""
        self.patch(records, "FOLLOWED", 3)
        self.patch(records, "REMOVED", 2)
        self.patch(records, "BATCH", 2)
        used = [self.upload(content=WEBM) for _ in range(5)]
        for found in used:
            self.send_v1(self.ann, self.bob, self.media.open_url(found))
            self.send_v1(self.ann, self.bob, "nothing")
        for _ in range(5):
            self.upload(content=WEBM)
        self.now += DAY
        self.assertEqual(self.sweep(), 5)
        self.assertEqual(self.kept(), {found.id for found in used})

    def test_two_workers_search_the_same(self):
        found = self.upload(content=WEBM)
        self.send_v1(self.ann, self.bob, self.media.open_url(found))
        with self.store.transaction() as connection:
            result = records.search(connection, 0, self.addresses.find_open)
            self.assertTrue(records.apply(connection, 0, result))
            self.assertFalse(records.apply(connection, 0, result))

    def test_a_message_names_many(self):
        found = self.upload(content=WEBM)
        url = self.media.open_url(found)
        self.send_v1(self.ann, self.bob, " ".join([url] * 200))
        self.sweep()
        with self.store.snapshot() as connection:
            self.assertEqual(len(connection.execute(tables.media_uses.select()).all()), 1)

    def test_a_clock_that_is_set(self):
        """Ahead for less than an hour, also from the start on: nothing is old by that. Then it is as old as it says."""
        found, recalled = self.upload(), self.upload()
        self.ahead = 2 * DAY
        self.media = self.make_media()
        event = self.send(self.ann, self.bob.id, recalled)
        for _ in range(11):
            self.assertEqual(self.sweep(), 0)
            self.now += SETTLED_AFTER // 12
        self.recall(event)
        self.assertEqual(self.sweep(), 1, "that did not wait for the time")
        self.ahead = 0
        for hours in range(23):
            self.assertEqual(self.sweep(), 0, hours)
            self.ahead = 3 * DAY if hours % 2 else -DAY
            self.assertEqual(self.sweep(), 0, hours)
            self.ahead = 0
            self.now += SETTLED_AFTER
        self.assertEqual(self.kept(), {found.id})
        self.sweep()
        self.now += SETTLED_AFTER
        self.assertEqual(self.sweep(), 1)

    def test_from_a_time_that_is_not_yet(self):
        """Uploaded while the clock was a year ahead: a day later it is gone all the same."""
        self.ahead = 365 * DAY
        self.upload()
        self.ahead = 0
        self.sweep()
        self.now += SETTLED_AFTER
        self.assertEqual(self.sweep(), 0)
        self.now += DAY
        self.assertEqual(self.sweep(), 1)

    def test_now_and_then(self):
        self.media.start()
        self.addCleanup(self.media.stop)
        self.clock.advance(0)
        self.upload()
        self.now += DAY
        self.clock.advance(UNUSED_SWEEP)
        self.assertEqual(self.kept(), set())

    def test_another_worker_takes_over(self):
        """Where the first one ended; each use of a file is entered once."""
        found = self.upload(content=WEBM)
        file = Path(self.mktemp())
        first, second = (self.make_media(claim=Claim(file)) for _ in range(2))
        for media in (first, second):
            media.start()
            self.addCleanup(media.stop)

        def uses(say=3):
            for _ in range(say):
                self.send_v1(self.ann, self.bob, self.media.open_url(found))
            self.clock.advance(UNUSED_SWEEP)
            with self.store.snapshot() as connection:
                return len(connection.execute(tables.media_uses.select()).all())

        self.assertEqual(uses(), 3)
        with patch.object(second, "take_in", side_effect=AssertionError("the first one does it")):
            self.assertEqual(uses(), 6)
        self.successResultOf(first.stop())
        self.assertEqual(uses(), 9)
        self.assertTrue(self.sees(self.bob, found))

    def test_a_failure_is_not_the_end(self):
        def away(*_args):
            raise OSError("the store is away")

        read = self.store.read
        self.patch(self.store, "read", away)
        logged: list[Any] = []
        watch_log(self, logged.append)
        self.media.start()
        self.addCleanup(self.media.stop)
        self.clock.advance(0)
        (line,) = map(eventAsText, logged)
        self.assertIn("the use of uploaded files cannot be taken on: OSError", line)
        self.patch(self.store, "read", read)
        self.upload()
        self.now += DAY
        self.clock.advance(UNUSED_SWEEP)
        self.assertEqual(self.kept(), set())


class InS3(SynchronousTestCase):
    """A mixin: files are in S3."""

    folder: Folder
    bucket: Bucket

    def make_files(self) -> Any:
        self.bucket = bucket_for(self)
        client = client_of(self.bucket)
        self.addCleanup(client.close)
        return S3Files(S3Place.parse(self.bucket.url), self.folder, client)

    def names(self) -> list[str]:
        return [key.removeprefix("some/files/") for key in self.bucket.every_key() if not key.endswith(MARK_NAME)]

    def put(self, name: str, is_old: bool = False) -> None:
        self.bucket.put(f"some/files/{name}", b"x")
        if is_old:
            self.bucket.age(f"some/files/{name}", STRAY_AFTER + 10)


class QuotaInS3Tests(InS3, QuotaTests):
    def test_what_is_refused_is_removed_or_a_stray(self) -> None:
        """If S3 is away just then, the answer is the same."""
        self.media = self.make_media(quota=1)
        for error in (None, FilesAway):
            with patch.object(self.files, "remove", wraps=self.files.remove) as remove:
                remove.side_effect = error
                saving = Deferred.fromCoroutine(self.media.save(self.ann, lambda file, _: file.write(b"x") and None))
                self.failureResultOf(saving, QuotaExceeded)
            self.assertEqual(len(self.kept()), 1 if error else 0)


class SweepInS3Tests(InS3, Removal):
    def test_s3_is_away(self) -> None:
        """The records of unused files stay as long as the files cannot be removed; nothing else stops."""
        found = self.upload()
        self.media.start()
        self.addCleanup(self.media.stop)
        self.clock.advance(0)
        self.now += DAY
        with patch.object(self.files, "check", side_effect=FilesAway):
            self.clock.advance(UNUSED_SWEEP)
        self.assertTrue(self.sees(self.ann, found))
        with patch.object(self.files, "remove", side_effect=FilesAway):
            self.clock.advance(UNUSED_SWEEP)
        self.assertFalse(self.sees(self.ann, found))
        self.assertEqual(self.kept(), {found.id})
        for name in (found.id, f"{found.id}.thumbnail"):
            self.bucket.age(f"some/files/{name}", STRAY_AFTER + 10)
        self.clock.advance(UNUSED_SWEEP)
        self.assertEqual(self.kept(), set(), "found as one without a record")


class CopyTests(InS3, MediaCase):
    """A copy of the database, whose daemon names the same place in S3."""

    def setUp(self) -> None:
        super().setUp()
        self.found = self.upload()
        self.lines: list[str] = []
        watch_log(self, lambda event: self.lines.append(eventAsText(event, includeTimestamp=False)))

    def hour(self) -> int:
        """An hour goes by. @return: the number of files that a sweep removes then."""
        self.now += SETTLED_AFTER
        return self.sweep()

    def copy(self) -> None:
        """Go on with another database: it has what this one had, but for the files."""
        with self.store.transaction() as connection:
            self.marks = connection.execute(tables.media_marks.select()).all()
        self.before = self.store, self.media
        self.store = make_store(self)
        self.media = self.make_media()
        with self.store.transaction() as connection:
            for mark in self.marks:
                connection.execute(tables.media_marks.insert().values(mark._asdict()))

    def age(self) -> None:
        for name in self.names():
            self.bucket.age(f"some/files/{name}", STRAY_AFTER + 10)

    def test_a_copy_removes_nothing(self) -> None:
        """Its mark is an old one as soon as the other daemon has swept once more, which it does every five minutes."""
        self.sweep()
        self.hour()
        self.copy()
        copied, (self.store, self.media) = (self.store, self.media), self.before
        self.hour()
        self.before = self.store, self.media
        self.store, self.media = copied
        self.age()
        with patch.object(records, "collect", side_effect=AssertionError("its records stay, too")):
            for _ in range(3):
                self.assertEqual(self.hour(), 0)
        self.assertEqual(self.kept(), {self.found.id})
        self.assertEqual(len(self.lines), 1, self.lines)
        self.assertIn(f"the files in {self.bucket.url} belong to another database", self.lines[0])
        self.store, self.media = self.before
        self.now += DAY
        self.assertEqual(self.sweep(), 1, "the one that is in use goes on")

    def test_one_that_takes_the_place_of_the_other(self) -> None:
        """Nobody uses the other one any more; but its operator has to say so."""
        self.sweep()
        self.hour()
        self.copy()
        self.age()
        self.sweep()
        for _ in range(3):
            self.hour()
        self.assertEqual((self.kept(), len(self.lines)), ({self.found.id}, 1))
        self.assertTrue(is_foreign(self.store, self.files))
        self.assertTrue(accept(self.store, self.files))
        self.assertFalse(is_foreign(self.store, self.files))
        self.hour()
        self.assertEqual(self.kept(), {self.found.id}, "it has to find its own mark again")
        self.hour()
        self.assertEqual((self.kept(), len(self.lines)), (set(), 1))
        self.store, self.media = self.before
        self.hour()
        self.assertEqual(len(self.lines), 2)

    def test_a_copy_with_the_same_home(self) -> None:
        """Such as a clone of the machine: in its first hour it removes nothing, not even what need not wait."""
        self.patch(ownership, "home_of", lambda connection: "home")
        self.sweep()
        self.hour()
        self.copy()
        self.age()
        with patch.object(records, "collect", side_effect=AssertionError("its records stay, too")):
            for _ in range(3):
                self.assertEqual(self.sweep(), 0)
            self.hour()
        self.assertEqual(self.kept(), {self.found.id}, "its first mark is there, and was not found again")
        self.sweep()
        self.assertEqual(self.kept(), set())
        self.store, self.media = self.before
        self.assertEqual((self.hour(), len(self.lines)), (0, 1))

    def test_a_daemon_that_stands_still(self) -> None:
        """Before each step of its change, while another one of the same database goes on: the files stay theirs."""
        self.sweep()
        self.hour()
        other = self.make_media()
        read, write, mark, put = self.store.read, self.store.write, self.files.mark, self.files.put_mark
        once: list[bool] = []

        def others(function: Any, step: Any) -> Any:
            def call(*asked: Any) -> Any:
                if step in (function, asked[0] if asked else None) and once:
                    once.clear()
                    for _ in range(2):
                        self.successResultOf(Deferred.fromCoroutine(other.sweep()))
                return function(*asked)

            return call

        for step in (ownership.view, mark, note_marks, put, settle_mark):
            self.now += SETTLED_AFTER
            once.append(True)
            with (
                patch.object(self.store, "read", others(read, step)),
                patch.object(self.store, "write", others(write, step)),
                patch.object(self.files, "mark", others(mark, step)),
                patch.object(self.files, "put_mark", others(put, step)),
            ):
                self.successResultOf(Deferred.fromCoroutine(self.media.sweep()))
            self.assertEqual(once, [])
            self.assertFalse(is_foreign(self.store, self.files))

    def test_one_that_stood_still_goes_on(self) -> None:
        """It puts the mark there that it had noted, just before another one does."""
        self.sweep()
        put = self.files.put_mark
        there = self.files.mark()
        noted = ownership.PlaceMarks(there, "late")
        with self.store.transaction() as connection:
            note_marks(connection, self.files.name, ownership.known_marks(connection, self.files.name), noted)

        def late(mark: str, before: str) -> Any:
            return put("late", before) and put(mark, before)

        self.now += SETTLED_AFTER
        with patch.object(self.files, "put_mark", late):
            self.sweep()
        self.assertEqual(self.files.mark(), "late")
        self.assertFalse(is_foreign(self.store, self.files))
        self.hour()
        self.assertEqual(self.lines, [])

    def test_a_command_at_the_same_time(self) -> None:
        """It notes a mark, and the daemon puts another one there: the daemon's is known."""
        put = self.files.put_mark

        def after_the_command(mark: str, before: str) -> Any:
            with patch.object(self.files, "put_mark", return_value=False):
                self.assertFalse(accept(self.store, self.files))
            return put(mark, before)

        for _ in range(3):
            with patch.object(self.files, "put_mark", after_the_command):
                self.hour()
            self.assertTrue(self.files.mark())
            self.assertFalse(is_foreign(self.store, self.files))
        self.assertEqual(self.lines, [])

    def test_accept_asks_outside_of_a_transaction(self) -> None:
        """While S3 does not answer, the daemon's changes are not to wait."""
        mark, open_now = self.files.mark, []
        transaction = self.store.transaction

        @contextmanager
        def watched() -> Any:
            with transaction() as connection:
                open_now.append(True)
                yield connection
                open_now.clear()

        def asked() -> str:
            self.assertEqual(open_now, [])
            return str(mark())

        with patch.object(self.store, "transaction", watched), patch.object(self.files, "mark", asked):
            self.assertTrue(accept(self.store, self.files))

    def test_another_database(self) -> None:
        """It has never known the place; until its operator says that the files are its own."""
        self.sweep()
        self.copy()
        with self.store.transaction() as connection:
            connection.execute(tables.media_marks.delete())
        self.age()
        self.hour()
        self.hour()
        self.assertEqual((self.kept(), len(self.lines)), ({self.found.id}, 1))
        self.assertTrue(accept(self.store, self.files))
        self.hour()
        self.hour()
        self.assertEqual((self.kept(), len(self.lines)), (set(), 1))

    def test_wherever_it_is_cut_off(self) -> None:
        """While the mark is changed: the files stay this database's."""
        self.sweep()
        write, put_mark = self.store.write, self.files.put_mark
        for step in (note_marks, put_mark, settle_mark):
            self.now += SETTLED_AFTER

            def fails(change: Any, *arguments: Any, step: Any = step) -> Any:
                if change is step:
                    raise FilesAway
                return write(change, *arguments)

            away = FilesAway if step == put_mark else None
            with patch.object(self.store, "write", fails), patch.object(self.files, "put_mark", wraps=put_mark) as put:
                put.side_effect = away
                self.failureResultOf(Deferred.fromCoroutine(self.media.sweep()), FilesAway)
            self.hour()
        self.assertEqual(self.lines, [])

    def test_before_it_was_ever_there(self) -> None:
        with patch.object(self.files, "put_mark", side_effect=FilesAway):
            self.failureResultOf(Deferred.fromCoroutine(self.media.sweep()), FilesAway)
        self.assertEqual(self.files.mark(), "")
        self.sweep()
        self.assertTrue(self.files.mark())
        self.assertEqual(self.lines, [])

    def test_two_that_begin_at_once(self) -> None:
        """One of them is first."""
        mark = self.files.mark

        def other_first() -> str:
            found = mark()
            if not found:
                self.bucket.put(f"some/files/{MARK_NAME}", b"other")
            return str(found)

        with patch.object(self.files, "mark", other_first):
            self.sweep()
        self.assertEqual(self.files.mark(), "other")
        self.assertEqual(len(self.lines), 1)


class CopyOnPostgreSQLTests(OnPostgreSQL, CopyTests):
    pass


class VisibleOnPostgreSQLTests(OnPostgreSQL, VisibleTests):
    pass


class QuotaOnPostgreSQLTests(OnPostgreSQL, QuotaTests):
    pass


class SweepOnPostgreSQLTests(OnPostgreSQL, SweepTests):
    pass
