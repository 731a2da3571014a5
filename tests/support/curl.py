"""Calls of the API by curl, which knows nothing of HiChat."""

from __future__ import annotations

import json
import subprocess
from typing import Any


def curl(url: str, token: str, method: str, body: Any = None) -> tuple[int, Any]:
    """Make a call with curl, which knows nothing of HiChat. @return: the status and the answer."""
    more = [] if body is None else ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    bearer = ["-H", f"Authorization: Bearer {token}"]
    command = ["curl", "-sS", "-m", "20", "-w", "\n%{http_code}", "-X", method, *bearer, *more, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(answer) if answer else None
