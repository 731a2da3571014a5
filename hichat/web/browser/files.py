"""
The web client's files, from the package: C{tests/browser/build} makes them of the sources in C{app}.

A browser asks for the page again each time. All other files are below a directory whose name is a hash of all files'
contents, so a browser may keep them for ever: a change of any file gives the directory another name.
"""

from __future__ import annotations

from hashlib import blake2b
from importlib.resources import files

from twisted.web import server
from twisted.web.resource import IResource, Resource

from hichat.accounts.passwords import LEAST
from hichat.web.docs.documents import Document
from hichat.web.site import NotFound

TYPES = {
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "webmanifest": "application/manifest+json",
}
"""The media types by extension. A file with another extension is not served."""

POLICY = (
    "; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'"
    "; img-src 'self' blob:; media-src 'self' blob:; require-trusted-types-for 'script'; trusted-types hichat"
)
"""
The page's policy: only scripts of this server run, and no text becomes markup or script: see C{app/model/trusted.js}.
"""

WORKER_POLICY = "; script-src 'self'; connect-src 'self'"
"""The policy for the hub, a worker, which does not inherit the page's."""

PAGE_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}

_PAGE = "index.html"
_MANIFEST = "manifest.webmanifest"
_SERVICE = "service-worker.js"
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}


class WebClient:
    """
    The resources of the web client.

    @param prefix: the beginning of all the site's paths. The scripts read it from their own address.
    @param least: the least characters of a new password, for the page.
    @param largest: the most bytes of a file that the server takes, for the page; 0: the page does not know.
    @ivar page: the page.
    @ivar service: the service worker. It lies beside the page, as it opens only what lies below it, and names the
        directory of the files: a browser finds by that that there is another version.
    @ivar directory: the files that the page loads, for the path C{/app}.
    """

    def __init__(self, prefix: str = "", least: int = LEAST, largest: int = 0) -> None:
        found = {
            each.name: each.read_bytes()
            for each in (files("hichat.web.browser") / "built").iterdir()
            if each.name == _PAGE or each.name.rpartition(".")[2] in TYPES
        }
        found[_MANIFEST] = found[_MANIFEST].replace(b"{prefix}", prefix.encode("ascii"))
        version = blake2b(repr(sorted(found.items())).encode(), digest_size=8).hexdigest()
        page, service = found.pop(_PAGE).decode(), found.pop(_SERVICE)
        base = f"{prefix}/app/{version}"
        self.service = Document(TYPES["js"], service.replace(b"{base}", base.encode("ascii")), WORKER_POLICY)
        for name, value in {"base": base, "least": least, "largest": largest}.items():
            page = page.replace(f"{{{name}}}", str(value))
        self.page = Document("text/html; charset=utf-8", page.encode(), POLICY, PAGE_HEADERS)
        self.directory = _Files({f"{version}/{name}": content for name, content in found.items()})


class _Files(Resource):
    """
    Serves files by their paths.

    @param found: the contents by path.
    """

    isLeaf = True

    def __init__(self, found: dict[str, bytes]) -> None:
        super().__init__()
        self._found = {
            name: Document(TYPES[name.rpartition(".")[2]], content, WORKER_POLICY, _KEPT)
            for name, content in found.items()
        }

    def render(self, request: server.Request) -> bytes | int:
        """Send a file."""
        name = b"/".join(request.postpath or ()).decode("ascii", "replace")
        resource: IResource = self._found.get(name) or NotFound()
        return resource.render(request)
