"""
Bodies and signatures of deliveries, after Standard Webhooks (C{standardwebhooks.com}): HMAC-SHA256 over the delivery's
id, its time and its body. So a receiver knows who has sent it, and that nobody has changed it or sends an old one
again.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from hichat.runtime.sealing import Sealing

SECRET_PREFIX = "whsec_"  # noqa: S105

_SECRET_SIZE = 32

_PURPOSE = b"hichat-hooks"


class HookSecrets:
    """
    The secrets of hooks, sealed for the store.

    @param key: of the tokens; all daemons of the store have it.
    """

    def __init__(self, key: bytes) -> None:
        self._sealing = Sealing(key, _PURPOSE)

    def make(self, mark: str) -> tuple[str, bytes]:
        """
        @param mark: of the hook, for which alone it is good.
        @return: a secret, as receivers know it; and sealed.
        """
        secret = secrets.token_bytes(_SECRET_SIZE)
        return SECRET_PREFIX + base64.b64encode(secret).decode(), self._sealing.seal(secret, mark.encode())

    def open(self, sealed: bytes, mark: str) -> bytes | None:
        """@return: a secret; None: another key has sealed it, or for another hook."""
        return self._sealing.open(sealed, mark.encode())


def webhook_body(kind: str, time: int, data: Mapping[str, Any]) -> bytes:
    """
    @param kind: what has happened.
    @param time: when, in milliseconds since the epoch.
    @return: the body of a delivery.
    """
    at = datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return msgspec.json.encode({"type": kind, "timestamp": at, "data": data})


def sign(keys: Sequence[bytes], delivery: str, time: int, body: bytes) -> Mapping[str, str]:
    """
    @param keys: the secrets that are good; the newest first.
    @param delivery: the delivery's id: another try has the same one.
    @param time: seconds since the epoch.
    @return: the headers.
    """
    content = f"{delivery}.{time}.".encode() + body
    made = (base64.b64encode(hmac.digest(key, content, "sha256")) for key in keys)
    return {
        "Webhook-Id": delivery,
        "Webhook-Timestamp": str(time),
        "Webhook-Signature": " ".join(f"v1,{each.decode()}" for each in made),
    }
