"""ncnn: f32 storage and arithmetic, Winograd, GEMM and packed layouts on, pooled memory."""
from pathlib import Path

import ncnn
import numpy as np


class Engine:
    def __init__(self, threads: int, precision: str):
        self._net = ncnn.Net()
        self._pools = (ncnn.UnlockedPoolAllocator(), ncnn.PoolAllocator())
        option = self._net.opt
        option.num_threads = threads
        option.blob_allocator, option.workspace_allocator = self._pools
        option.lightmode = True
        for name in ("use_winograd_convolution", "use_winograd23_convolution", "use_winograd43_convolution",
                     "use_winograd63_convolution", "use_sgemm_convolution", "use_packing_layout"):
            setattr(option, name, True)
        for name in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_packed",
                     "use_bf16_storage", "use_vulkan_compute"):
            setattr(option, name, False)

    def load(self, files: list[Path], input_files: dict[str, Path], outputs: list[str]) -> None:
        parameters, weights = files
        unknown = _unknown_layers(parameters)
        if unknown:
            raise RuntimeError(f"no ncnn layer for {', '.join(unknown)}")
        if self._net.load_param(str(parameters)) != 0 or self._net.load_model(str(weights)) != 0:
            raise RuntimeError("ncnn cannot load the converted network")
        # pnnx names blobs in0, in1, ... and out0, out1, ... in the order of the ONNX network.
        self._inputs = {f"in{i}": ncnn.Mat(np.load(file), batch_index=0).clone()
                        for i, file in enumerate(input_files.values())}
        self._outputs = {f"out{i}": name for i, name in enumerate(outputs)}

    def run(self) -> None:
        extractor = self._net.create_extractor()
        for blob, mat in self._inputs.items():
            extractor.input(blob, mat)
        self._results = {}
        for blob in self._outputs:
            code, self._results[blob] = extractor.extract(blob)
            if code != 0:
                raise RuntimeError(f"ncnn cannot compute '{self._outputs[blob]}' (code {code})")

    def outputs(self) -> dict[str, np.ndarray]:
        return {self._outputs[blob]: mat.numpy(batch_index=0).copy() for blob, mat in self._results.items()}


def _unknown_layers(parameters: Path) -> list[str]:
    """Layer types in a .param file that ncnn does not have; pnnx leaves what it cannot translate under its own name."""
    types = {line.split()[0] for line in parameters.read_text().splitlines()[2:] if line.strip()}
    return sorted(kind for kind in types if ncnn.layer_to_index(kind) < 0)
