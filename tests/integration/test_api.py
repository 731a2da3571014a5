"""The v2 HTTP API of a running daemon, tried by Schemathesis with what its document allows and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from unittest import SkipTest
from urllib.request import Request, urlopen

import pytest
from twisted.internet.threads import deferToThread

from tests import proof
from tests.integration.system import System
from tests.support.scene import fixture_of

SECONDS = 400
"""How long it may try: on a machine that has nothing else to do it takes a tenth of that."""

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
"""Not among them: that whatever the schemas allow is taken. No schema says what a good cursor is."""


ENDING = ("logOut", "endSession", "endSessions", "revokeDevice")
"""They make the token of the calls void, so each comes alone, at the end."""


CONFIGURATION = """
[[operations]]
include-operation-id = "getEvents"
parameters = { wait = 0 }
"""
"""A call that waits for events would wait: there are none."""


class Api(System):
    def run_schemathesis(self, token: str, *which: str) -> subprocess.CompletedProcess[str]:
        (self.daemon.directory / "schemathesis.toml").write_text(CONFIGURATION)
        return subprocess.run(
            [
                str(Path(sys.executable).with_name("st")),
                "run",
                f"{self.daemon.url}/v2/openapi.json",
                f"--header=Authorization: Bearer {token}",
                f"--checks={','.join(CHECKS)}",
                *which,
                "--phases=coverage,fuzzing",
                f"--max-examples={proof.EXAMPLES_OF_SCHEMATHESIS}",
                "--seed=1",
                "--generation-database=none",
                "--continue-on-failure",
                "--no-color",
                "--no-shrink",
                "--suppress-health-check=all",
            ],
            cwd=self.daemon.directory,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )


api = fixture_of(Api)


@pytest.mark.timeout(SECONDS + 60)
async def test_the_document_is_true(api: Api) -> None:
    """No server error, and no answer that the document does not have. Who calls may call what administrators may."""
    if find_spec("schemathesis") is None and os.environ.get("CI") != "true":
        raise SkipTest("Schemathesis is not installed: pip install '.[test]'")
    await deferToThread(api.daemon.token, "ann")
    await deferToThread(api.daemon.command, "user", "admin", "ann")
    await deferToThread(api.daemon.token, "bob")
    token = await deferToThread(api.daemon.issue, "ann")
    done = await deferToThread(api.run_schemathesis, token, *(f"--exclude-operation-id={each}" for each in ENDING))
    assert done.returncode == 0, done.stdout[-5000:]
    request = Request(f"{api.daemon.url}/v2/me", headers={"Authorization": f"Bearer {token}"})
    with await deferToThread(urlopen, request) as answer:
        assert answer.status == 200, "no call has made the token void"
    for each in ENDING:
        token = await deferToThread(api.daemon.issue, "ann")
        done = await deferToThread(api.run_schemathesis, token, f"--include-operation-id={each}")
        assert done.returncode == 0, done.stdout[-5000:]
    assert "Traceback" not in api.daemon.log.read_text()
    assert "does not declare" not in api.daemon.log.read_text()
