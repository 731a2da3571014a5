"""The page about the v2 HTTP API for people who write clients, made from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from hichat.web.docs import pages
from hichat.web.docs.asyncapi import error_codes
from hichat.web.docs.openapi import document
from hichat.web.problems import CONTENT_TYPE


@cache
def page(prefix: str = "") -> str:
    """
    @param prefix: the beginning of all the site's paths.
    @return: the page.
    """
    found = document()
    sections = [(tag, list(_operations(tag["name"]))) for tag in found["tags"]]
    return pages.page(
        "api.html",
        "HiChat v2 over HTTP",
        prefix=prefix,
        introduction=pages.to_html(found["info"]["description"], prefix),
        places=[*map(_places, sections), ("And", [("objects", "Objects"), ("codes", "Error codes")])],
        sections=sections,
        objects=sorted(found["components"]["schemas"].items()),
        error_codes=error_codes(),
        problem_type=CONTENT_TYPE,
    )


def _operations(tag: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method.upper(), f"/v2{path}", operation


def _places(section: Any) -> tuple[str, list[tuple[str, str]]]:
    tag, operations = section
    return tag["name"], [(operation["operationId"], operation["summary"]) for _, _, operation in operations]
