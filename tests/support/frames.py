"""WebSocket frames, their payloads as JSON, and random texts for them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st


def payload(frame: bytes | None) -> Any:
    """@return: the JSON in a WebSocket text frame of the server."""
    assert frame is not None
    assert frame[0] == 0x81
    start = {126: 4, 127: 10}.get(frame[1], 2)
    return json.loads(frame[start:])


TEXTS = st.text(max_size=40).map(str.encode) | st.sampled_from([125, 126, 127, 300, 32768, 32769]).map(
    lambda n: b"x" * n
)


def frame(first: int, payload: bytes, mask: bytes, masked: bool = True, wide: bool = False) -> bytes:
    """
    @param first: the first byte.
    @param wide: whether the length takes 64 bits even if it is short.
    @return: a frame (RFC 6455, 5.2), valid or not.
    """
    bit = 0x80 if masked else 0
    if wide or len(payload) > 65535:
        size = bytes([bit | 127]) + len(payload).to_bytes(8, "big")
    elif len(payload) > 125:
        size = bytes([bit | 126]) + len(payload).to_bytes(2, "big")
    else:
        size = bytes([bit | len(payload)])
    if not masked:
        return bytes([first]) + size + payload
    return bytes([first]) + size + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
