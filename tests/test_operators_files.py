"""The files for operators beside the documentation: alerts, a dashboard, a unit. They are tried with the real tools."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.daemon import settings
from hichat.daemon.assembly import assemble
from hichat.daemon.hosts import assemble_hosts
from hichat.daemon.media import show_files_in
from hichat.runtime.metrics import LOGIN_OUTCOMES, NodeMetrics
from hichat.runtime.neighbours import ALONE
from tests import guide
from tests.support import operators

ALERTS, DASHBOARD, UNIT = (guide.PAGES / name for name in ("alerts.yml", "grafana.json", "hichat.service"))
BRIDGE = guide.PAGES / "hichat-bridge.service"
BACKUP, TIMER = (guide.PAGES / f"hichat-backup.{kind}" for kind in ("service", "timer"))

NAME = re.compile(r"\b(?:hichat|process)_[a-z_]+\b")
"""A metric in a query."""

LIBRARY = "hichat_client"
"""The package of the client library: its name looks like a metric's."""


class MetricsTests(SynchronousTestCase):
    """What the rules and the dashboard name is there."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        clock = Clock()
        mail = {"smtp": "smtp://localhost", "mail-from": "chat@example.org", "public-url": "https://chat.example.org"}
        found = settings.load({"state-dir": directory.name, **mail}, {}, Path(directory.name))
        parts = assemble(found, clock, lambda: False)
        for engine in parts.engines:
            self.addCleanup(engine.dispose)
        metrics = parts.way.metrics
        metrics.node = lambda: NodeMetrics(0, "", 0, 0)
        assemble_hosts("redis://127.0.0.1", bytes(32), None, clock, ALONE, metrics)
        s3: Any = SimpleNamespace(shared=True, reach=SimpleNamespace(is_up=True))
        far: Any = SimpleNamespace(parts=[s3])
        show_files_in(metrics, far)
        self.there = set()
        for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", metrics.exposition().decode(), re.MULTILINE):
            self.there |= {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else {name}

    def test_of_the_alerts(self) -> None:
        text = ALERTS.read_text()
        named = set(NAME.findall(text))
        self.assertEqual(named - self.there - {"hichat_reactor_tick_seconds"}, set())
        self.assertGreater(len(named), 20)
        outcomes = {outcome for found in LOGIN_OUTCOMES.values() for outcome in found}
        for pattern in re.findall(r'outcome=~?"([^"]+)"', text):
            self.assertEqual(set(pattern.split("|")) - outcomes, set())

    def test_of_the_dashboard(self) -> None:
        named = set(NAME.findall(" ".join(operators.queries(json.loads(DASHBOARD.read_text())))))
        self.assertEqual(named - self.there, set())
        self.assertGreater(len(named), 30)

    def test_what_the_documentation_names(self) -> None:
        """With the endings that it leaves out."""
        for path, text in guide.everything().items():
            for name in re.findall(r"`(hichat_[a-z_]+)[`{]", text):
                if name != LIBRARY:
                    self.assertIn(name, self.there, path.name)


class RulesTests(SynchronousTestCase):
    def test_the_alerts(self) -> None:
        """They can be read, and each fires when it should."""
        operators.run("promtool", "check", "rules", str(ALERTS))
        operators.run("promtool", "check", "config", str(guide.PAGES / "prometheus.yml"))
        cases = Path(__file__).parent / "support" / "alerts_test.yml"
        operators.run("promtool", "test", "rules", str(cases))
        alerts = set(re.findall(r"alert: (\w+)", ALERTS.read_text()))
        self.assertEqual(alerts, set(re.findall(r"\b(Hichat\w+)\b", cases.read_text())), "each has a case")

    def test_what_each_says(self) -> None:
        """How bad it is, what has happened, and what to do."""
        _, *rules = ALERTS.read_text().split("- alert: ")
        for rule in rules:
            for field in ("severity: (critical|warning|info)\\b", 'summary: ".+"', 'action: ".{30,}"'):
                self.assertEqual(len(re.findall(field, rule)), 1, rule)

    def test_the_queries_of_the_dashboard(self) -> None:
        """Prometheus understands each of them."""
        found = operators.queries(json.loads(DASHBOARD.read_text()))
        rules = [
            {"record": f"panel_{number}", "expr": query.replace("$__rate_interval", "5m").replace("$instance", "a|b")}
            for number, query in enumerate(found)
        ]
        path = Path(self.mktemp())
        # JSON is YAML, too.
        path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
        self.assertIn(f"{len(found)} rules found", operators.run("promtool", "check", "rules", str(path)))

    def test_the_dashboard_is_portable(self) -> None:
        """It goes by whatever source of data the reader has, and has no number of one server."""
        found = json.loads(DASHBOARD.read_text())
        self.assertEqual([each["name"] for each in found["templating"]["list"]], ["datasource", "instance"])
        sources = re.findall(r'"uid": *"([^"]+)"', DASHBOARD.read_text())
        self.assertEqual(set(sources), {"${datasource}", "hichat"})
        self.assertEqual(len({panel["id"] for panel in found["panels"]}), len(found["panels"]))


class UnitTests(SynchronousTestCase):
    def test_what_it_could_reach(self) -> None:
        """As systemd counts it, from 0 to 10."""
        for unit in (UNIT, BACKUP, BRIDGE):
            told = operators.run("systemd-analyze", "security", "--offline=true", "--no-pager", str(unit))
            exposure = re.search(rf"exposure level for {unit.name}: ([\d.]+)", told)
            assert exposure is not None, told
            self.assertLessEqual(float(exposure[1]), 2.0)

    def test_systemd_understands_it(self) -> None:
        """With a program that is there; and the backup's unit, with its timer."""
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        paths = [Path(directory.name, unit.name) for unit in (UNIT, BACKUP, TIMER, BRIDGE)]
        for path, unit in zip(paths, (UNIT, BACKUP, TIMER, BRIDGE), strict=True):
            path.write_text(
                unit.read_text()
                .replace("/opt/hichat/.venv/bin/twistd", "/bin/true")
                .replace("/opt/hichat/.venv/bin/hichat bridge", "/bin/true bridge")
            )
        self.assertEqual(operators.run("systemd-analyze", "verify", "--man=no", *map(str, paths)), "")
        (when,) = re.findall("^OnCalendar=(.*)$", TIMER.read_text(), re.MULTILINE)
        self.assertIn("Next elapse: ", operators.run("systemd-analyze", "calendar", when))

    def test_what_the_daemon_needs(self) -> None:
        """Its children limit themselves, and the metrics of the process are read in C{/proc/stat}."""
        lines = [line for line in UNIT.read_text().splitlines() if not line.startswith("#")]
        self.assertIn("Type=notify", lines)
        self.assertEqual([line for line in lines if "@resources" in line or line.startswith("ProcSubset")], [])
