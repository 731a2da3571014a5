"""What the daemon serves about its own v2 protocol and its v2 HTTP API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from hashlib import blake2b
from typing import Any

import msgspec
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request

from hichat.web.docs import api_page, asyncapi, openapi, protocol_page
from hichat.web.docs.pages import STYLE_HASH
from hichat.web.outside import PublicURL
from hichat.web.site import Branch, NotFound


class Document(Resource):
    """
    Something that stays the same until the daemon is another one.

    @param body: the bytes, or what makes them when they are first asked for.
    @param policy: what a browser may do with it beside showing it, as a C{Content-Security-Policy}.
    @param headers: more, or others.
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
    def _tag(self) -> bytes:
        return b'"%s"' % blake2b(self._body, digest_size=16).hexdigest().encode()

    def render_GET(self, request: Request) -> bytes:
        """@return: the body, also if the client has it: the response's length is of it, and it is then not sent."""
        for name, value in self._headers.items():
            request.setHeader(name, value)
        request.setETag(self._tag)
        return self._body


class LazyPage(Document):
    """
    A page that is made when it is first asked for: a tenth of a second, which a start need not wait for.

    @param make: makes the page; see L{hichat.web.docs.pages}.
    """

    isLeaf = False

    def __init__(self, make: Callable[[], str]) -> None:
        super().__init__("text/html; charset=utf-8", lambda: make().encode(), f"; style-src '{STYLE_HASH}'")

    def getChild(self, path: bytes, request: Request) -> IResource:
        """There is nothing below a page."""
        return NotFound()


def mount_documents(root: Branch, public: PublicURL | None = None) -> None:
    """
    Put the documents and the pages where clients' authors find them. Each is made when it is first asked for: that
    takes a tenth of a second, for which a start need not wait.

    @param public: where the world finds the site.
    """
    for name, module in (("asyncapi", asyncapi), ("openapi", openapi)):
        make = module.document if public is None else partial(module.at, public)
        root.mount(f"v2/{name}.json", Document("application/json", partial(_encoded, make)))
    prefix = public.prefix if public else ""
    for name, make in (("protocol", protocol_page.page), ("api", api_page.page)):
        root.mount(f"v2/{name}", LazyPage(partial(make, prefix)))


def _encoded(make: Callable[[], dict[str, Any]]) -> bytes:
    return msgspec.json.encode(make())
