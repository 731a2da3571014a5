"""Tests for L{hichat.web.api.search}: a small corpus with known answers, whatever the index has of it."""

from __future__ import annotations

import random
from itertools import combinations, product
from time import process_time
from typing import Any
from urllib.parse import quote

from hichat.core.errors import Refused
from hichat.core.events import Event, Scope
from hichat.search import index as index_room
from hichat.search import query as query_room
from hichat.wire import stored
from hichat.wire.frames import Edit, Send
from tests import proof
from tests.support.conversations import TEAM
from tests.support.ledger import block, edit, message, react, recall
from tests.support.postgres import OnPostgreSQL
from tests.support.search import CORPUS, SearchCase

HOSTILE = "a" + "\u0300" * 1800 + "\u0316" * 1800 + "\u0f73" * 100 + "ﷺ" * 100
DAY = 24 * 3_600_000

KNOWN: dict[str, set[int]] = {
    "tea": {0, 1, 4, 5, 6, 7},
    "te": {0, 1, 4, 5, 6, 7},
    "ea": set(),
    "Tea TEAM": {1, 5},
    "tea green": {0},
    "green milk": set(),
    "北京": {2, 3},
    "京": {2, 3},
    "京大": {3},
    "京大学": {3},
    "北京大学": {3},
    "北大": set(),
    "明天": {2, 6},
    "明天 tea": {6},
    "tea明天": {6},
    "茶": {2, 7},
    "喝茶 我们": {2},
    "STRASSE": {5},
    "9 30": {5},
    "meets AND": set(),
    "secret": set(),
    "bold 50": {9},
    "quoted": {9},
    "benoit": {10},
    "BENOÎT İSTANBUL": {10},
    "istan\u200bbul": {10},
    "ζευς": {10},
    "❤": {10},
    "❤\ufe0f di": {10},
    "oeuvre soren": {11},
    "œuvre": {11},
    "AETH": {11},
}
"""What Ann finds."""


class SearchTests(SearchCase):
    def test_known_answers(self):
        ids = self.tell()
        for asked, places_ in KNOWN.items():
            expected = sorted((ids[place] for place in places_), reverse=True)
            self.assertEqual(self.find(1, asked), expected, asked)
            self.assertEqual(sorted(self.find(1, asked, order="rank"), reverse=True), expected, asked)

    def test_hostile_text_costs_no_more_than_other_text(self):
        """Marks without end: taking them into the index, finding and ranking them, and their snippets."""
        ids = [self.say(1, f"tea {number} {HOSTILE}", user=2) for number in range(60)]
        for work, most in (
            (self.follow, 2.0),
            (lambda: self.assertEqual(self.find(1, "tea", order="rank", limit=60), ids[::-1]), 1.5),
            (lambda: self.assertEqual(self.find(1, f"tea 7 {HOSTILE[:200]}", order="rank"), [ids[7]]), 1.5),
        ):
            began = process_time()
            work()
            self.assertLess(process_time() - began, most, "seconds; it was 5 and more for a page")

    def test_whole_words_first(self):
        ids = self.tell()
        found = self.find(1, "tea", order="rank")
        # Two matches, whole or not; one; none that is whole. The last first of those that are as good.
        self.assertEqual([ids.index(one) for one in found], [1, 0, 7, 6, 4, 5])

    def test_pages(self):
        self.tell()
        for order, limit in product(("newest", "rank"), (1, 2, 5, 6, 7)):
            found = self.find(1, "te", order=order, limit=limit)
            self.assertEqual(found, self.find(1, "te", order=order), (order, limit))

    def test_what_comes_while_one_pages_is_not_repeated_nor_hides_anything(self):
        self.tell()
        for order in ("newest", "rank"):
            all_of_it = self.find(1, "tea", order=order)
            page = self.page(1, "tea", order=order, limit=2)
            self.say(2, "tea tea tea tea", user=1)
            rest = self.find(1, "tea", order=order, cursor=page["next"])
            self.assertEqual([item["message"]["id"] for item in page["items"]] + rest, all_of_it)

    def test_what_is_shown(self):
        self.tell()
        self.assertEqual(self.shown(1, "green"), (CORPUS[0][2], "[Green] tea or black tea?", "user-2"))
        self.assertEqual(self.shown(2, "green"), (CORPUS[0][2], "[Green] tea or black tea?", "user-1"))
        self.assertEqual(self.shown(1, "我们 北京")[1:], ("[我们]明天去[北京]喝茶", "user-2"))
        self.assertEqual(self.shown(1, "myself")[2], "user-1")
        self.assertEqual(self.shown(1, "strasse")[1:], ("The TEAM meets at ９:３０ in [Straße] 5", f"group-{TEAM}"))
        self.assertEqual(self.shown(1, "免费")[2], "announcements")
        self.assertEqual(self.shown(1, "bold")[1], "<b>[bold]</b> & 'quoted' 50%")

    def test_filters(self):
        ids = self.tell()

        def found(asked, **more):
            return [ids.index(one) for one in reversed(self.find(1, asked, **more))]

        self.assertEqual(found("tea", user=2), [0, 1])
        self.assertEqual(found("tea", user=1), [4])
        self.assertEqual(found("tea", group=TEAM), [5, 6])
        self.assertEqual(found("tea", announcements="true"), [7])
        self.assertEqual(found("tea", sender=2), [1, 6])
        self.assertEqual(found("tea", sender=2, group=TEAM), [6])
        self.assertEqual(found("tea", user=3), [])
        self.assertEqual(found("tea", sender=99), [])
        start = self.now - len(CORPUS) * 1000
        self.assertEqual(found("tea", after=start + 5000), [4, 5, 6, 7])
        self.assertEqual(found("tea", before=start + 5000), [0, 1])
        self.assertEqual(found("tea", after=start + 5000, before=start + 7000), [4, 5])
        self.assertEqual(found("tea", after=2**53 - 1), [])
        self.assertEqual(found("tea", before=0), [])

    def test_times_that_fall(self):
        """The clock is set while people write, by seconds and by years, both ways: each message is of its time."""
        chance = random.Random(15)
        for size, stretches in ((3, 16), (4, 2)):
            self.patch(index_room, "TIMES_BLOCK", size)
            self.patch(index_room, "STRETCHES", stretches)
            said = {}
            for jump in (0, 40_000, -40_000, 7_200_000, -7_200_000, 0, 365 * DAY, -365 * DAY, -DAY, 2 * DAY):
                self.now += jump
                for _ in range(3):
                    self.now += 1000
                    said[self.say(1 + chance.randrange(2), f"when{size}", user=3)] = self.now
                    self.say(2, "something else", user=1)
            self.follow()
            mine = [one for user in (1, 2) for one in self.find(user, f"when{size}")]
            self.assertEqual(sorted(mine), sorted(said))
            times = sorted(said.values())
            for after, before in combinations([*times[:: 3 * proof.TIMES_THAT_FALL], times[-1] + 1], 2):
                expected = sorted((one for one in said if after <= said[one] < before), reverse=True)
                for more in ({}, {"limit": 2}, {"order": "rank"}):
                    found = self.find(3, f"when{size}", after=after, before=before, **more)
                    self.assertEqual(sorted(found, reverse=True), expected, (after, before, more))
            for time in times[:: 2 * proof.TIMES_THAT_FALL]:
                expected = sorted((one for one in said if said[one] >= time), reverse=True)
                self.assertEqual(self.find(3, f"when{size}", after=time), expected)
                self.assertEqual(set(self.find(3, f"when{size}", before=time)), said.keys() - set(expected))

    def test_media(self):
        picture = self.say(1, "tea house", user=2, media="picture", url="/v2/media/x")
        file = self.say(2, "", user=1, media="file", url="/v2/media/y", name="Tea-2024 报告.pdf")
        text = self.say(2, "tea", user=1)
        self.follow()
        self.assertEqual(self.find(1, "tea"), [text, file, picture])
        self.assertEqual(self.find(1, "tea", media="picture"), [picture])
        self.assertEqual(self.find(1, "tea", media="file"), [file])
        self.assertEqual(self.find(1, "报告", media="file", sender=2), [file])
        self.assertEqual(self.find(1, "tea", media="text"), [text])
        self.assertEqual(self.find(1, "tea", media="audio"), [])

    def test_edits(self):
        first = self.say(1, "old words", user=2)
        self.follow()
        self.edit(1, first, "brand new 茶")
        for user, other in ((1, 2), (2, 1)):
            self.assertEqual(self.find(user, "old"), [])
            self.assertEqual(self.find(user, "brand", user=other), [first])
            self.assertEqual(self.find(user, "茶"), [first])
        self.edit(1, first, "old again")
        self.assertEqual((self.find(1, "old"), self.find(1, "brand")), ([first], []))
        self.assertEqual(self.shown(1, "again")[1], "old [again]")

    def test_recalls(self):
        first, second = self.say(1, "tea", user=2), self.say(1, "tea", user=2)
        self.follow()
        self.edit(1, first, "tea time")
        self.revise(recall(1, first))
        self.assertEqual(self.find(1, "tea"), [second])
        self.assertEqual(self.find(2, "time"), [])

    def test_reactions_are_shown_and_not_found(self):
        first = self.say(1, "tea", user=2)
        self.revise(react(2, first, b"+wow"))
        (item,) = self.page(1, "tea")["items"]
        self.assertEqual(item["message"]["reactions"], [{"emoji": "wow", "users": [2]}])
        self.assertEqual(self.find(1, "wow"), [])

    def test_members_then(self):
        """Cat joins, leaves and comes back; what was said in between was not for her."""
        texts = {}

        def say(name):
            texts[name] = self.say(1, f"tea {name}", group=TEAM)

        say("before")
        self.run_now(self.groups.join(self.users[3], "team"))
        say("inside")
        self.run_now(self.groups.leave(3, TEAM))
        say("outside")
        self.follow()
        self.edit(1, texts["inside"], "coffee inside")
        self.assertEqual(self.find(3, "tea outside"), [])
        self.assertEqual(self.find(3, "coffee"), [], "it was edited when she was gone")
        self.assertEqual(self.find(3, "tea inside"), [texts["inside"]], "as she knows it")
        self.assertEqual(self.find(1, "tea inside"), [])
        self.run_now(self.groups.join(self.users[3], "team"))
        say("again")
        self.follow()
        self.assertEqual(self.find(1, "tea"), [texts["again"], texts["outside"], texts["before"]])
        self.assertEqual(self.find(3, "coffee"), [])
        self.assertEqual(self.find(3, "outside"), [])
        self.assertEqual(self.find(3, "tea again", group=TEAM), [texts["again"]])
        self.assertEqual(self.find(2, "coffee"), [texts["inside"]])

    def mention(self, sender, text, *mentions, group=TEAM):
        """@return: the id of a message of a v2 client that mentions these users."""
        frame = Send(text=text, group=group, mentions=list(mentions))
        draft = message(sender, group, Scope.GROUP, stored.message_body(frame, sender, Scope.GROUP, group))
        draft.device = sender
        (said,) = self.writer.write([draft])
        assert isinstance(said, Event)
        return said.position

    def mentions(self, who, limit=50):
        """@return: the ids of the messages on all pages."""
        found: list[int] = []
        page: Any = {"next": ""}
        while "next" in page:
            page = self.good(who, "GET", f"/mentions?limit={limit}{page['next'] and '&cursor='}{page['next']}")
            found += [item["message"]["id"] for item in page["items"]]
        return found

    def test_mentions(self):
        self.tell()
        other = self.run_now(self.groups.create(self.users[3], "others")).id
        first = self.mention(2, "@Ann tea?", 1)
        self.mention(2, "@Bob and @Cat", 2, 3)
        every = self.mention(2, "@all tea!", 0)
        mine = self.mention(1, "@Ann myself, and @all", 1, 0)
        both = self.mention(2, "@Ann and @all", 1, 0)
        early = self.mention(3, "@Ann, here?", 1, group=other)
        self.run_now(self.groups.join(self.users[1], "others"))
        late = self.mention(3, "@Ann, there you are", 1, group=other)
        self.follow()
        self.assertEqual(self.mentions(1), [late, both, every, first], f"not {mine}, nor {early}")
        for limit in (1, 2, 3):
            self.assertEqual(self.mentions(1, limit), self.mentions(1))
        self.assertEqual(self.mentions(2)[0], mine)
        self.revise(edit(2, first, stored.revision_body(Edit(message=first, text="@Bob tea?", mentions=[2]))))
        self.revise(edit(2, every, stored.revision_body(Edit(message=every, text="@Ann", mentions=[1]))))
        self.revise(recall(2, both))
        self.assertEqual(self.mentions(1), [late, every])
        (item, *_) = self.good(1, "GET", "/mentions")["items"]
        self.assertEqual(item["conversation"], f"group-{other}")
        self.assertEqual("".join(part["text"] for part in item["snippet"]), "@Ann, there you are")
        self.problem(self.api("GET", "/mentions"), 401, "unauthorized")
        self.problem(self.call(1, "GET", "/mentions?cursor=x"), 400, "bad_cursor")

    def test_without_words(self):
        """By the sender, or the media; the newest first, in either order."""
        ids = self.tell()
        from_bob = [ids[place] for place in (11, 10, 9, 6, 2, 1)]
        for order in ("newest", "rank"):
            for limit in (2, 20):
                self.assertEqual(self.find(1, "", sender=2, order=order, limit=limit), from_bob)
        self.assertEqual(self.find(1, "", sender=2, group=TEAM), [ids[6]])
        start = self.now - len(CORPUS) * 1000
        self.assertEqual(self.find(1, "", sender=2, after=start + 3000, before=start + 8000), [ids[6], ids[2]])
        self.assertEqual(self.find(1, "", media="picture"), [])
        self.assertEqual(len(self.find(1, " ", media="text", user=2)), 7)
        self.assertEqual(self.shown(1, "", sender=2, group=TEAM)[1], "明天 tea time")
        self.problem(self.call(1, "GET", "/search?user=2"), 400, "invalid_field")
        self.problem(self.call(1, "GET", "/search?sender=2&q=*"), 400, "invalid_field")

    def test_what_is_frequent_is_not_looked_up_in_the_index(self):
        """PostgreSQL's index would give all messages of a sender, or all there are, before the newest are known."""
        ids = self.tell()

        def find(_index, _connection, asked, *_):
            self.assertEqual(asked, [])
            return []

        asked: list[dict[str, Any]] = [{"sender": 2}, {"media": "text"}, {"media": "text", "user": 2}]
        asked.append({"sender": 2, "media": "text"})
        expected = [self.find(1, "", **each) for each in asked]
        self.assertEqual(expected[0], [ids[place] for place in (11, 10, 9, 6, 2, 1)])
        self.patch(query_room, "WALKED", 10_000_000)
        self.patch(query_room, "EXAMINED", 3)
        self.patch(query_room, "FIRST_WALK", 2)
        for kind in (index_room.SQLiteIndex, index_room.PostgreSQLIndex):
            self.patch(kind, "_find", find)
        for filters, found in zip(asked, expected, strict=True):
            self.assertEqual(self.find(1, "", limit=2, **filters), found, filters)

    def test_strangers(self):
        self.tell()
        self.problem(self.call(3, "GET", f"/search?q=tea&group={TEAM}"), 403, "not_a_member")
        self.assertEqual(self.find(3, "team"), [])
        self.assertEqual(self.find(3, "green"), [])
        self.problem(self.api("GET", "/search?q=tea"), 401, "unauthorized")

    def test_blocked(self):
        """What was said before is still there, for both; as in the conversation itself."""
        first = self.say(2, "tea before", user=1)
        self.revise(block(1, 2))
        (refused,) = self.writer.write([message(2, 1, Scope.USER, b"{}")])
        self.assertIsInstance(refused, Refused)
        self.follow()
        self.assertEqual((self.find(1, "tea"), self.find(2, "tea")), ([first], [first]))

    def test_hostile_queries(self):
        self.tell()
        for asked in ("", " ", "*", '"', "'", "。，、", "-", "()", "\\", "%", "_", "\u200b"):
            found = self.problem(self.call(1, "GET", f"/search?q={quote(asked)}"), 400, "invalid_field")
            self.assertEqual([fault["parameter"] for fault in found["errors"]], ["q"], repr(asked))
        self.problem(self.call(1, "GET", "/search?q=a%00b"), 400, "not_text")
        self.problem(self.call(1, "GET", "/search?q=%ff"), 400, "invalid_field")
        self.problem(self.call(1, "GET", "/search"), 400, "invalid_field")
        self.problem(self.call(1, "GET", f"/search?q={'a' * 257}"), 400, "invalid_field")
        for asked in (
            '"tea',
            "tea*",
            "tea OR secret",
            "tea NOT green",
            "NEAR(tea team)",
            "terms:tea",
            "tea:*",
            "tea | secret",
            "!tea",
            "tea <-> team",
            "'tea'",
            "tea\\",
            "^tea",
            "tea%",
            "{tea}",
            "-tea",
            "1·tea",
            "1\u00a41",
            "a" * 256,
            "茶" * 256,
            " ".join("abcdefghijklmnopqrstuvwxyz" * 4),
            "\U0001f600\u0301\u202e x",
        ):
            self.assertEqual(self.call(1, "GET", f"/search?q={quote(asked)}").status, 200, asked)
        self.assertEqual(len(self.find(1, '"tea*')), 6, "signs are not looked at")
        self.assertEqual(self.find(1, "tea OR secret"), [], "OR is a word like any other")

    def test_other_parameters_that_are_wrong(self):
        for wrong in ("media=video", "order=best", "sender=0", "after=-1", "announcements=false", "group=5", "limit=0"):
            found = self.problem(self.call(1, "GET", f"/search?q=tea&{wrong}"), 400, "invalid_field")
            self.assertEqual([fault["parameter"] for fault in found["errors"]], [wrong.partition("=")[0]])
        self.problem(self.call(1, "GET", f"/search?q=tea&user=2&group={TEAM}"), 400, "not_addressed")
        for cursor in ("x", "WzFd", "bnVsbA", "WzEsIngiLDFd"):
            self.problem(self.call(1, "GET", f"/search?q=tea&cursor={cursor}"), 400, "bad_cursor")

    def test_a_call_looks_at_so_many(self):
        """Then it gives what it has, and the next one goes on."""
        first = self.say(1, "北京大学", user=2)
        # Its pairs are there, and the word is not.
        for _ in range(600):
            self.say(1, "北京，京大，大学", user=2)
        self.follow()
        self.patch(query_room, "EXAMINED", 256)
        self.patch(query_room, "UNINDEXED_LIMIT", 5000)
        page = self.page(1, "北京大学")
        self.assertEqual((page["items"], "next" in page), ([], True))
        self.assertEqual(self.find(1, "北京大学"), [first])

    def test_among_so_many_are_the_best(self):
        ids = [self.say(1, "tea tea" if place == 0 else "team", user=2) for place in range(6)]
        self.follow()
        self.assertEqual(self.find(1, "tea", order="rank")[0], ids[0])
        self.patch(query_room, "RANKED", 5)
        self.assertEqual(self.find(1, "tea", order="rank"), ids[:0:-1])

    def test_many_conversations(self):
        self.tell()
        with self.store.transaction() as connection:
            connection.exec_driver_sql(
                "INSERT INTO conversations (id, scope, first, second)"
                " WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 3500)"
                " SELECT i, 1, 1, i FROM n"
            )
        expected = self.find(1, "tea")
        self.assertEqual(len(expected), 6)
        # As if they were more than one query takes.
        self.patch(query_room, "CONVERSATIONS", 1000)
        for limit in (1, 20):
            self.assertEqual(self.find(1, "tea", limit=limit), expected)

    def test_the_index_is_asked_once_for_the_best(self):
        self.patch(query_room, "MESSAGES_IN_READ", 4)
        self.patch(query_room, "RANKED", 10)
        for _ in range(60):
            self.say(1, "tea", user=2)
        while (progress := self.indexer.step()).position < progress.head:
            pass
        asked: list[int] = []
        find = index_room.Index.find

        def counted(index, connection, wanted, above, below, limit):
            asked.append(limit)
            return find(index, connection, wanted, above, below, limit)

        self.patch(index_room.Index, "find", counted)
        self.assertEqual(len(self.page(1, "tea", order="rank", limit=5)["items"]), 5)
        self.assertEqual(asked, [20])


class IndexedTests(SearchTests):
    """All of it is in the index."""

    steps = None


class HalfIndexedTests(SearchTests):
    """Some of it is in the index."""

    steps = 2


class SearchOnPostgreSQLTests(OnPostgreSQL, SearchTests):
    """The same on the other store."""


class IndexedOnPostgreSQLTests(OnPostgreSQL, IndexedTests):
    """The same on the other store."""


class HalfIndexedOnPostgreSQLTests(OnPostgreSQL, HalfIndexedTests):
    """The same on the other store."""


class TailTests(SearchCase):
    def test_too_much_is_not_indexed_yet(self):
        """The newest of it is looked through, and it is said that this is not all."""
        self.patch(query_room, "UNINDEXED_LIMIT", 3)
        ids = [self.say(1, "tea", user=2) for _ in range(5)]
        page = self.page(1, "tea")
        self.assertEqual(([item["message"]["id"] for item in page["items"]], page["indexing"]), (ids[:1:-1], True))
        while (progress := self.indexer.step(2)).position < progress.head:
            pass
        self.assertEqual(self.find(1, "tea"), ids[::-1])

    def test_edited_since(self):
        """Of what the index has, it has the old text."""
        first, second = self.say(1, "old words", user=2), self.say(1, "old tea", user=2)
        self.indexer.step()
        self.edit(1, first, "old coffee")
        self.assertEqual((self.find(2, "words"), self.find(2, "coffee")), ([], [first]))
        self.assertEqual(self.find(2, "old"), [second, first], "each once")
        self.assertEqual(self.find(2, "old", limit=1), [second, first])
        self.revise(recall(1, second))
        self.assertEqual(self.find(2, "old", order="rank"), [first])

    def test_others_who_write_much(self):
        self.patch(query_room, "UNINDEXED_LIMIT", 3)
        mine = self.say(1, "tea", user=2)
        for _ in range(10):
            self.say(3, "tea", user=2)
        self.assertEqual(self.find(1, "tea"), [mine])


class TailOnPostgreSQLTests(OnPostgreSQL, TailTests):
    """The same on the other store."""
