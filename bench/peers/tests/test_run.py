"""The whole command on a tiny network, with a stand-in for Convoy and ONNX Runtime as the only peer."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from test_networks import save


class Run(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)
        self.model = save(self.folder / "net.onnx", [1, 64, 256, 256])

    def run_peers(self, *arguments: str, convoy: Path = HERE / "mock_convoy", **environment: str) -> str:
        environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"} | environment
        command = [sys.executable, "-B", str(HERE.parent / "main.py"), str(self.model), "--engines", "convoy,onnxruntime",
                   "--seconds", "0.1", "--rounds", "3", "--out", str(self.folder / "out"),
                   "--cache", str(self.folder / "cache"), "--convoy", str(convoy), *arguments]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    def record(self) -> dict:
        return json.loads((self.folder / "out" / "results.json").read_text())["records"][0]

    def test_measures_compares_and_reports(self):
        self.run_peers(MOCK_CONVOY_FACTOR="0.1")
        record = self.record()
        self.assertGreater(record["ratio_best"], 3)    # 10, with wide room for a busy machine
        self.assertEqual(record["best_peer"], "onnxruntime")
        self.assertTrue(record["engines"]["convoy"]["agrees"])
        self.assertEqual(len(record["engines"]["onnxruntime"]["rounds"]), 3)
        self.assertIn("| net |", (self.folder / "out" / "results.md").read_text())
        for name in ("ratios-1t.png", "ratios-1t.svg"):
            self.assertTrue((self.folder / "out" / name).stat().st_size > 1000)

    def test_resume_keeps_what_was_measured(self):
        self.run_peers()
        before = self.record()
        self.run_peers("--resume")
        self.assertEqual(self.record(), before)

    def test_convoy_may_be_absent_or_fail(self):
        self.assertIn("convoy is left out", self.run_peers(convoy=self.folder / "absent"))
        self.assertNotIn("convoy", self.record()["engines"])
        self.run_peers(convoy=Path("/bin/false"))
        self.assertEqual(self.record()["engines"]["convoy"], {"unavailable": "convoy run: exit code 1"})


if __name__ == "__main__":
    unittest.main()
