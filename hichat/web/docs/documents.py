"""Serves the documents and pages about the v2 protocol and the v2 HTTP API."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from hashlib import blake2b
from typing import Any

import msgspec
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request

from hichat.web.compression import takes_gzip
from hichat.web.docs import api_page, asyncapi, openapi, protocol_page
from hichat.web.docs.pages import STYLE_HASH
from hichat.web.outside import PublicURL
from hichat.web.site import Branch, NotFound

SMALLEST_COMPRESSED = 1000
"""Bytes. A shorter body fits one packet with or without compression."""


class Document(Resource):
    """
    A resource whose content does not change while the daemon runs. A client that accepts gzip gets it compressed: that
    is done once, at the first such request.

    @param body: the content, or a function that makes it at the first request.
    @param policy: directives that are added to the C{Content-Security-Policy}, which otherwise forbids everything.
    @param headers: headers that are added, or that replace others.
    """

    isLeaf = True

    def __init__(
        self,
        content_type: str,
        body: bytes | Callable[[], bytes],
        policy: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._given = body
        self._headers = {
            "Content-Type": content_type,
            "Cache-Control": "no-cache",  # ask whether it is still the same
            "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors 'none'{policy}",
            **(headers or {}),
        }

    @cached_property
    def _body(self) -> bytes:
        return self._given if isinstance(self._given, bytes) else self._given()

    @cached_property
    def _compressed(self) -> bytes:
        return gzip.compress(self._body, mtime=0)

    @cached_property
    def _digest(self) -> bytes:
        return blake2b(self._body, digest_size=16).hexdigest().encode()

    def render_GET(self, request: Request) -> bytes:
        """@return: the body. If the client has it already, Twisted uses only its length, and sends 304 without it."""
        for name, value in self._headers.items():
            request.setHeader(name, value)
        if len(self._body) >= SMALLEST_COMPRESSED and takes_gzip(request):
            request.setHeader("Content-Encoding", "gzip")
            request.setETag(b'"%s-gzip"' % self._digest)
            return self._compressed
        request.setETag(b'"%s"' % self._digest)
        return self._body


class LazyPage(Document):
    """
    A page that is made at the first request. That takes a tenth of a second, which would delay the start.

    @param make: makes the page; see L{hichat.web.docs.pages}.
    """

    isLeaf = False

    def __init__(self, make: Callable[[], str]) -> None:
        super().__init__("text/html; charset=utf-8", lambda: make().encode(), f"; style-src '{STYLE_HASH}'")

    def getChild(self, path: bytes, request: Request) -> IResource:
        """Answer 404: there are no paths below a page."""
        return NotFound()


def mount_documents(root: Branch, public: PublicURL | None = None) -> None:
    """
    Add the documents and the pages to the site, below C{/v2}. Each is made at the first request: that takes a tenth of
    a second, which would delay the start.

    @param root: the site's root.
    @param public: the site's public URL; None: it is not set.
    """
    for name, module in (("asyncapi", asyncapi), ("openapi", openapi)):
        make = module.document if public is None else partial(module.at, public)
        root.mount(f"v2/{name}.json", Document("application/json", partial(_encoded, make)))
    prefix = public.prefix if public else ""
    for name, make in (("protocol", protocol_page.page), ("api", api_page.page)):
        root.mount(f"v2/{name}", LazyPage(partial(make, prefix)))


def _encoded(make: Callable[[], dict[str, Any]]) -> bytes:
    return msgspec.json.encode(make())
