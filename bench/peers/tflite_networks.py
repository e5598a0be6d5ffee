"""Inputs and outputs of TFLite networks, as LiteRT reads them."""
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def describe(model: Path) -> tuple[dict[str, tuple[tuple[int, ...], np.dtype]], list[str]]:
    """The inputs (name -> shape, type) and the outputs' names. Raises ValueError for an unreadable file."""
    interpreter = Interpreter(str(model))
    inputs = {tensor["name"]: (tuple(int(size) for size in tensor["shape"]), np.dtype(tensor["dtype"]))
              for tensor in interpreter.get_input_details()}
    return inputs, [tensor["name"] for tensor in interpreter.get_output_details()]
