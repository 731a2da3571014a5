"""
The page about the v2 protocol for people who write clients: a walk-through, then every frame.

The walk-through is C{protocol.md}; a block of C{frames} in it names examples, by type and number. The frames' part is
made from the AsyncAPI document, so from the types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from hichat.web.docs import pages
from hichat.web.docs.asyncapi import CLOSE_CODES, document, error_codes
from hichat.web.docs.docstrings import commonmark

if TYPE_CHECKING:
    from markdown_it.token import Token

_PLACE = re.compile(r"(->|<-) (\w+) ?(\d*)")
_EXCHANGED = Markup('<span class="dim">{}</span> <code>{}</code>')


@cache
def page(prefix: str = "") -> str:
    """
    @param prefix: the beginning of all the site's paths.
    @return: the page.
    """
    components = document()["components"]
    schemas, messages = components["schemas"], components["messages"]
    frames = [
        (operation["title"], [(name, messages[name]) for name in _names(operation)])
        for operation in document()["operations"].values()
    ]
    text = (files(__package__) / "protocol.md").read_text(encoding="utf-8")
    renderer = pages.markdown(pages.below(prefix))
    renderer.add_render_rule("fence", _exchange)
    return pages.page(
        "protocol.html",
        "The HiChat v2 protocol",
        prefix=prefix,
        places=[
            ("Walk-through", _headings(renderer.parse(text))),
            ("Codes", [("close-codes", "Close codes"), ("error-codes", "Error codes")]),
            *((title, [(name, _code(message["name"])) for name, message in named]) for title, named in frames),
        ],
        walk_through=Markup(renderer.render(text)),  # noqa: S704
        close_codes={code: commonmark(why) for code, why in CLOSE_CODES.items()},
        error_codes=error_codes(),
        frames=frames,
        schemas=schemas,
        objects=sorted((name, schema) for name, schema in schemas.items() if name not in messages),
    )


def _headings(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """@return: the anchors of a text's headings and their titles."""
    opened = [number for number, token in enumerate(tokens) if token.type == "heading_open"]
    return [(str(tokens[number].attrs["id"]), tokens[number + 1].content) for number in opened]


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


def _exchange(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    """@return: a block of frames, rendered; see L{MarkdownIt.add_render_rule}."""
    lines = Markup("\n").join(map(_exchanged, _PLACE.findall(tokens[index].content)))
    return Markup("<pre>{}</pre>\n").format(lines)


def _exchanged(place: tuple[str, str, str]) -> Markup:
    arrow, name, number = place
    payload = document()["components"]["messages"][name]["examples"][int(number or 0)]["payload"]
    return _EXCHANGED.format("client" if arrow == "->" else "server", json.dumps(payload, ensure_ascii=False))


def _names(operation: dict[str, Any]) -> list[str]:
    return [message["$ref"].rpartition("/")[2] for message in operation["messages"]]
