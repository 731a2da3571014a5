"""
What the pages for people who write clients are made of. No script, and nothing from elsewhere.

Rows of tables are made from JSON Schema, as L{hichat.web.docs.docstrings} has completed it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from html import escape
from typing import Any

from hichat.core.events import MAX_SAFE_INTEGER

STYLE = """
:root{color-scheme:light dark;--text:#1c1e21;--back:#fff;--dim:#5b6168;--line:#d9dce0;--code:#f3f4f6;--link:#0b57d0}
@media(prefers-color-scheme:dark){
:root{--text:#e4e6e9;--back:#16181b;--dim:#a0a6ad;--line:#363a40;--code:#22252a;--link:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:60rem;font:1rem/1.5 system-ui,sans-serif;color:var(--text);
background:var(--back);overflow-wrap:break-word}
a{color:var(--link)}
h1{line-height:1.2}
h2{margin-top:3rem;border-bottom:1px solid var(--line)}
h3{margin-top:2.5rem}
code,pre{font:.875rem/1.5 ui-monospace,monospace;background:var(--code);border-radius:.25rem}
code{padding:.1em .25em}
pre{padding:.75rem;white-space:pre-wrap;overflow-wrap:anywhere}
pre code{padding:0;font:inherit}
nav ul{columns:12rem;padding-left:1.25rem}
table{width:100%;border-collapse:collapse}
th,td{padding:.4rem .75rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
small,.dim{color:var(--dim)}
@media(max-width:40rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}
td{display:block;padding:.1rem 0;border:0}}
"""

STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""What a Content-Security-Policy allows the page's style by."""

_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*")
_INDENT_OVER = 72
"""Characters of JSON that are shown in one line."""


def document(title: str, body: str) -> str:
    """@return: a whole page."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )


def json_block(value: Any) -> str:
    """@return: JSON, in one line if that is short."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _INDENT_OVER:
        text = json.dumps(value, ensure_ascii=False, indent=2)
    return f"<pre><code>{escape(text, quote=False)}</code></pre>\n"


def fields_of(schema: dict[str, Any], leave_out: str = "") -> str:
    """
    @param schema: of an object.
    @param leave_out: the name of a field that need not be shown.
    @return: what it is and the table of its fields.
    """
    text = "".join(f"<p>{inline(paragraph)}</p>\n" for paragraph in schema.get("description", "").split("\n\n"))
    fields = {field: found for field, found in schema["properties"].items() if field != leave_out}
    if not fields:
        return text
    required = schema.get("required", ())
    rows = [row(field, found, field in required) for field, found in fields.items()]
    return text + table(("field", "type", "bounds", "meaning"), rows)


def contents(lists: Iterable[tuple[str, list[tuple[str, str]]]]) -> str:
    """
    @param lists: titles, and under each the places of the page: their anchors and their texts, which are HTML.
    @return: a page's table of contents.
    """
    return "<nav>\n" + "".join(f"<p>{title}</p>\n{_links(places)}" for title, places in lists) + "</nav>\n"


def _links(places: list[tuple[str, str]]) -> str:
    return "<ul>\n" + "".join(f'<li><a href="#{anchor}">{text}</a></li>\n' for anchor, text in places) + "</ul>\n"


def row(name: str, field: dict[str, Any], required: bool) -> tuple[str, ...]:
    """@return: the cells for a field: its name, its type, its bounds, its meaning."""
    needed = "" if required else " <small>optional</small>"
    said = "; ".join(filter(None, (bounds(field), _default(field))))
    return f"<code>{name}</code>{needed}", type_name(field), said, inline(field.get("description", ""))


def type_name(field: dict[str, Any]) -> str:
    """@return: a schema's type, in a word."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in field:
        return " or ".join(map(type_name, field["anyOf"]))
    if "items" in field:
        return f"array of {type_name(field['items'])}"
    if isinstance(field.get("additionalProperties"), dict):
        return f"object of {type_name(field['additionalProperties'])}"
    return str(field.get("type", "string"))


def bounds(field: dict[str, Any]) -> str:
    """@return: what values a field may have."""
    if "anyOf" in field:
        return "; ".join(map(bounds, field["anyOf"]))
    found = []
    if "enum" in field:
        found.append(", ".join(f"<code>{escape(str(value))}</code>" for value in field["enum"]))
    found.append(_range(field.get("minimum"), field.get("maximum"), ""))
    found.append(_range(field.get("minLength"), field.get("maxLength"), " characters"))
    found.append(_range(field.get("minItems"), field.get("maxItems"), " items"))
    if "pattern" in field:
        found.append(f"<code>{escape(field['pattern'])}</code>")
    if "items" in field and (each := bounds(field["items"])):
        found.append(f"each {each}")
    return "; ".join(filter(None, found))


def _range(least: int | None, most: int | None, unit: str) -> str:
    if most is None:
        return "" if least is None else f"at least {least}{unit}"
    return f"{_number(least)} to {_number(most)}{unit}" if least is not None else f"at most {most}{unit}"


def _number(value: int) -> str:
    power = "2<sup>53</sup> - 1"
    return {MAX_SAFE_INTEGER: power, -MAX_SAFE_INTEGER: f"-({power})"}.get(value, str(value))


def _default(field: dict[str, Any]) -> str:
    return f"if absent <code>{escape(json.dumps(field['default']))}</code>" if "default" in field else ""


def table(heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """@return: a table; the cells are HTML."""
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"


def inline(text: str) -> str:
    """@return: a line of CommonMark as HTML: code, strong and emphasis only."""
    return _INLINE.sub(_marked, escape(text, quote=False))


def _marked(found: re.Match[str]) -> str:
    code, strong, emphasis = found.groups()
    if code:
        return f"<code>{code}</code>"
    return f"<strong>{strong}</strong>" if strong else f"<em>{emphasis}</em>"
