"""
Serves the pages of C{hichat/docs} in this version, at C{/docs}, and the files for operators that lie beside them.

They are Markdown that is also read in the repository, so their links are those of the repository. In a served page
each link leads to the served page instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from urllib.parse import urlsplit

from markupsafe import Markup
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request

from hichat import __version__
from hichat.web.docs import pages
from hichat.web.docs.documents import Document, LazyPage
from hichat.web.site import NotFound

PLACE = "/docs"

_INDEX = "README"
_HERE = "http://127.0.0.1:8000"
"""The address of a running daemon in the pages: the default. A served page has the site's own address instead."""
_TITLE = re.compile(r"# (.+)")


class Handbook(Resource):
    """
    The index, and below it the pages.

    @param prefix: the beginning of all the site's paths.
    """

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        found: dict[str, Document] = {}
        for file, text in _read():
            name, language = file.removesuffix(".md"), "zh" if file.endswith(".zh.md") else "en"
            if name == file:
                found[name] = Document("text/plain; charset=utf-8", text.encode())
            else:
                found[name] = LazyPage(partial(_page, text, language, prefix))
        self._index = found.pop(_INDEX)
        self.putChild(b"", self._index)
        for name, page in found.items():
            self.putChild(name.encode("ascii"), page)

    def getChild(self, path: bytes, request: Request) -> IResource:
        """Answer 404: there is no such page."""
        return NotFound()

    def render(self, request: Request) -> bytes | int:
        """Send the index."""
        return self._index.render(request)


def _read() -> Iterator[tuple[str, str]]:
    """@return: the name and the text of each file; C{steps.zh.md} is a Chinese page."""
    for each in (files("hichat") / "docs").iterdir():
        if each.is_file():
            yield each.name, each.read_text(encoding="utf-8")


def _page(text: str, language: str, prefix: str) -> str:
    title = _TITLE.match(text)
    assert title is not None, "a page begins with its title"
    return pages.page(
        "handbook.html",
        title[1],
        language,
        index=prefix + PLACE,
        version=__version__,
        text=Markup(pages.markdown(_served(prefix)).render(text)),  # noqa: S704
    )


def _served(prefix: str) -> Callable[[str], str]:
    def lead(link: str) -> str:
        if link == _HERE or link.startswith(f"{_HERE}/"):
            return prefix + (link.removeprefix(_HERE) or "/")
        parts = urlsplit(link)
        if parts.scheme or not parts.path:
            return link
        name = parts.path.removesuffix(".md")
        place = PLACE if name == _INDEX else f"{PLACE}/{name}"
        return parts._replace(path=prefix + place).geturl()

    return lead
