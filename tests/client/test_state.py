"""What the terminal remembers between runs."""

import os
from hashlib import blake2b
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from hichat.client.connection import Client
from hichat.terminal.state import SAVED_OWN, TERMINALS, State, state_directory
from tests.support.client import ANN, World

SERVER = "http://chat.example"


class StateTests(SynchronousTestCase):
    def setUp(self):
        self.directory = Path(self.mktemp()) / "hichat"

    def open(self, name="Ann ", server=SERVER, directory=None):
        state = State.open(directory or self.directory, server, name)
        self.addCleanup(state.close)
        return state

    def test_a_new_place(self):
        saved = self.open().saved
        self.assertEqual((saved.server, saved.name, saved.user, saved.cursor, saved.own), (SERVER, "ann", 0, None, []))
        Client(World().reactor, SERVER, ANN, saved.device)

    def test_it_is_kept(self):
        state = self.open()
        state.keep(7, [9, 8])
        state.close()
        again = self.open().saved
        self.assertEqual((again.device, again.cursor, again.own), (state.saved.device, 7, [8, 9]))

    def test_the_device_is_kept_even_if_nothing_else_happens(self):
        state = self.open()
        state.close()
        self.assertEqual(self.open().saved.device, state.saved.device)

    def test_the_secret_is_kept(self):
        state = self.open()
        state.keep_secret("known")
        state.close()
        self.assertEqual(self.open().saved.secret, "known")

    def test_only_the_user_may_read_it(self):
        self.open()
        self.assertEqual(self.directory.stat().st_mode & 0o777, 0o700)
        for path in self.directory.iterdir():
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_each_user_and_server_has_one(self):
        devices = {
            self.open(*which).saved.device for which in (("ann", SERVER), ("bob", SERVER), ("ann", "http://other"))
        }
        self.assertEqual(len(devices), 3)

    def test_somebody_else_has_the_name_now(self):
        state = self.open()
        state.settle(1)
        state.keep(7, [8])
        state.settle(1)
        self.assertEqual((state.saved.cursor, state.saved.own), (7, [8]))
        state.close()
        state = self.open()
        state.settle(2)
        self.assertEqual((state.saved.user, state.saved.cursor, state.saved.own), (2, None, []))

    def test_what_an_earlier_version_has_kept(self):
        """By the user's id; the place in the log goes on."""
        self.directory.mkdir(parents=True)
        key = blake2b(f"{SERVER}\n1".encode(), digest_size=8).hexdigest()
        old = self.directory / f"chat-{key}-1.json"
        content = f'{{"server":"{SERVER}","user":1,"device":"terminal-1","cursor":7,"own":[8]}}'
        old.write_text(content)
        first, second = self.open(), self.open()
        for state in (second, first):
            state.settle(1)
        self.assertEqual([state.saved.cursor for state in (first, second)], [7, None])
        self.assertEqual((first.saved.own, old.exists()), ([8], False))
        old.write_text(content)
        other = self.open("bob")
        other.settle(2)
        self.assertIsNone(other.saved.cursor)

    def test_another_name_for_the_device(self):
        state = self.open()
        before = state.saved.device
        state.rename()
        state.close()
        self.assertNotEqual(state.saved.device, before)
        self.assertEqual(self.open().saved.device, state.saved.device)

    def test_two_at_once(self):
        """They would replace each other's connections."""
        first, second = self.open(), self.open()
        self.assertNotEqual(first.saved.device, second.saved.device)
        first.close()
        second.close()
        again = [self.open().saved.device, self.open().saved.device]
        self.assertEqual(again, [first.saved.device, second.saved.device])

    def test_more_than_there_are_places_for(self):
        devices = {self.open().saved.device for _ in range(TERMINALS + 2)}
        self.assertEqual((len(devices), len(list(self.directory.glob("*.json")))), (TERMINALS + 2, TERMINALS))

    def test_files_that_are_damaged(self):
        state = self.open()
        (path,) = self.directory.glob("*.json")
        whole = path.read_bytes()
        state.close()
        for content in (b"", whole[:-5], b"\xff", b"[]", b"{}", whole.replace(b'"name":"ann"', b'"name":"bob"')):
            path.write_bytes(content)
            again = self.open()
            self.assertNotEqual(again.saved.device, state.saved.device)
            again.close()

    def test_where_nothing_can_be_written(self):
        obstacle = Path(self.mktemp())
        obstacle.write_text("a file")
        first, second = self.open(directory=obstacle), self.open(directory=obstacle / "below")
        self.assertNotEqual(first.saved.device, second.saved.device)
        first.keep(7, [])
        self.assertEqual(first.saved.cursor, 7)
        self.assertEqual(State.open(None, SERVER, "ann").saved.name, "ann")

    def test_it_is_bounded(self):
        state = self.open()
        state.keep(7, range(10, 5000))
        self.assertEqual((len(state.saved.own), state.saved.own[-1]), (SAVED_OWN, 4999))

    def test_where(self):
        for environ, path in (
            ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/hichat"),
            ({"XDG_STATE_HOME": "x", "HOME": "/h"}, "/h/.local/state/hichat"),
            ({"HOME": "/h"}, "/h/.local/state/hichat"),
        ):
            self.assertEqual(os.fspath(state_directory(environ) or ""), path)
        self.assertIsNone(state_directory({}))
