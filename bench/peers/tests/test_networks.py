"""Finding networks and settling their shapes and inputs."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import networks


def save(path: Path, shape: list, op: str = "Relu", kind: int = TensorProto.FLOAT) -> Path:
    """A network of one operator from 'x' to 'y'."""
    values = [helper.make_tensor_value_info(name, kind, shape) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node(op, ["x"], ["y"])], "net", values[:1], values[1:])
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


class Networks(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)
        self.cache = self.folder / "cache"

    def test_a_folder_gives_its_float_networks_a_named_file_any(self):
        relu = save(self.folder / "models" / "relu.onnx", [1, 3])
        quantised = save(self.folder / "models" / "q.onnx", [1, 3], "DynamicQuantizeLinear")
        self.assertEqual(networks.find([relu.parent], "*"), [relu])
        self.assertEqual(networks.find([quantised], "*"), [quantised])
        self.assertEqual(networks.find([relu.parent], "x*"), [])
        with self.assertRaisesRegex(FileNotFoundError, "absent.onnx"):
            networks.find([self.folder / "absent.onnx"], "*")

    def test_static_shapes_need_no_copy_and_noise_is_repeatable(self):
        model = save(self.folder / "net.onnx", [1, 3, 4, 4])
        first = networks.prepare(model, self.cache, {})
        data = np.load(first.input_files["x"])
        self.assertFalse(first.symbolic)
        self.assertEqual((data.shape, data.dtype), ((1, 3, 4, 4), np.float32))
        np.testing.assert_array_equal(data, np.load(networks.prepare(model, self.cache, {}).input_files["x"]))

    def test_symbolic_dimensions_come_from_the_reference_input(self):
        model = save(self.folder / "models" / "net.onnx", ["N", 1, "H", "W"])
        expected = self.folder / "expected"
        expected.mkdir()
        np.save(expected / "net.in.npy", np.full((2, 1, 3, 5), 7, np.uint8))
        (expected / "index.json").write_text(json.dumps({"net.onnx": {"input": {"file": "net.in.npy", "shape": [2, 1, 3, 5]}}}))
        network = networks.prepare(model, self.cache, {})
        self.assertTrue(network.symbolic)
        self.assertEqual(network.inputs, {"x": (2, 1, 3, 5)})
        fixed = onnx.load(network.fixed_model).graph
        self.assertEqual([dim.dim_value for dim in fixed.output[0].type.tensor_type.shape.dim], [2, 1, 3, 5])
        self.assertEqual(np.load(network.input_files["x"])[0, 0, 0, 0], 7)

    def test_a_symbolic_batch_is_one_and_other_symbols_need_a_shape(self):
        batch = save(self.folder / "batch.onnx", ["N", 3])
        self.assertEqual(networks.prepare(batch, self.cache, {}).inputs, {"x": (1, 3)})
        size = save(self.folder / "size.onnx", [1, "W"])
        with self.assertRaisesRegex(networks.Unsuitable, "give --shape x="):
            networks.prepare(size, self.cache, {})
        self.assertEqual(networks.prepare(size, self.cache, {"x": (1, 9)}).inputs, {"x": (1, 9)})
        with self.assertRaisesRegex(networks.Unsuitable, r"cannot become \[2, 9\]"):
            networks.prepare(size, self.cache, {"x": (2, 9)})

    def test_unreadable_files_and_integer_inputs_are_unsuitable(self):
        junk = self.folder / "junk.onnx"
        junk.write_bytes(b"junk")
        with self.assertRaisesRegex(networks.Unsuitable, "junk.onnx: not a readable"):
            networks.prepare(junk, self.cache, {})
        with self.assertRaisesRegex(networks.Unsuitable, "input 'x' is int64"):
            networks.prepare(save(self.folder / "i.onnx", [1], "Abs", TensorProto.INT64), self.cache, {})


if __name__ == "__main__":
    unittest.main()
