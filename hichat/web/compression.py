"""
Compressed answers, for clients that accept gzip.

Documents and files that are the same for everybody are compressed once: see L{hichat.web.docs.documents.Document}.
Answers of the v2 HTTP API are compressed each time, by one rule, C{is_compressed} of
L{hichat.web.api.operation.Operation}: those of operations that only read, and whose answers have no secret.

An answer that has a secret beside a text that somebody else chose would tell the secret by its length (BREACH). That
attack also needs a browser that sends the user's credential by itself to an address that the attacker's page names, as
it does with cookies. The callers of the API send their token in the C{Authorization} header, which a browser adds to no
request by itself. So nothing that goes by the session's cookie is compressed, nor anything of v1, whose URLs have the
token.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

if TYPE_CHECKING:
    from twisted.web.http import Request

SMALLEST_PACKED = 1500
"""Bytes of an answer of the API. A shorter one fits one packet with or without compression."""

LARGEST_PACKED = 128 * 1024
"""
Bytes of an answer of the API. A longer one is sent as it is: it would hold up all other connections for more than a
millisecond. Two hundred messages of usual length are less than half of that.
"""

FASTEST = 1
"""The level of compression. The usual one, 6, takes four times as long for a tenth less."""


def takes_gzip(request: Request) -> bool:
    """
    Let the head of an answer tell that the answer goes by C{Accept-Encoding} (RFC 9110, 12.5.3 and 12.5.5).

    @return: whether the client accepts gzip.
    """
    request.responseHeaders.addRawHeader(b"Vary", b"Accept-Encoding")
    given = request.requestHeaders.getRawHeaders(b"Accept-Encoding", [])
    return parse_accept_header(b",".join(given).decode("latin-1"), Accept)["gzip"] > 0


def pack(request: Request, body: bytes) -> bytes:
    """
    Compress an answer of the API if that is worth it and the client accepts it; the answer's head says so.

    @return: the body to send.
    """
    if not SMALLEST_PACKED <= len(body) <= LARGEST_PACKED or not takes_gzip(request):
        return body
    request.setHeader(b"Content-Encoding", b"gzip")
    return gzip.compress(body, FASTEST, mtime=0)
