"""What a search index has, read past its own queries; and a case with a store, its writer and its index."""

from __future__ import annotations

from typing import Any

from msgspec.structs import astuple
from sqlalchemy import Connection

from hichat.search import query, words
from hichat.search.index import Head, of_word
from hichat.search.indexer import Indexer
from hichat.search.words import Token
from hichat.wire import stored
from hichat.wire.frames import Edit
from tests.support.doubles import make_search_index
from tests.support.ledger import WriterCase, edit


def entries(connection: Connection) -> list[tuple[str, int]]:
    """
    @param connection: reads the index; see L{hichat.search.index.Index.reading}.
    @return: all terms, each with the position of a message that has it; in order.
    """
    if connection.dialect.name == "postgresql":
        query = "SELECT lexeme, position FROM search_entries, unnest(terms) ORDER BY lexeme, position"
        return [(term, position) for term, position in connection.exec_driver_sql(query)]
    connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_entries, instance)")
    query = "SELECT term, doc FROM temp.terms ORDER BY term, doc"
    found = [(term, position) for term, position in connection.exec_driver_sql(query)]
    # Without the table again.
    connection.rollback()
    return found


def new_text(subject: int, said: str) -> Any:
    return edit(1, subject, stored.revision_body(Edit(message=subject, text=said)))


class IndexCase(WriterCase):
    """The store of L{WriterCase} with its search index."""

    def setUp(self) -> None:
        super().setUp()
        self.index = make_search_index(self, self.store)
        self.indexer = self.make_indexer()

    def make_indexer(self) -> Indexer:
        indexer = Indexer(self.store, self.index)
        indexer.prepare()
        return indexer

    def follow(self, limit: int = 100) -> None:
        while (progress := self.indexer.step(limit)).position < progress.head:
            pass

    def named(self, word: str, conversation: int = 1, begins: bool = False) -> list[int]:
        """@return: what the index itself has of a word."""
        with self.store.snapshot() as connection, self.index.reading(connection) as indexed:
            ((token, _),) = words.wanted(words.words(word)[0])
            wanted = [[Token(of_word(conversation, token), begins)]]
            return self.index.find(indexed, wanted, 0, 10**9, 1000)

    def found(self, asked: str, user: int = 1) -> list[int]:
        """@return: what a search finds."""
        wanted = query.Criteria(words=words.words(asked))
        with self.store.snapshot() as connection:
            answer = query.search(connection, self.index, user, wanted, None, 1000)
        return [hit.message.message.position for hit in answer.hits]

    def snippets(self, asked: str) -> list[str]:
        """@return: what a search shows of what it finds, with lines around what matches."""
        wanted = query.Criteria(words=words.words(asked))
        with self.store.snapshot() as connection:
            answer = query.search(connection, self.index, 1, wanted, None, 1000)
        return [
            "".join(f"|{text}|" if match else text for text, match in map(astuple, hit.snippet)) for hit in answer.hits
        ]

    def head(self) -> Head:
        with self.store.snapshot() as connection, self.index.reading(connection) as indexed:
            return self.index.head(indexed)

    def contents(self) -> str:
        """@return: all terms that the index has, with their messages."""
        return " ".join(f"{term} {position}" for term, position in self.entries())

    def entries(self) -> list[tuple[str, int]]:
        with self.store.snapshot() as connection, self.index.reading(connection) as indexed:
            return entries(indexed)
