"""Checks live frames against the AsyncAPI document that the daemon serves."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft7Validator


class AsyncAPIChecker:
    """
    Checks frames against a document. It is stricter than the document with both sides: an unknown field is a mistake.

    @param document: the document of C{GET /v2/asyncapi.json}.
    @ivar unseen: the frames that were not checked yet, as (C{client} or C{server}, op).
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._error_codes = document["x-error-codes"]
        self._validators: dict[tuple[str, str], Draft7Validator] = {}
        for operation in document["operations"].values():
            # The document describes the server: frames that it receives are the client's.
            side = {"receive": "client", "send": "server"}[operation["action"]]
            for reference in operation["messages"]:
                message = document["components"]["messages"][reference["$ref"].rpartition("/")[2]]
                schema = {"allOf": [message["payload"]], "components": {"schemas": _closed(document)}}
                self._validators[side, message["name"]] = Draft7Validator(schema)
        self.unseen = set(self._validators)

    def from_client(self, frame: str | bytes) -> None:
        """@raise AssertionError: the document does not allow clients this frame."""
        self._check("client", json.loads(frame))

    def from_server(self, frame: str | bytes) -> None:
        """@raise AssertionError: the document does not allow the server this frame."""
        said = json.loads(frame)
        self._check("server", said)
        if said["op"] == "error" and said["code"] not in self._error_codes:
            raise AssertionError(f"an error code that the document does not have: {said}")

    def _check(self, side: str, said: Any) -> None:
        op = str(said.get("op")) if isinstance(said, dict) else ""
        if (side, op) not in self._validators:
            raise AssertionError(f"not a frame of the {side}: {said}")
        wrong = [f"{error.json_path}: {error.message}" for error in self._validators[side, op].iter_errors(said)]
        if wrong:
            raise AssertionError(f"{'; '.join(wrong)}: {said}")
        self.unseen.discard((side, op))


def _closed(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    return {name: schema | {"additionalProperties": False} for name, schema in schemas.items()}
