"""
Renders the pages for people: Jinja2 templates, and Markdown by markdown-it-py.

A page has no script and loads nothing. Its style is in the page, and the Content-Security-Policy allows it by its hash.
Templates escape all values; HTML in Markdown is escaped as well.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from hichat.core.events import MAX_SAFE_INTEGER

if TYPE_CHECKING:
    # The renderers are imported when the first page is requested: importing them takes a tenth of the daemon's start.
    from jinja2 import Environment
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

STYLE = (files(__package__) / "templates" / "style.css").read_text(encoding="utf-8")

STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""The hash of the page's style, for the Content-Security-Policy."""

_ANCHORED = 3
"""The lowest level of headings that have an anchor."""
_INDENT_OVER = 72
"""The most characters of JSON that are shown on one line."""


def page(template: str, title: str, language: str = "en", **values: Any) -> str:
    """
    @param template: the name of the template's file.
    @param title: the page's title.
    @param language: the text's language, as a tag for HTML's C{lang}.
    @param values: the other variables of the template.
    @return: the HTML of a whole page.
    """
    found = _environment().get_template(template)
    return found.render(title=title, language=language, style=Markup(STYLE), **values)  # noqa: S704


def markdown(lead: Callable[[str], str]) -> MarkdownIt:
    """
    @param lead: gives the target of a link on this site, for a target in the text.
    @return: a renderer of CommonMark with tables. A heading has the same anchor as on GitHub.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.anchors import anchors_plugin

    found = MarkdownIt("commonmark", {"html": False}).enable("table").use(anchors_plugin, max_level=_ANCHORED)
    found.core.ruler.push("lead", lambda state: _lead(state, lead))
    return found


def below(prefix: str) -> Callable[[str], str]:
    """
    @param prefix: the beginning of all the site's paths.
    @return: a function for L{markdown} that adds the prefix to links with an absolute path.
    """
    return lambda link: prefix + link if link.startswith("/") else link


def _lead(state: StateCore, lead: Callable[[str], str]) -> None:
    for block in state.tokens:
        for token in block.children or ():
            if token.type == "link_open":
                token.attrSet("href", lead(str(token.attrs["href"])))


def to_html(text: str, prefix: str = "") -> Markup:
    """
    @param text: Markdown.
    @param prefix: the beginning of all the site's paths.
    @return: its HTML.
    """
    return Markup(markdown(below(prefix)).render(text))  # noqa: S704


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
    )
    plain = markdown(below(""))
    found.filters |= {
        "bounds": bounds,
        "inline": lambda text: Markup(plain.renderInline(text)),  # noqa: S704
        "json": in_few_lines,
        "last_part": lambda reference: reference.rpartition("/")[2],
        "markdown": lambda text: Markup(plain.render(text)),  # noqa: S704
    }
    return found


def in_few_lines(value: Any) -> str:
    """@return: the value as JSON, on one line if that is short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _INDENT_OVER else json.dumps(value, ensure_ascii=False, indent=2)


def bounds(field: dict[str, Any]) -> Markup:
    """
    @param field: the JSON Schema of a value.
    @return: the limits of the value, for people.
    """
    return Markup("; ").join(filter(None, (_bounds(field), _default(field))))


def _bounds(field: dict[str, Any]) -> Markup:
    separator = Markup("; ")
    if "anyOf" in field:
        return separator.join(map(_bounds, field["anyOf"]))
    found = [
        Markup(", ").join(map(_code, field.get("enum", ()))),
        _range(field.get("minimum"), field.get("maximum"), ""),
        _range(field.get("minLength"), field.get("maxLength"), " characters"),
        _range(field.get("minItems"), field.get("maxItems"), " items"),
    ]
    if "pattern" in field:
        found.append(_code(field["pattern"]))
    if "items" in field and (each := _bounds(field["items"])):
        found.append(Markup("each {}").format(each))
    return separator.join(filter(None, found))


def _code(value: object) -> Markup:
    return Markup("<code>{}</code>").format(value)


def _range(least: int | None, most: int | None, unit: str) -> Markup:
    if most is None and least is None:
        return Markup()
    if most is None:
        return Markup("at least {}{}").format(least, unit)
    if least is None:
        return Markup("at most {}{}").format(most, unit)
    return Markup("{} to {}{}").format(_number(least), _number(most), unit)


def _number(value: int) -> Markup | int:
    power = Markup("2<sup>53</sup> - 1")
    return {MAX_SAFE_INTEGER: power, -MAX_SAFE_INTEGER: Markup("-({})").format(power)}.get(value, value)


def _default(field: dict[str, Any]) -> Markup:
    return Markup("if absent {}").format(_code(json.dumps(field["default"]))) if "default" in field else Markup()
