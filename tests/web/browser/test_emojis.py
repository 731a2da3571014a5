"""The emoji picker's data: all that the server takes as reactions, in both languages."""

import json

from twisted.trial.unittest import SynchronousTestCase

from hichat.core.emojis import emoji_of
from tests.support.daemon import ROOT

TONES = frozenset("🏻🏼🏽🏾🏿")
COMPONENTS = frozenset("🦰🦱🦳🦲") | TONES
"""Parts of emoji, which are none alone but for the server."""


class EmojiTests(SynchronousTestCase):
    def setUp(self) -> None:
        folder = ROOT / "hichat/web/browser/app/emojis"
        read = {
            language: json.loads((folder / f"emojis-{language}.json").read_text("utf-8")) for language in ("en", "zh")
        }
        self.data = {language: [entry for kind in kinds for entry in kind] for language, kinds in read.items()}
        lines = (ROOT / "hichat/core/emojis.txt").read_text("utf-8").splitlines()
        self.taken = {each for line in lines if not line.startswith("# ") for each in line.split()}

    def test_each_is_taken(self) -> None:
        for entries in self.data.values():
            for emoji, _, _, *tones in entries:
                for each in (emoji, *" ".join(tones).split()):
                    self.assertEqual(emoji_of(each), each)

    def test_none_is_missing(self) -> None:
        """But for several people with different tones of skin, of which there are too many to show."""
        plain = {each for each in self.taken if not TONES & {*each}} - COMPONENTS
        toned = {each for each in self.taken if len(TONES & {*each}) == 1} - COMPONENTS
        for entries in self.data.values():
            self.assertEqual({entry[0] for entry in entries}, plain)
            self.assertEqual({each for entry in entries for each in " ".join(entry[3:]).split()}, toned)

    def test_names(self) -> None:
        """Each has one in each language, and both have the same order."""
        en, zh = self.data["en"], self.data["zh"]
        self.assertEqual([entry[0] for entry in en], [entry[0] for entry in zh])
        self.assertTrue(all(entry[1] for entry in en + zh))
        chinese = [entry for entry in zh if any("\u4e00" <= letter <= "\u9fff" for letter in entry[1])]
        self.assertGreater(len(chinese), len(zh) * 0.98)
