"""The interface that the calls about contacts, groups and files use; L{hichat.client.calls.Session} implements it."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, Protocol

from hichat.client.wire import Credentials


class ApiCaller(Protocol):
    """
    Makes calls of v2 for a user. Each raises a L{hichat.client.wire.ClientError} if it fails.

    @ivar credentials: the credentials that it showed the server last.
    """

    credentials: Credentials

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """
        Make one call.

        @param path: the path after C{/v2}.
        @param body: a value to send as JSON; None: no body.
        @return: the answer's JSON; None: the answer has no body.
        """

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        """
        Get all pages of a list.

        @param path: the list's path after C{/v2}.
        @param query: further parameters of the call.
        @return: the items of all pages, in order.
        """

    async def send_file(self, path: str, file: IO[bytes], timeout: float) -> Any:
        """
        Make one call whose body is a file.

        @param path: the path after C{/v2}.
        @param timeout: seconds for the whole call.
        @return: the answer's JSON.
        """

    async def receive_file(self, path: str, take: Callable[[bytes], None]) -> None:
        """
        Get a file, without a token.

        @param path: the path on the server, with the query.
        @param take: called with each piece of the content, in order.
        """
