"""
Downloads files that an export only names, from the server that it is from, with a token of the operator's.

The token goes to the hosts of that server, over TLS, and to nobody else; see L{hichat.fetching.fetcher}.
"""

from __future__ import annotations

from collections.abc import Collection
from threading import Thread
from typing import IO, Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred
from twisted.internet.threads import blockingCallFromThread

from hichat.core.errors import BadURL, FormTooLarge, NotPublic
from hichat.fetching.addresses import Reachable
from hichat.fetching.fetcher import Fetched, FetchFailed, FetchLimits, make_fetcher

DOWNLOAD_SECONDS = 120.0
"""Seconds for one file."""

DOWNLOAD_TRIES = 3
"""How often a file is asked for, if there is no answer."""

SLACK_HOSTS = ("slack.com", "slack-files.com")


class NotDownloaded(Exception):
    """There is no such file, or no answer; the text says which."""


class Downloads:
    """
    Fetches files by their URLs, in this thread; a reactor runs in another one, from the first file on.

    @param hosts: the only ones, with all below them.
    """

    def __init__(self, token: str, hosts: Collection[str] = SLACK_HOSTS) -> None:
        self._token, self._hosts = token, hosts
        self._thread: Thread | None = None
        self._reactor: Any = None

    def may_fetch(self, url: str) -> bool:
        """@return: whether a URL is of these hosts, and goes over TLS."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return False
        return parts.scheme == "https" and any(host == each or host.endswith(f".{each}") for each in self._hosts)

    def fetch(self, url: str, into: IO[bytes], limit: int) -> None:
        """
        Write the file of a URL.

        @raise FormTooLarge: it is larger than C{limit}.
        @raise NotDownloaded: it cannot be had.
        """
        if not self.may_fetch(url):
            raise NotDownloaded("it is not at Slack")
        found = self._ask(url, limit)
        kind = (found.headers.getRawHeaders("content-type") or [""])[0]
        if found.status != 200:
            raise NotDownloaded(f"Slack answers {found.status}")
        if kind.startswith("text/html") and not url.lower().endswith((".html", ".htm")):
            raise NotDownloaded("Slack asks to sign in: the token may not read files (files:read)")
        if not found.whole:
            raise FormTooLarge(limit)
        into.write(found.body)

    def _ask(self, url: str, limit: int) -> Fetched:
        limits = FetchLimits(DOWNLOAD_SECONDS, limit, redirects=3)
        headers = {"Authorization": f"Bearer {self._token}"}
        reactor = self._started()
        fetcher = self._fetcher
        why = ""

        def ask() -> Any:
            return Deferred.fromCoroutine(fetcher.get(url, headers, limits))

        for _ in range(DOWNLOAD_TRIES):
            try:
                answer: Fetched = blockingCallFromThread(reactor, ask)
            except FetchFailed as e:
                why = str(e)
            except (BadURL, NotPublic) as e:
                raise NotDownloaded(e.text("en")) from None
            else:
                return answer
        raise NotDownloaded(why)

    def _started(self) -> Any:
        if self._thread is None:
            from twisted.internet import reactor

            self._reactor = reactor
            self._fetcher = make_fetcher(reactor, Reachable())
            run: Any = self._reactor.run
            self._thread = Thread(target=run, kwargs={"installSignalHandlers": False}, daemon=True)
            self._thread.start()
        return self._reactor

    def close(self) -> None:
        """Stop the reactor."""
        if self._thread is not None:
            self._reactor.callFromThread(self._reactor.stop)
            self._thread.join(10)
