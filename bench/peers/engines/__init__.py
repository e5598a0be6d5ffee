"""The peers. Each module wraps one engine in a class with the same four members:

    Engine(threads, precision)            imports the engine's library
    load(files, input_files, outputs)     makes the network ready and reads the input data
    run()                                 one inference on that input: the part that is timed
    outputs() -> dict[str, ndarray]       the outputs of the last run under the network's own names

A class raises what its library raises; the worker reports it. A new engine is one module and one line in PEERS.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    label: str      # in tables
    package: str    # whose version is reported
    module: str     # in this folder, with a class Engine
    precisions: tuple[str, ...] = ("f32",)    # what it can compute in
    formats: tuple[str, ...] = (".onnx",)     # of networks that it reads, or that its converter does


PEERS = {
    "onnxruntime": Peer("ONNX Runtime", "onnxruntime", "engines.onnxruntime_engine"),
    "openvino": Peer("OpenVINO", "openvino", "engines.openvino_engine", ("f32", "bf16"), (".onnx", ".tflite")),
    "ncnn": Peer("ncnn", "ncnn", "engines.ncnn_engine"),
    "mnn": Peer("MNN", "MNN", "engines.mnn_engine", formats=(".onnx", ".tflite")),
    "litert": Peer("LiteRT", "ai-edge-litert", "engines.litert_engine", formats=(".tflite",)),
}
LABELS = {"convoy": "Convoy"} | {name: peer.label for name, peer in PEERS.items()}
