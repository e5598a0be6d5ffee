"""Figures, ratios and agreement on hand-made samples."""
import math
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import figures


def engine(*medians: float, **more) -> dict:
    rounds = [{"median_ms": value, "min_ms": value / 2, "peak_rss_bytes": 100} for value in medians]
    return figures.latency(rounds) | {"rounds": rounds} | more


class Ratio(unittest.TestCase):
    def test_is_taken_in_each_round_against_that_round_s_best(self):
        engines = {"convoy": engine(1, 2, 1), "onnxruntime": engine(2, 8, 9), "ncnn": engine(4, 4, 3)}
        self.assertEqual(figures.ratio(engines, ["onnxruntime", "ncnn"]), 2)       # 2, 2, 3
        self.assertEqual(figures.ratio(engines, ["onnxruntime"]), 4)               # 2, 4, 9

    def test_leaves_out_wrong_and_absent_peers_but_not_inaccurate_ones(self):
        engines = {"convoy": engine(1), "ncnn": engine(2, agrees=False, wrong=True), "mnn": engine(3, agrees=False, wrong=False),
                   "openvino": {"unavailable": "crashed"}}
        self.assertEqual(figures.ratio(engines, ["ncnn", "mnn", "openvino", "onnxruntime"]), 3)
        self.assertEqual(figures.best_peer(engines), "mnn")

    def test_is_none_without_convoy_or_peers(self):
        self.assertIsNone(figures.ratio({"ncnn": engine(1)}, ["ncnn"]))
        self.assertIsNone(figures.ratio({"convoy": engine(1)}, ["ncnn"]))


class Summary(unittest.TestCase):
    def test_latency_is_median_of_medians_and_least_of_all(self):
        found = engine(5, 1, 2)
        self.assertEqual((found["median_ms"], found["min_ms"], found["peak_rss_bytes"]), (2, 0.5, 100))

    def test_geometric_mean(self):
        self.assertAlmostEqual(figures.geometric_mean([1, 4]), 2)
        self.assertIsNone(figures.geometric_mean([]))


class Agreement(unittest.TestCase):
    def compare(self, found: dict, wanted: dict, precision: str = "f32") -> dict:
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in ("found.npz", "wanted.npz")]
            for path, arrays in zip(paths, (found, wanted)):
                np.savez(path, **{name: np.array(data, np.float32) for name, data in arrays.items()})
            return figures.agreement(*paths, precision)

    def test_is_relative_to_the_largest_reference_value_of_each_output(self):
        found = self.compare({"a": [[100, 0.1]], "b": [1.0]}, {"a": [100, 0], "b": [1]})
        self.assertAlmostEqual(found["difference"], 1e-3)
        self.assertFalse(found["wrong"])

    def test_allows_more_with_fewer_digits(self):
        self.assertFalse(self.compare({"a": [1.01]}, {"a": [1]})["agrees"])
        self.assertTrue(self.compare({"a": [1.01]}, {"a": [1]}, "bf16")["agrees"])

    def test_other_sizes_nans_and_missing_outputs_are_wrong(self):
        for bad in ({"a": [1, 2, 3]}, {"a": [math.nan, 1]}, {"b": [1, 1]}):
            self.assertEqual(self.compare(bad, {"a": [1, 1]}), {"difference": None, "agrees": False, "wrong": True})


class Fairness(unittest.TestCase):
    def test_names_engines_that_spin_while_idle_or_use_more_cores(self):
        sample = {"idle_s": 10, "idle_cpu_s": 5, "cpus_used": 2.0}
        quiet = {"idle_s": 10, "idle_cpu_s": 0.1, "cpus_used": 1.02}
        warnings = figures.fairness_warnings({"ncnn": {"rounds": [sample]}, "mnn": {"rounds": [quiet]}}, threads=1)
        self.assertEqual(len(warnings), 2)
        self.assertTrue(all(warning.startswith("ncnn") for warning in warnings))


if __name__ == "__main__":
    unittest.main()
