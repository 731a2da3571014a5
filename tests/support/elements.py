"""The elements of an HTML page."""

from html.parser import HTMLParser

_EMPTY = {"meta", "br"}


class Elements(HTMLParser):
    """
    Reads a page, and checks that all its elements are closed.

    @ivar ids: the ids of elements.
    @ivar links: the targets of links.
    """

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if "href" in found else []
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise AssertionError(f"</{tag}> at {self.getpos()}")
