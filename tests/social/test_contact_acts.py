"""
Rights between two users: C{contact_acts.txt} has the answer to every act, whatever is between them; this compares it.

The answer is the code of the refusal, or the kind of the event; without an event, C{ok}.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import users
from hichat.contacts import contacts as room
from hichat.contacts.contacts import Contacts
from hichat.core.errors import Refused
from hichat.core.kinds import Kind
from hichat.storage import tables
from tests.social.grids import grid
from tests.support.doubles import NOW, FakeLedger, make_store
from tests.support.postgres import OnPostgreSQL

ANSWERS = Path(__file__).with_name("contact_acts.txt")

ANN, BOB, CAT, GONE, UNKNOWN = range(1, 6)
"""Ann acts. Cat is there for what is limited; the account of C{GONE} is deleted."""

BETWEEN = ("contacts", "asked", "asking", "blocks", "blocked")
"""What is between Ann and another: she has asked, is asked, blocks, is blocked."""

ACTS: dict[str, Callable[[Contacts, Any, int], Coroutine[Any, Any, object]]] = {
    "add": lambda contacts, user, other: contacts.add(user, str(other)),
    "request": Contacts.request,
    "accept": Contacts.accept,
    "reject": Contacts.reject,
    "withdraw": Contacts.withdraw,
    "remove": Contacts.remove,
    "remark": lambda contacts, user, other: contacts.remark(user, other, "Bobby"),
    "block": Contacts.block,
    "unblock": Contacts.unblock,
}


def bring_about(connection: Connection, state: str, user: int, other: int) -> None:
    """Make it so between two users: any of L{BETWEEN}, with blanks between them."""
    there, back = (user, other), (other, user)
    rows: dict[str, tuple[Any, list[tuple[int, int]]]] = {
        "contacts": (tables.contacts, [there, back]),
        "asked": (tables.contact_requests, [there]),
        "asking": (tables.contact_requests, [back]),
        "blocks": (tables.blocks, [there]),
        "blocked": (tables.blocks, [back]),
    }
    for table, pairs in map(rows.__getitem__, state.split()):
        _insert(connection, table, *pairs)


def _insert(connection: Connection, table: Any, *pairs: tuple[int, int]) -> None:
    one, other, *_ = table.c
    more = {"greeting": ""} if table is tables.contact_requests else {}
    values = [{one.name: first, other.name: second, "created_at": NOW, **more} for first, second in pairs]
    connection.execute(table.insert(), values)


class ContactActTests(SynchronousTestCase):
    """Before each act, the store has what the state says and nothing else."""

    maxDiff = None

    def setUp(self) -> None:
        self.store = make_store(self)
        self.ledger = FakeLedger(self.store)
        with self.store.transaction() as connection:
            found = [users.insert(connection, name, "", NOW) for name in ("Ann", "Bob", "Cat", "gone")]
            users.delete(connection, GONE, NOW)
        self.ann = found[0]

    def answer(self, state: str, act: str, other: int = BOB, whose: int = ANN, more: str = "") -> str:
        """
        Let Ann act.

        @param more: the state between another user, C{whose}, and Cat.
        @return: what comes of it.
        """
        with self.store.transaction() as connection:
            for table in (tables.contacts, tables.contact_requests, tables.blocks):
                connection.execute(table.delete())
            bring_about(connection, state, ANN, other)
            bring_about(connection, more, whose, CAT)
        self.ledger.appended.clear()
        work = Deferred.fromCoroutine(ACTS[act](Contacts(self.store, self.ledger, lambda: NOW), self.ann, other))
        found: list[str] = []
        work.addCallbacks(lambda _done: found.append("ok"), lambda failure: found.append(_code(failure.value)))
        return Kind(self.ledger.appended[0].kind).name if self.ledger.appended else found[0]

    def answers(self, title: str, states: Sequence[str], **more: Any) -> list[str]:
        """@return: the answers to all acts, in each state."""
        return [*grid(title, states, [*ACTS], lambda *cell: self.answer(*cell, **more)), ""]

    def test_answers(self) -> None:
        """Between Ann and Bob, and with those who are nobody."""
        states = [" ".join(some) for n in range(len(BETWEEN) + 1) for some in combinations(BETWEEN, n)]
        lines = self.answers("Ann is, to Bob:", states)
        self.patch(room, "CONTACTS_LIMIT", 1)
        self.patch(room, "REQUESTS_LIMIT", 1)
        full = "contacts asked blocks"
        lines += self.answers("Ann has one of each, and is:", ["", *BETWEEN], more=full)
        lines += self.answers("Bob has one of each, and Ann is:", ["", *BETWEEN], whose=BOB, more=full)
        others = {"oneself": ANN, "Bob": BOB, "gone": GONE, "unknown": UNKNOWN}
        lines += [*grid("with:", [*others], [*ACTS], lambda name, act: self.answer("", act, others[name])), ""]
        with self.store.transaction() as connection:
            users.delete(connection, ANN, NOW)
        lines += [*grid("gone, with:", [*others], [*ACTS], lambda name, act: self.answer("", act, others[name])), ""]
        lines += self.answers("gone:", BETWEEN)
        self.assertEqual(lines, ANSWERS.read_text(encoding="utf-8").splitlines())


def _code(error: object) -> str:
    assert isinstance(error, Refused), error
    return error.code


class ContactActOnPostgreSQLTests(OnPostgreSQL, ContactActTests):
    """The same on the other store."""
