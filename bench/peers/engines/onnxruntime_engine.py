"""ONNX Runtime: all graph optimisations, its own thread pool (spinning, the default), inputs and outputs bound once."""
from pathlib import Path

import numpy as np
import onnxruntime


class Engine:
    def __init__(self, threads: int, precision: str):
        self._options = onnxruntime.SessionOptions()
        self._options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self._options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        self._options.intra_op_num_threads = threads
        self._options.inter_op_num_threads = 1
        self._options.log_severity_level = 3

    def load(self, files: list[Path], input_files: dict[str, Path], outputs: list[str]) -> None:
        self._session = onnxruntime.InferenceSession(files[0], self._options, providers=["CPUExecutionProvider"])
        self._binding = self._session.io_binding()
        inputs = {name: np.load(file) for name, file in input_files.items()}
        for name, data in inputs.items():
            self._binding.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(data))
        self._outputs = {name: onnxruntime.OrtValue.ortvalue_from_numpy(result)
                         for name, result in zip(outputs, self._session.run(outputs, inputs))}
        for name, value in self._outputs.items():
            self._binding.bind_ortvalue_output(name, value)

    def run(self) -> None:
        self._session.run_with_iobinding(self._binding)

    def outputs(self) -> dict[str, np.ndarray]:
        return {name: value.numpy() for name, value in self._outputs.items()}
