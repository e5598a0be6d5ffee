"""MNN: CPU backend at high precision, session interface."""
from pathlib import Path

import MNN
import numpy as np


class Engine:
    def __init__(self, threads: int, precision: str):
        self._settings = {"backend": "CPU", "precision": "high", "numThread": threads}

    def load(self, files: list[Path], input_files: dict[str, Path], outputs: list[str]) -> None:
        self._interpreter = MNN.Interpreter(str(files[0]))
        self._session = self._interpreter.createSession(self._settings)
        self._names = outputs
        self._inputs = {name: _host_tensor(np.load(file)) for name, file in input_files.items()}
        tensors = self._interpreter.getSessionInputAll(self._session)
        for name, data in self._inputs.items():
            if tuple(tensors[name].getShape()) != data.getShape():
                self._interpreter.resizeTensor(tensors[name], data.getShape())
        self._interpreter.resizeSession(self._session)
        self._tensors = self._interpreter.getSessionInputAll(self._session)

    def run(self) -> None:
        # A session reuses its inputs' memory for later tensors, so they have to be written before every run.
        for name, data in self._inputs.items():
            self._tensors[name].copyFrom(data)
        self._interpreter.runSession(self._session)

    def outputs(self) -> dict[str, np.ndarray]:
        return {name: self._output(name) for name in self._names}

    def _output(self, name: str) -> np.ndarray:
        tensor = self._interpreter.getSessionOutput(self._session, name)
        host = _host_tensor(np.zeros(tensor.getShape(), np.float32))
        tensor.copyToHostTensor(host)
        return np.array(host.getNumpyData(), copy=True)


def _host_tensor(data: np.ndarray) -> MNN.Tensor:
    return MNN.Tensor(data.shape, MNN.Halide_Type_Float, data, MNN.Tensor_DimensionType_Caffe)
