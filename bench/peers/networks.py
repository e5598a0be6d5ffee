"""The networks to run: which files, which input shapes, which input data."""
import fnmatch
import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError

import tflite_networks

QUANTISED_OPS = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinear", "QGemm", "ConvInteger",
                 "MatMulInteger")


class Unsuitable(Exception):
    """A network that this benchmark cannot run on any engine; the message says why."""


@dataclass(frozen=True)
class Network:
    """One network, ready to run: every shape known, every input stored in a file."""
    name: str
    model: Path                           # as found
    fixed_model: Path                     # the same with numbers for all symbolic dimensions; the peers read this one
    inputs: dict[str, tuple[int, ...]]    # name -> shape
    input_files: dict[str, Path]          # name -> .npy, of the input's type
    outputs: list[str]

    @property
    def symbolic(self) -> bool:
        return self.fixed_model != self.model


def find(paths: list[Path], pattern: str) -> list[Path]:
    """The ONNX and TFLite files among `paths` (folders: all in them, sorted by name) whose stem matches the glob `pattern`.

    In a folder only float ONNX networks count; a file named by the user is always taken. Raises FileNotFoundError.
    """
    found = []
    for path in paths:
        if path.is_dir():
            found += [model for model in sorted(path.glob("*.onnx")) if matches(model, pattern) and is_float(model)]
        elif path.is_file():
            found += [path] if matches(path, pattern) else []
        else:
            raise FileNotFoundError(f"{path}: no such file or folder")
    return found


def matches(model: Path, pattern: str) -> bool:
    return fnmatch.fnmatch(model.stem, pattern)


def is_float(model: Path) -> bool:
    """Whether no operator of the network is quantised; an unreadable file counts, so that it is reported later."""
    try:
        return not any(node.op_type.startswith(QUANTISED_OPS) for node in _read(model).graph.node)
    except Unsuitable:
        return True


def prepare(model: Path, cache: Path, shapes: dict[str, tuple[int, ...]]) -> Network:
    """Settle shapes and inputs of `model`, writing what has to be stored into `cache`.

    Symbolic dimensions come from `shapes` (name -> shape), else from the reference input in ../expected/index.json
    beside the model's folder; a symbolic first dimension alone is 1. The input is the reference input where there
    is one, else seeded noise. Raises Unsuitable.
    """
    cache.mkdir(parents=True, exist_ok=True)
    if model.suffix == ".tflite":
        return _prepare_tflite(model, cache)
    proto = _read(model)
    constants = {initializer.name for initializer in proto.graph.initializer}
    values = [value for value in proto.graph.input if value.name not in constants]
    reference = _reference_input(model)
    inputs, files = {}, {}
    for value in values:
        known = shapes.get(value.name) or (tuple(reference.shape) if reference is not None and len(values) == 1 else None)
        inputs[value.name] = _shape(model, value, known)
    for index, (name, shape) in enumerate(inputs.items()):
        files[name] = _save_input(model, index, name, (shape, np.dtype(np.float32)), reference, cache)
    return Network(model.stem, model, _fix_shapes(model, proto, inputs, cache), inputs, files,
                   [value.name for value in proto.graph.output])


def _prepare_tflite(model: Path, cache: Path) -> Network:
    try:
        inputs, outputs = tflite_networks.describe(model)
    except ValueError as error:
        raise Unsuitable(f"{model.name}: not a readable TFLite file ({error})") from None
    reference = _reference_input(model)
    files = {name: _save_input(model, index, name, kind, reference, cache)
             for index, (name, kind) in enumerate(inputs.items())}
    return Network(model.stem, model, model, {name: shape for name, (shape, _) in inputs.items()}, files, outputs)


def _save_input(model: Path, index: int, name: str, kind: tuple[tuple[int, ...], np.dtype],
                reference: np.ndarray | None, cache: Path) -> Path:
    """Write the reference input where it has the right shape, else noise; `kind`: shape and type."""
    shape, dtype = kind
    data = reference if reference is not None and reference.shape == shape else _noise(f"{model.stem} {name}", shape, dtype)
    file = cache / f"{model.stem}{model.suffix}.in{index}.npy"
    np.save(file, data.astype(dtype))
    return file


def _read(model: Path) -> onnx.ModelProto:
    try:
        return onnx.load(model)
    except (DecodeError, OSError, ValueError) as error:
        raise Unsuitable(f"{model.name}: not a readable ONNX file ({error})") from None


def _reference_input(model: Path) -> np.ndarray | None:
    folder = model.parent.parent / "expected"
    index = folder / "index.json"
    entry = json.loads(index.read_text()).get(model.name) if index.is_file() else None
    if entry is None:
        return None
    return np.load(folder / entry["input"]["file"]).astype(np.float32).reshape(entry["input"]["shape"])


def _noise(seed: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Normal, or of an integer type uniform over all its values."""
    generator = np.random.default_rng(zlib.crc32(seed.encode()))
    if dtype.kind == "f":
        return generator.standard_normal(shape, dtype=np.float32)
    limits = np.iinfo(dtype)
    return generator.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


def _shape(model: Path, value: onnx.ValueInfoProto, known: tuple[int, ...] | None) -> tuple[int, ...]:
    """The shape of input `value`: its own numbers, and `known` where it has symbols."""
    tensor = value.type.tensor_type
    if tensor.elem_type != onnx.TensorProto.FLOAT:
        kind = onnx.TensorProto.DataType.Name(tensor.elem_type).lower()
        raise Unsuitable(f"{model.name}: input '{value.name}' is {kind}, only float inputs are supported here")
    own = [dim.dim_value for dim in tensor.shape.dim]
    if known is None and all(dim > 0 for dim in own[1:]):
        known = (1, *own[1:])
    if known is None:
        raise Unsuitable(f"{model.name}: input '{value.name}' has symbolic dimensions; give --shape {value.name}=...")
    if len(known) != len(own) or any(mine > 0 and mine != other for mine, other in zip(own, known)):
        raise Unsuitable(f"{model.name}: input '{value.name}' is {own} (0: symbolic), which cannot become {list(known)}")
    return tuple(known)


def _fix_shapes(model: Path, proto: onnx.ModelProto, inputs: dict[str, tuple[int, ...]], cache: Path) -> Path:
    """`model` itself if its inputs have no symbolic dimension, else the path of a copy with the shapes of `inputs`."""
    values = [value for value in proto.graph.input if value.name in inputs]
    if all(dim.dim_value > 0 for value in values for dim in value.type.tensor_type.shape.dim):
        return model
    for value in values:
        for dim, size in zip(value.type.tensor_type.shape.dim, inputs[value.name]):
            dim.dim_value = size
    del proto.graph.value_info[:]
    for value in proto.graph.output:
        value.type.tensor_type.ClearField("shape")
    fixed = cache / f"{model.stem}.fixed.onnx"
    onnx.save(onnx.shape_inference.infer_shapes(proto), fixed)
    return fixed
