"""Checks live frames against the AsyncAPI document that the daemon serves."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft7Validator


class AsyncAPIChecker:
    """
    Knows every frame of a document. Stricter than it with the server: a field that is not in it is a mistake.

    @param document: such as C{GET /v2/asyncapi.json} gives.
    @ivar unseen: frames of which none came by yet, as (C{client} or C{server}, op).
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._error_codes = document["x-error-codes"]
        self._validators: dict[tuple[str, str], Draft7Validator] = {}
        for operation in document["operations"].values():
            # The document is the server's: what it receives comes from clients.
            side = {"receive": "client", "send": "server"}[operation["action"]]
            for reference in operation["messages"]:
                message = document["components"]["messages"][reference["$ref"].rpartition("/")[2]]
                schema = {"allOf": [message["payload"]], "components": {"schemas": _closed(document)}}
                self._validators[side, message["name"]] = Draft7Validator(schema)
        self.unseen = set(self._validators)

    def from_client(self, frame: str | bytes) -> None:
        """@raise AssertionError: a client may not say that."""
        self._check("client", json.loads(frame))

    def from_server(self, frame: str | bytes) -> None:
        """@raise AssertionError: the server may not say that."""
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
