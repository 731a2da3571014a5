"""What the daemon serves about its own v2 protocol."""

from __future__ import annotations

from hashlib import blake2b

import msgspec
from twisted.web.resource import Resource
from twisted.web.server import Request

from hichat.web.asyncapi import document
from hichat.web.protocol_page import STYLE_HASH, page
from hichat.web.site import Branch


class Document(Resource):
    """
    Something that stays the same until the daemon is another one.

    @param policy: what a browser may do with it beside showing it, as a C{Content-Security-Policy}.
    """

    isLeaf = True

    def __init__(self, content_type: str, body: bytes, policy: str = "") -> None:
        super().__init__()
        self._body = body
        self._headers = {
            "Content-Type": content_type,
            "Cache-Control": "no-cache",  # ask whether it is still the same
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors 'none'{policy}",
        }
        self._tag = b'"%s"' % blake2b(body, digest_size=16).hexdigest().encode()

    def render_GET(self, request: Request) -> bytes:
        """@return: the body, also if the client has it: the response's length is of it, and it is then not sent."""
        for name, value in self._headers.items():
            request.setHeader(name, value)
        request.setETag(self._tag)
        return self._body


def mount_documents(root: Branch) -> None:
    """Put the AsyncAPI document and the page about the protocol where clients' authors find them."""
    root.mount("v2/asyncapi.json", Document("application/json", msgspec.json.encode(document())))
    style = f"; style-src '{STYLE_HASH}'"
    root.mount("v2/protocol", Document("text/html; charset=utf-8", page().encode(), style))
