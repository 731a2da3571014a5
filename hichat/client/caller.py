"""What the calls about contacts, groups and files need of a session; L{hichat.client.http.Session} is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, Protocol

from hichat.client.wire import Credentials


class Caller(Protocol):
    """
    Makes calls of v2 for a user. Each raises a L{hichat.client.wire.ClientError} where it does not succeed.

    @ivar credentials: what it showed the server last.
    """

    credentials: Credentials

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """
        Make one call.

        @param path: without the prefix.
        @param body: what becomes JSON.
        @return: the answer's JSON; None: it has none.
        """

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        """
        @param path: of a list.
        @return: all pages of it, one after the other.
        """

    async def send_file(self, path: str, file: IO[bytes], timeout: float) -> Any:
        """
        Make one call whose body is a file.

        @param timeout: seconds for all of it.
        @return: the answer's JSON.
        """

    async def receive_file(self, path: str, take: Callable[[bytes], None]) -> None:
        """
        Get a file, without a token.

        @param path: with the query.
        @param take: is given the content, piece by piece.
        """
