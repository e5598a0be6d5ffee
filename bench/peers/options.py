"""The command line of bench/peers."""
import argparse
import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ENGINES = ("convoy", "onnxruntime", "openvino", "ncnn", "mnn", "litert")
REFERENCE_ENGINES = {".onnx": "onnxruntime", ".tflite": "litert"}    # by format of the network


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line; wrong usage exits with code 2."""
    build = PROJECT / "build"
    parser = argparse.ArgumentParser(
        prog="bench/peers/run", formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        description="Latency and memory of Convoy beside its peers, on the same networks, interleaved in one run.")
    parser.add_argument("paths", nargs="*", metavar="MODEL", type=Path,
                        help="ONNX or TFLite files or folders of them (default: the float networks of --models and of build/nets)")
    parser.add_argument("--models", type=Path, default=PROJECT.parent / "shared" / "models" / "models",
                        help="folder of networks used when no MODEL is given")
    parser.add_argument("--filter", default="*", metavar="GLOB", help="only networks whose name matches")
    parser.add_argument("--shape", action="append", default=[], type=_shape, metavar="NAME=1x3x224x224",
                        help="shape of an input with symbolic dimensions; repeatable")
    parser.add_argument("--engines", type=_engines, default=list(ENGINES), metavar="A,B,...", help="what to run")
    parser.add_argument("--threads", type=_positive_list, default=[1], metavar="N,N,...", help="thread counts")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32",
                        help="of every engine; those that do not have it are left out")
    parser.add_argument("--rounds", type=int, default=5, help="rounds; every engine runs once in each")
    parser.add_argument("--seconds", type=float, default=2.0, help="seconds an engine runs in a round")
    parser.add_argument("--out", type=Path, default=build / "peers-results", help="folder of the results")
    parser.add_argument("--cache", type=Path, default=build / "peers-models", help="folder of converted models and inputs")
    parser.add_argument("--venv", type=Path, default=build / "peers-venv", help="the peers' virtual environment")
    parser.add_argument("--convoy", type=Path, default=build / "release" / "bin" / "convoy", help="the convoy program")
    parser.add_argument("--resume", action="store_true", help="keep what --out holds and measure only what is missing")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("--rounds and --seconds must be positive")
    usable = len(os.sched_getaffinity(0))
    if max(options.threads) > usable:
        parser.error(f"--threads {max(options.threads)}: this process may use {usable} cores")
    return options


def _engines(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in ENGINES]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown engine {', '.join(unknown)}; there are {', '.join(ENGINES)}")
    return names


def _positive_list(text: str) -> list[int]:
    try:
        counts = [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of numbers") from None
    if min(counts) < 1:
        raise argparse.ArgumentTypeError("thread counts start at 1")
    return counts


def _shape(text: str) -> tuple[str, tuple[int, ...]]:
    name, _, dims = text.rpartition("=")
    try:
        return name, tuple(int(dim) for dim in dims.split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=1x3x224x224") from None
