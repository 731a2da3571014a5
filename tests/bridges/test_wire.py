"""Tests for what a Matterbridge says: its messages, their files, their texts."""

from base64 import b64encode

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from hichat.bridges.wire import (
    Act,
    NotUnderstood,
    RemoteMessage,
    act_of,
    alias_of,
    files_of,
    is_markdown,
    lost_files,
    pieces,
    text_of,
    understand_line,
)

DOCUMENTED = b"""{"text":"hi","channel":"#ops","username":"ann","userid":"","avatar":"","account":"irc.libera",
"event":"","protocol":"irc","gateway":"gw","parent_id":"","timestamp":"2026-11-30T19:00:00Z","id":"","Extra":null}"""


class UnderstandTests(SynchronousTestCase):
    def test_a_message(self):
        found = understand_line(DOCUMENTED)
        self.assertEqual(
            (found.text, found.username, found.gateway, found.source), ("hi", "ann", "gw", "irc.libera #ops")
        )

    def test_unknown_fields_are_no_harm(self):
        self.assertEqual(understand_line(b'{"text":"x","new":[1]}').text, "x")

    def test_anything_else(self):
        for line in (b"", b"[]", b"{", b'{"text":1}', b"\xff", b'"x"', b"[" * 100_000, b'{"Extra":{"file":3}}'):
            with self.assertRaises(NotUnderstood):
                understand_line(line)

    def test_what_they_ask_for(self):
        acts = {
            "": Act.SAY,
            "user_action": Act.SAY,
            "msg_delete": Act.DELETE,
            "join_leave": Act.NOTHING,
            "join": Act.NOTHING,
            "api_connected": Act.NOTHING,
            "user_typing": Act.NOTHING,
            "of tomorrow": Act.NOTHING,
        }
        for event, act in acts.items():
            self.assertIs(act_of(RemoteMessage(event=event, account="irc.a"), "api.b"), act)

    def test_no_echo(self):
        """What this bridge has posted is not taken; what another program posts to another API is."""
        self.assertIs(act_of(RemoteMessage(text="x", account="api.b"), "api.b"), Act.NOTHING)
        self.assertIs(act_of(RemoteMessage(text="x", account="api.c"), "api.b"), Act.SAY)
        self.assertIs(act_of(RemoteMessage(text="x", account=""), ""), Act.SAY)


class FileTests(SynchronousTestCase):
    def make(self, *files, name="file", **more):
        return understand_line(msgspec.json.encode({"Extra": {name: list(files)}, **more}))

    def test_with_a_content(self):
        data = b64encode(b"\x00\xff").decode()
        (file,) = files_of(self.make({"Name": "a.bin", "Data": data, "Comment": "see", "URL": "", "Size": 2}))
        self.assertEqual((file.name, file.data, file.comment), ("a.bin", b"\x00\xff", "see"))

    def test_at_an_address(self):
        (file,) = files_of(self.make({"Name": "a.bin", "Data": None, "URL": "https://m.example/1/a.bin"}))
        self.assertEqual((file.data, file.url), (None, "https://m.example/1/a.bin"))

    def test_a_bad_content_is_fetched_or_left_out(self):
        bad = {"Name": "a", "Data": "***", "URL": "https://m.example/a"}
        self.assertIsNone(files_of(self.make(bad))[0].data)
        self.assertEqual(files_of(self.make({"Name": "a", "Data": "***"}, 3, "x", None)), [])

    def test_too_large_for_them(self):
        self.assertEqual(lost_files(self.make({"Name": "film.mkv", "Size": 9}, name="file_failure_size")), ["film.mkv"])

    def test_the_text(self):
        message = self.make({"Name": "a", "URL": "https://m.example/a", "Comment": "look"}, text="hi\n")
        self.assertEqual(text_of(message, ["[b]"]), "hi\nlook\n[b]")


class TextTests(SynchronousTestCase):
    def test_names(self):
        self.assertEqual(alias_of("  <ann>\u0000\t bee\u202e\n"), "<ann> bee")
        self.assertEqual(len(alias_of("x" * 200)), 64)
        self.assertEqual(alias_of("\u200b"), "")

    def test_markdown(self):
        self.assertTrue(is_markdown(RemoteMessage(account="discord.x")))
        self.assertFalse(is_markdown(RemoteMessage(account="irc.discord")))

    def test_pieces(self):
        self.assertEqual(pieces("", 10), [])
        self.assertEqual(pieces("short", 10), ["short"])
        self.assertEqual(pieces("one two three", 8), ["one two", "three"])
        self.assertEqual(pieces("x" * 25, 10), ["x" * 10, "x" * 10, "x" * 5])

    def test_pieces_cut_no_character(self):
        text = "你好吗" * 50
        found = pieces(text, 10)
        self.assertEqual("".join(found), text)
        self.assertTrue(all(len(piece.encode()) <= 10 for piece in found))

    def test_a_lone_surrogate_ends(self):
        self.assertTrue(pieces("\ud800" * 30, 10))
