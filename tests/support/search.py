"""The HTTP API's search on a store."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from hichat.core.events import Event
from hichat.log import by_conversation
from hichat.search.indexer import Indexer
from hichat.wire import stored
from hichat.wire.frames import Edit
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.ledger import edit

CORPUS: tuple[tuple[int, dict[str, int], str], ...] = (
    # sender, recipient, text
    (1, {"user": 2}, "Green tea or black tea?"),
    (2, {"user": 1}, "Tea for the whole team"),
    (2, {"user": 1}, "我们明天去北京喝茶"),
    (1, {"user": 2}, "北京大学，南京大学"),
    (1, {"user": 1}, "buy tea (note to myself)"),
    (1, {"group": TEAM}, "The TEAM meets at ９:３０ in Straße 5"),
    (2, {"group": TEAM}, "明天 tea time"),
    (3, {}, "Tea is free today, 茶免费"),
    (3, {"user": 2}, "secret tea of cat and bob"),
    (2, {"user": 1}, "<b>bold</b> & 'quoted' 50%"),
    (2, {"user": 1}, "Be\u00adnoi\u0302t va à İstanbul, Ζεύς a dit\u200b: ❤️"),
    (2, {"user": 1}, "L'Œuvre de Søren Kierkegaard, et l'æther"),
)


class SearchCase(ConversationsCase):
    """
    The users of L{ConversationsCase}, and the corpus.

    @cvar steps: the number of steps of two events that the index takes in each L{follow}; None: up to the log's end.
    """

    steps: int | None = 0

    def setUp(self):
        super().setUp()
        self.patch(by_conversation, "INDEX_STEP", 2)
        self.patch(by_conversation, "SMALL_TIER", 3)
        self.indexer = Indexer(self.store, self.search_index)

    def follow(self):
        if self.steps is None:
            while (progress := self.indexer.step(3)).position < progress.head:
                pass
        for _ in range(self.steps or 0):
            self.indexer.step(2)

    def tell(self):
        found = []
        for sender, place, text in CORPUS:
            self.now += 1000
            found.append(self.say(sender, text, **place))
        self.follow()
        return found

    def revise(self, *drafts):
        outcomes = self.writer.write(list(drafts))
        self.assertEqual([outcome for outcome in outcomes if not isinstance(outcome, Event)], [])
        self.follow()

    def edit(self, sender, subject, text):
        self.revise(edit(sender, subject, stored.revision_body(Edit(message=subject, text=text))))

    def page(self, who, q, **more):
        return self.good(who, "GET", f"/search?{urlencode({'q': q, **more}, quote_via=quote)}")

    def find(self, who, q, **more):
        """@return: the ids of the messages on all pages."""
        found: list[int] = []
        page: Any = {"next": ""}
        while "next" in page:
            page = self.page(who, q, **more, **({"cursor": page["next"]} if page["next"] else {}))
            self.assertNotIn("indexing", page)
            found += [item["message"]["id"] for item in page["items"]]
        return found

    def shown(self, who, q, **more):
        (item,) = self.page(who, q, **more)["items"]
        marked = [f"[{part['text']}]" if part["match"] else part["text"] for part in item["snippet"]]
        return item["message"]["text"], "".join(marked), item["conversation"]
