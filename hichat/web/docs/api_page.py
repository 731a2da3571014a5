"""The page about the v2 HTTP API for people who write clients, made from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

from hichat.web.docs import html
from hichat.web.docs.asyncapi import error_codes
from hichat.web.docs.html import fields_of, inline, table
from hichat.web.docs.openapi import document

_TITLE = "HiChat v2 over HTTP"


@cache
def page() -> str:
    """@return: the page."""
    parts = _introduction(), *map(_section, document()["tags"]), _objects(), _codes()
    return html.document(_TITLE, f"{_contents()}<main>\n{''.join(parts)}</main>\n")


def _operations(tag: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method.upper(), f"/v2{path}", operation


def _contents() -> str:
    lists = [
        (tag["name"], [(found["operationId"], escape(found["summary"])) for _, _, found in _operations(tag["name"])])
        for tag in document()["tags"]
    ]
    return html.contents([*lists, ("And", [("objects", "Objects"), ("codes", "Error codes")])])


def _introduction() -> str:
    paragraphs = document()["info"]["description"].replace("[its page](/v2/protocol)", "its page").split("\n\n")
    links = (
        '<p>The same for machines: <a href="/v2/openapi.json">openapi.json</a>. '
        'The WebSocket: <a href="/v2/protocol">its page</a>.</p>\n'
    )
    return "".join(f"<p>{inline(paragraph)}</p>\n" for paragraph in paragraphs) + links


def _section(tag: dict[str, Any]) -> str:
    text = "".join(f"<p>{inline(paragraph)}</p>\n" for paragraph in tag["description"].split("\n\n"))
    return f"<h2>{tag['name']}</h2>\n{text}" + "".join(map(_operation, *zip(*_operations(tag["name"]), strict=True)))


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    who = "" if operation["security"] else "<p>Anybody may call.</p>\n"
    return (
        f'<section id="{operation["operationId"]}">\n<h3>{escape(operation["summary"])}</h3>\n'
        f"<pre><code>{method} {escape(path)}</code></pre>\n"
        f"<p>{inline(operation['description'])}</p>\n{who}"
        f"{_parameters(operation['parameters'])}{_body(operation)}{_answers(operation['responses'])}</section>\n"
    )


def _parameters(parameters: list[dict[str, Any]]) -> str:
    if not parameters:
        return ""
    rows = [
        (f"<small>{found['in']}</small>", *html.row(found["name"], _as_field(found), found["required"]))
        for found in parameters
    ]
    return table(("in", "parameter", "type", "bounds", "meaning"), rows)


def _as_field(parameter: dict[str, Any]) -> dict[str, Any]:
    return parameter["schema"] | {"description": parameter["description"]}


def _body(operation: dict[str, Any]) -> str:
    if "requestBody" not in operation:
        return ""
    body = operation["requestBody"]
    if "*/*" in body["content"]:
        return "<p>Body: a file, of any type</p>\n"
    optional = "" if body["required"] else " <small>optional</small>"
    return f"<p>Body: {html.type_name(body['content']['application/json']['schema'])}{optional}</p>\n"


def _answers(answers: dict[str, Any]) -> str:
    return table(("status", "answer"), [(f"<code>{status}</code>", _answer(said)) for status, said in answers.items()])


def _answer(said: dict[str, Any]) -> str:
    for kind, content in said.get("content", {}).items():
        if kind == "application/json":
            return html.type_name(content["schema"])
        if kind == "*/*":
            return "a file"
        codes = content["schema"]["properties"]["code"]["enum"]
        return ", ".join(f'<a href="#{code}"><code>{code}</code></a>' for code in codes)
    return inline(said["description"])


def _objects() -> str:
    sections = (
        f'<section id="{name}">\n<h3>{name}</h3>\n{fields_of(schema)}</section>\n'
        for name, schema in sorted(document()["components"]["schemas"].items())
    )
    return '<h2 id="objects">Objects</h2>\n' + "".join(sections)


def _codes() -> str:
    rows = [(f'<code id="{code}">{code}</code>', escape(sentence)) for code, sentence in error_codes().items()]
    return '<h2 id="codes">Error codes</h2>\n' + table(("code", "meaning"), rows)
