"""
Random talk, and what L{hichat.search} finds of it, against a reader who goes through all that one may read and looks
for himself; on both stores.
"""

from __future__ import annotations

import random
import re
import string

from hichat.search import index as index_room
from hichat.search import query as query_room
from hichat.wire import stored
from hichat.wire.frames import Edit
from tests import proof
from tests.support.conversations import TEAM
from tests.support.ledger import edit as make_edit
from tests.support.ledger import recall as make_recall
from tests.support.postgres import OnPostgreSQL
from tests.support.search import SearchCase

LATIN = ("tea", "team", "Green", "STRASSE", "x9", "café")
CHINESE = ("北京", "大学", "茶", "北", "京大", "ガス", "日")
WRITTEN = {
    "STRASSE": ("Straße", "strasse"),
    "ガス": ("ｶﾞｽ", "ガス"),
    "tea": ("ＴＥＡ", "Tea", "tea"),
    "日": ("⽇", "日"),
}
"""The same in other spellings."""

PLACES: tuple[dict[str, int], ...] = ({"user": 1}, {"user": 2}, {"user": 3}, {"group": TEAM}, {})
MEDIA = ("text", "picture", "file")


class SeededTests(SearchCase):
    def test_as_a_reader_finds_it(self):
        self.inside = {1, 2}
        # Without words, a part comes from the log and the rest from the index.
        self.patch(query_room, "FIRST_WALK", 3)
        self.patch(query_room, "WALKED", 20)
        # Of what has words, a part is found among the newest messages and the rest by its terms.
        self.patch(index_room, "NEAR", 60)
        self.patch(index_room, "NEAR_ROWS", 0)
        for seed in proof.seeds(proof.ROUNDS_OF_SEARCH):
            self.chance = random.Random(seed)
            self.talk(60)
            for _ in range(25):
                self.ask(seed)

    def text(self):
        pick = self.chance.choice
        said = [pick(WRITTEN.get(word, (word,))) for word in self.chance.choices(LATIN + CHINESE, k=pick((1, 2, 4, 9)))]
        return pick(("", " ", ", ", "。", "-")).join(said)

    def talk(self, turns):
        written: list[tuple[int, int]] = []
        for _ in range(turns):
            self.now += self.chance.choice((0, 1000, 4_000_000))
            does = self.chance.random()
            if does < 0.6 or not written:
                written += self.write()
            elif does < 0.75:
                self.change(*self.chance.choice(written))
            elif does < 0.85:
                self.writer.write([make_recall(*self.chance.choice(written))])
            else:
                self.come_or_go(self.chance.choice((2, 3)))
            if self.chance.random() < 0.2:
                self.indexer.step(self.chance.choice((1, 3, 50)))

    def write(self):
        sender, place = self.chance.choice((1, 2, 3)), self.chance.choice(PLACES)
        if "group" in place and sender not in self.inside:
            return []
        media = self.chance.choice(MEDIA)
        more = {} if media == "text" else {"media": media, "url": "/x"}
        if media == "file":
            more["name"] = f"{self.text()}.pdf"
        return [(3 if not place else sender, self.say(3 if not place else sender, self.text(), **place, **more))]

    def change(self, sender, subject):
        body = self.chance.choice((self.text(), "tea"))
        self.writer.write([make_edit(sender, subject, stored.revision_body(Edit(message=subject, text=body)))])

    def come_or_go(self, user):
        if user in self.inside:
            self.run_now(self.groups.leave(user, TEAM))
        else:
            self.run_now(self.groups.join(self.users[user], "team"))
        self.inside ^= {user}

    def ask(self, seed):
        who = self.chance.choice((1, 2, 3))
        asked = self.chance.sample(LATIN + CHINESE, self.chance.choice((1, 1, 2, 3)))
        if self.chance.random() < 0.5:
            asked[0] = asked[0][: self.chance.randrange(1, len(asked[0]) + 1)]
        filters = {
            "sender": self.chance.choice((1, 2, 3)),
            "media": self.chance.choice(MEDIA),
            "after": self.now - 40_000_000,
            "before": self.now - 10_000_000,
        }
        chosen = {name: filters[name] for name in self.chance.sample(sorted(filters), self.chance.choice((0, 0, 1, 2)))}
        if {"sender", "media"} & chosen.keys() and self.chance.random() < 0.5:
            asked = []
        expected = self.look(who, asked, chosen)
        told = f"{seed}: {who} {asked} {chosen}"
        q = " ".join(self.chance.choice(WRITTEN.get(word, (word,))) for word in asked)
        limit = self.chance.choice((1, 3, 50))
        self.assertEqual(self.find(who, q, limit=limit, **chosen), expected, told)
        self.assertEqual(sorted(self.find(who, q, order="rank", limit=limit, **chosen))[::-1], expected, told)

    def look(self, who, asked, chosen):
        """@return: the ids of what one may read and has all that was asked for, the last first."""
        found = []
        for name in ("user-1", "user-2", "user-3", f"group-{TEAM}", "announcements"):
            before = 2**53 - 1
            while shown := self.read(who, name, before):
                found += [each["id"] for each in shown if self.is_meant(each, asked, chosen)]
                before = min(each["id"] for each in shown)
        return sorted(found, reverse=True)

    def read(self, who, name, before):
        answer = self.call(who, "GET", f"/conversations/{name}/messages?limit=100&before={before}")
        return answer.json["items"] if answer.status == 200 else []

    def is_meant(self, shown, asked, chosen):
        text = f"{shown.get('text', '')} {shown.get('name', '')}".casefold()
        for spelt, plain in (("ｔｅａ", "tea"), ("ｶﾞｽ", "ガス"), ("⽇", "日")):
            text = text.replace(spelt, plain)
        return (
            not shown.get("recalled")
            and all(self.has(text, word.casefold()) for word in asked)
            and chosen.get("sender") in (None, shown["from"])
            and chosen.get("media") in (None, shown["media"])
            and chosen.get("after", 0) <= shown["time"] < chosen.get("before", 2**53)
        )

    def has(self, text, word):
        letters = string.ascii_lowercase + string.digits + "é"
        if word[0] not in letters:
            return word in text
        return re.search(rf"(?<![{letters}]){re.escape(word)}", text) is not None


class SeededOnPostgreSQLTests(OnPostgreSQL, SeededTests):
    """The same on the other store."""
