"""What the daemon counts, as Prometheus reads it."""

from prometheus_client.parser import text_string_to_metric_families
from twisted.trial.unittest import SynchronousTestCase

from hichat.runtime.metrics import Metrics


class TickTests(SynchronousTestCase):
    def test_a_histogram(self) -> None:
        metrics = Metrics()
        # At a bound, and beyond the last one.
        for seconds in (0.0001, 0.0002, 0.0003, 0.7, 3):
            metrics.tick(seconds)
        families = {family.name: family for family in text_string_to_metric_families(metrics.exposition().decode())}
        ticks = families["hichat_reactor_tick_seconds"]
        self.assertEqual(ticks.type, "histogram")
        counts = {sample.labels["le"]: sample.value for sample in ticks.samples if "le" in sample.labels}
        self.assertEqual([counts[bound] for bound in ("0.0002", "0.0005", "0.5", "1.0", "+Inf")], [2, 3, 3, 4, 5])
        rest = {sample.name: sample.value for sample in ticks.samples if "le" not in sample.labels}
        self.assertEqual(rest["hichat_reactor_tick_seconds_count"], 5)
        self.assertAlmostEqual(rest["hichat_reactor_tick_seconds_sum"], 3.7006)
