"""
Reports of messages and users over the v2 HTTP API. Each call raises L{hichat.client.wire.Refused} with the server's
code if the server refuses it, and other L{ClientError}s.
"""

from __future__ import annotations

from hichat.client.caller import ApiCaller


class ReportingCalls:
    """The calls about reports."""

    def __init__(self, session: ApiCaller) -> None:
        self._session = session

    async def report_message(self, message: int, reason: str, text: str = "") -> int:
        """
        Report a message to the moderators of the server.

        @param message: its id.
        @param reason: a word of those in the description of the API, such as C{spam} or C{other}.
        @param text: more about it.
        @return: the report's number.
        """
        return await self._report({"message": message, "reason": reason, "text": text})

    async def report_user(self, user: int, reason: str, text: str = "") -> int:
        """Report a user; see L{report_message}."""
        return await self._report({"user": user, "reason": reason, "text": text})

    async def _report(self, body: dict[str, object]) -> int:
        number: int = (await self._session.call("POST", "/reports", body))["id"]
        return number
