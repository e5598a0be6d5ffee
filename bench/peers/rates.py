"""Peers by the pixels they compute in a second, for benchmarks of large images."""
from pathlib import Path

import contestant
import networks


class Peer:
    """One engine with one network loaded; an inference is worth `pixels` pixels of the image's result."""

    def __init__(self, engine: str, what: str, path: Path, pixels: int, options, threads: int):
        """Raises contestant.Unavailable."""
        import onnx
        self.engine, self.what, self.pixels, self.best, self.rss = engine, what, pixels, 0.0, 0
        graph_input = onnx.load(path).graph.input[0]
        shape = tuple(dim.dim_value for dim in graph_input.type.tensor_type.shape.dim)
        network = networks.prepare(path, options.cache, {graph_input.name: shape})
        self._process = contestant.enter(engine, network, options, threads, "f32")

    def measure(self, seconds: float) -> None:
        figures = self._process.measure(seconds)
        self.best = max(self.best, self.pixels / figures["median_ms"] / 1e3)
        self.rss = max(self.rss, figures["peak_rss_bytes"])

    def close(self) -> None:
        self._process.close()


def size_input(model, shape: list[int]) -> None:
    """Gives the network's first input these extents; what the file says of others no longer holds."""
    for dim, extent in zip(model.graph.input[0].type.tensor_type.shape.dim, shape):
        dim.Clear()
        dim.dim_value = extent
    del model.graph.value_info[:]
