#!/usr/bin/env python3
"""Writes litert_operators.txt: operators on quantised numbers, and what LiteRT's reference kernels make of them.

    pip install -r bench/peers/requirements.txt
    tests/data/litert_operators.py > tests/data/litert_operators.txt

One case is a line with the operator, its fused activation (of reductions, their axes) and the number of its tensors,
and then a line for each tensor, inputs before the output: element type, shape, scale, zero point, and the stored
integers as bytes in hexadecimal.
"""
import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

OPTIONS = {"DIV": schema.DivOptionsT, "L2_NORMALIZATION": schema.L2NormOptionsT, "REDUCE_PROD": schema.ReducerOptionsT}
ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6")
DTYPES = {"INT8": np.int8, "UINT8": np.uint8, "INT16": np.int16}
random = np.random.default_rng(1)


class Quantised:
    """Stored integers with their scale and zero point."""

    def __init__(self, values, scale, zero):
        self.values, self.scale, self.zero = values, np.float32(scale), int(zero)
        self.type = next(name for name, dtype in DTYPES.items() if dtype == values.dtype)

    def line(self):
        shape = "x".join(str(extent) for extent in self.values.shape) or "scalar"
        stored = self.values.astype(self.values.dtype.newbyteorder("<")).tobytes().hex()
        return f"{self.type} {shape} {self.scale:.9g} {self.zero} {stored}"

    def tensor(self, name):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(self.values.shape), getattr(schema.TensorType, self.type)
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [self.scale], [self.zero]
        return tensor


def add_axes(model, graph, axes):
    """Axes are a constant input. Returns its index."""
    model.buffers.append(schema.BufferT())
    model.buffers[-1].data = np.frombuffer(np.array(axes, "<i4").tobytes(), np.uint8)
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = "axes", [len(axes)], schema.TensorType.INT32, 1
    graph.tensors.append(tensor)
    return len(graph.tensors) - 1


def model_of(code, inputs, output, activation, axes):
    model = schema.ModelT()
    model.version, model.buffers = 3, [schema.BufferT()]
    model.operatorCodes = [schema.OperatorCodeT()]
    model.operatorCodes[0].builtinCode = getattr(schema.BuiltinOperator, code)
    model.operatorCodes[0].deprecatedBuiltinCode = min(127, model.operatorCodes[0].builtinCode)
    graph, operator = schema.SubGraphT(), schema.OperatorT()
    graph.tensors = [tensor.tensor(f"t{i}") for i, tensor in enumerate([*inputs, output])]
    graph.inputs, graph.outputs = list(range(len(inputs))), [len(inputs)]
    operator.inputs, operator.outputs = list(graph.inputs), graph.outputs
    if axes is not None:
        operator.inputs.append(add_axes(model, graph, axes))
    if code in OPTIONS:
        operator.builtinOptions = OPTIONS[code]()
        if code != "REDUCE_PROD":
            operator.builtinOptions.fusedActivationFunction = ACTIVATIONS.index(activation)
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, OPTIONS[code].__name__[:-1])
    graph.operators, model.subgraphs = [operator], [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def emit(code, inputs, output, activation="NONE", axes=None):
    """`output` says shape, scale and zero point; LiteRT computes its integers."""
    interpreter = Interpreter(model_content=model_of(code, inputs, output, activation, axes),
                              experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    for details, tensor in zip(interpreter.get_input_details(), inputs):
        interpreter.set_tensor(details["index"], tensor.values)
    interpreter.invoke()
    output.values = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    print(code, activation if axes is None else ",".join(map(str, axes)), len(inputs) + 1)
    for tensor in [*inputs, output]:
        print(tensor.line())


def numbers(dtype, shape):
    bounds = np.iinfo(dtype)
    return random.integers(bounds.min, bounds.max + 1, shape, dtype=dtype)


def lanes(dtype, rows, extent, zero):
    """Rows of equal numbers, of extremes, of numbers around the zero point, of any numbers."""
    bounds = np.iinfo(dtype)
    values = numbers(dtype, (rows, extent))
    values[0], values[1], values[2] = zero, bounds.min, bounds.max
    values[3, ::2], values[3, 1::2] = bounds.min, bounds.max
    values[4] = np.clip(zero + random.integers(-2, 3, extent), bounds.min, bounds.max)
    values[5], values[5, 0] = zero, zero - 1 if zero > bounds.min else zero + 1
    return values


def along_the_last_axis():
    """L2_NORMALIZATION and LOG_SOFTMAX."""
    for dtype, unit_zero, log_zero in ((np.int8, 0, 127), (np.uint8, 128, 255)):
        bounds = np.iinfo(dtype)
        for extent, zero in ((1, bounds.max), (3, bounds.min), (17, bounds.min + 131), (70, bounds.max - 9)):
            src = Quantised(lanes(dtype, 9, extent, zero), 0.1, zero)
            emit("L2_NORMALIZATION", [src], Quantised(np.empty_like(src.values), 1 / 128, unit_zero))
        for extent, scale in ((1, 0.1), (2, 1 / 32), (5, 1e-6), (17, 0.02), (33, 0.3), (9, 50), (70, 1 / 16)):
            src = Quantised(lanes(dtype, 9, extent, bounds.min + 100), scale, bounds.min + 100)
            emit("LOG_SOFTMAX", [src], Quantised(np.empty_like(src.values), 1 / 16, log_zero))


def quotients():
    """Factors from dividends and divisors to results are such that LiteRT's shifts, which are undefined below 0 and
    above 31, are neither."""
    for dtype, zeros in ((np.int8, (3, -7, 5)), (np.int8, (-128, 127, -128)), (np.uint8, (120, 131, 7)),
                         (np.uint8, (0, 0, 0)), (np.int16, (0, 0, 0))):
        wide = dtype == np.int16
        lhs, rhs = numbers(dtype, 400), numbers(dtype, 400)
        lhs[:20], lhs[20:40], lhs[40:60] = zeros[0], np.iinfo(dtype).min, np.iinfo(dtype).max
        rhs[10:30], rhs[30:50] = np.iinfo(dtype).min, np.iinfo(dtype).max
        distance = rhs.astype(np.int32) - zeros[1]
        rhs[np.abs(distance) < (256 if wide else 1)] = zeros[1] + (300 if wide else -1 if zeros[1] > 100 else 1)
        scales = ((1, 0.001, 3), (0.1, 0.1, 1 / 256), (0.3, 0.4, 0.01))
        if wide:
            scales = ((1, 2**-9, 2**-7), (0.7, 0.01, 0.0005))
        for scale in scales:
            result = Quantised(np.empty_like(lhs), scale[2], zeros[2])
            emit("DIV", [Quantised(lhs, scale[0], zeros[0]), Quantised(rhs, scale[1], zeros[1])], result)
        for activation in ACTIVATIONS[1:]:
            result = Quantised(np.empty((2, 20), dtype), scales[1][2], zeros[2])
            dividend = Quantised(lhs[60:80], scales[1][0], zeros[0])
            divisor = Quantised(rhs[60:62, None], scales[1][1], zeros[1])
            emit("DIV", [dividend, divisor], result, activation)


def products():
    for dtype, zeros in ((np.int8, (5, -20)), (np.int8, (-128, 127)), (np.int16, (0, 0))):
        unit = 2.0 / np.iinfo(dtype).max
        for axes, kept in (((2,), (5, 7)), ((1, 2), (5,)), ((0, 2), (7,)), ((0, 1, 2), ())):
            values = numbers(dtype, (5, 7, 3))
            values[0, 0] = zeros[0]
            values[1, 1] = np.iinfo(dtype).max
            values[2] = np.iinfo(dtype).min
            for scale in (unit, 20 * unit):
                emit("REDUCE_PROD", [Quantised(values, unit, zeros[0])], Quantised(np.empty(kept, dtype), scale, zeros[1]),
                     axes=axes)


def functions():
    for dtype in (np.int8, np.uint8):
        every = np.arange(np.iinfo(dtype).min, np.iinfo(dtype).max + 1).astype(dtype)
        for src_scale, dst_scale, zero in ((0.1, 0.03, every[60]), (0.001, 0.001, every[0]), (0.004, 0.005, every[255])):
            emit("RELU_0_TO_1", [Quantised(every, src_scale, every[90])], Quantised(every.copy(), dst_scale, zero))
    for dtype in (np.int8, np.int16):
        bounds = np.iinfo(dtype)
        values = np.array([bounds.min, bounds.min + 1, -1, 0, 1, bounds.max], dtype)
        emit("NEG", [Quantised(values, 0.1, 0)], Quantised(values.copy(), 0.1, 0))


along_the_last_axis()
quotients()
products()
functions()
