"""The address that a device shows its person, which is short to type: it leads to the page of the web client."""

from __future__ import annotations

import re

from twisted.web.resource import Resource
from twisted.web.server import Request

_CODE = re.compile("[A-Za-z-]{8,12}")


class DevicePage(Resource):
    """
    C{/device}, and C{/device?code=CODE}.

    @param prefix: the beginning of all the site's paths.
    """

    isLeaf = True

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self._prefix = prefix

    def render_GET(self, request: Request) -> bytes:
        """Lead on to the page."""
        code = (request.args or {}).get(b"code", [b""])[0].decode("latin-1")
        detail = f"/{code.upper()}" if _CODE.fullmatch(code) else ""
        request.setResponseCode(303)
        request.setHeader(b"Location", f"{self._prefix}/#/device{detail}".encode("ascii"))
        request.setHeader(b"Cache-Control", b"no-store")
        request.setHeader(b"Referrer-Policy", b"no-referrer")
        return b""
