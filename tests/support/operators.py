"""
The tools of operators that look through the files beside the documentation: Prometheus' C{promtool}, and
C{systemd-analyze}. Without one its tests are skipped; with C{CI=true} they fail.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any
from unittest import SkipTest

PACKAGES = {"promtool": "prometheus", "systemd-analyze": "systemd"}
"""By tool: Debian's package that has it."""

_SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def run(tool: str, *arguments: str) -> str:
    """
    Run a tool to its end.

    @return: what it prints.
    @raise SkipTest: it is not there. With C{CI=true} it is a C{RuntimeError}.
    @raise AssertionError: it complains.
    """
    found = shutil.which(tool)
    if found is None:
        kind = RuntimeError if os.environ.get("CI") == "true" else SkipTest
        raise kind(f"needs {tool}, which is in Debian's package {PACKAGES[tool]}")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


def queries(found: Any) -> list[str]:
    """@return: the queries of a dashboard."""
    if isinstance(found, dict):
        own = [found["expr"]] if "expr" in found else []
        return own + queries(list(found.values()))
    return [each for inner in found for each in queries(inner)] if isinstance(found, list) else []


def silent(queries: Sequence[str], before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """
    @param queries: of Prometheus.
    @param before: by the name of an instance: its exposition; C{after}: the same a minute later.
    @return: those of the queries that give nothing then.
    """
    values: dict[str, list[str]] = {}
    for said in (before, after):
        for instance, exposition in said.items():
            for name, labels, value in _SAMPLE.findall(exposition):
                series = f'{name}{{{labels}{"," if labels else ""}instance="{instance}"}}'
                values.setdefault(series, []).append(value)
    case = {
        "interval": "1m",
        "input_series": [{"series": series, "values": " ".join(some)} for series, some in values.items()],
        # promtool complains of each one that gives something.
        "promql_expr_test": [{"expr": query, "eval_time": "1m", "exp_samples": []} for query in queries],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        # JSON is YAML, too.
        json.dump({"evaluation_interval": "1m", "tests": [case]}, file)
        file.flush()
        try:
            run("promtool", "test", "rules", file.name)
        except AssertionError as e:
            told = str(e)
        else:
            told = ""
    return [query for query in queries if f"expr: {json.dumps(query)}" not in told]
