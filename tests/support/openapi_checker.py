"""Checks live answers against the OpenAPI document that the daemon serves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator


class OpenAPIChecker:
    """
    Checks answers against a document. It is stricter than the document: an unknown field is a mistake.

    @param document: the document of C{GET /v2/openapi.json}.
    @ivar unseen: the ids of operations of which no success was checked yet.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._prefix = document["servers"][0]["url"]
        self._operations: list[tuple[str, re.Pattern[str], dict[str, Any]]] = []
        for path, methods in document["paths"].items():
            pattern = re.compile(self._prefix + re.sub(r"\{\w+\}", "[^/]+", path))
            self._operations += [(method.upper(), pattern, operation) for method, operation in methods.items()]
        self.unseen = {operation["operationId"] for _, _, operation in self._operations}

    def check(self, method: str, target: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """
        @param headers: by lower-case name.
        @raise AssertionError: the document does not allow this answer.
        """
        operation = self._find(method, target.partition("?")[0])
        where = f"{method} {target}: {status} {body!r}"
        said = operation["responses"].get(str(status))
        assert said is not None, f"undocumented: {where}"
        for name, header in said.get("headers", {}).items():
            assert not header["required"] or name.lower() in headers, f"no {name}: {where}"
        if "content" not in said:
            assert not body, f"an undocumented body: {where}"
        elif "*/*" not in said["content"]:
            kind = headers["content-type"].partition(";")[0]
            assert kind in said["content"], f"{kind}: {where}"
            self._check_body(said["content"][kind]["schema"], json.loads(body), where)
        if status < 400:
            self.unseen.discard(operation["operationId"])

    def _find(self, method: str, path: str) -> dict[str, Any]:
        # Paths with fewer parameters come first: "/devices/current" is not a "/devices/{device}".
        for known, pattern, operation in sorted(self._operations, key=lambda found: found[1].pattern.count("[^/]+")):
            if known == method and pattern.fullmatch(path):
                return operation
        raise AssertionError(f"no such operation: {method} {path}")

    def _check_body(self, schema: dict[str, Any], value: Any, where: str) -> None:
        schemas = {
            name: {"additionalProperties": False} | found
            for name, found in self._document["components"]["schemas"].items()
        }
        whole = {"allOf": [schema], "components": {"schemas": schemas}}
        wrong = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]
        assert not wrong, f"{'; '.join(wrong)}: {where}"
