"""LiteRT (TensorFlow Lite): XNNPACK where it takes an operator, optimised built-in kernels elsewhere."""
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter


class Engine:
    def __init__(self, threads: int, precision: str):
        self._threads = threads

    def load(self, files: list[Path], input_files: dict[str, Path], outputs: list[str]) -> None:
        self._interpreter = Interpreter(str(files[0]), num_threads=self._threads)
        self._interpreter.allocate_tensors()
        self._outputs = {tensor["name"]: tensor["index"] for tensor in self._interpreter.get_output_details()}
        for tensor in self._interpreter.get_input_details():
            self._interpreter.set_tensor(tensor["index"], np.load(input_files[tensor["name"]]))

    def run(self) -> None:
        self._interpreter.invoke()

    def outputs(self) -> dict[str, np.ndarray]:
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}
