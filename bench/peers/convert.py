"""Conversion of networks to the formats of ncnn and MNN, cached by content and converter version."""
import hashlib
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata, util
from pathlib import Path

from networks import Network

TIMEOUT_S = 600

# The converter of MNN's wheel as a function: its command line program `mnnconvert` also reports usage over the
# network and installs packages for that.
_MNN_CONVERT = "import sys, _tools; _tools.mnnconvert(['mnnconvert', *sys.argv[1:]])"


class ConversionError(Exception):
    """An engine's converter refused the network; the message is what it said."""


def for_engine(engine: str, network: Network, cache: Path) -> list[Path]:
    """The files that `engine` loads for `network`; the network itself where it reads that. Raises ConversionError."""
    converter = {"ncnn": _to_ncnn, "mnn": _to_mnn}.get(engine)
    return converter(network, cache) if converter else [network.fixed_model]


def _to_ncnn(network: Network, cache: Path) -> list[Path]:
    shapes = ",".join(f"[{','.join(map(str, shape))}]" for shape in network.inputs.values())
    program = Path(util.find_spec("pnnx").origin).parent / "pnnx"

    def convert(folder: Path, results: list[Path]) -> str:
        model = folder / "net.onnx"
        model.symlink_to(network.fixed_model.resolve())
        return _run([str(program), model.name, f"inputshape={shapes}", "fp16=0", f"ncnnparam={results[0]}",
                     f"ncnnbin={results[1]}"], folder)

    return _cached(network, cache, "pnnx", [".ncnn.param", ".ncnn.bin"], convert)


def _to_mnn(network: Network, cache: Path) -> list[Path]:
    def convert(folder: Path, results: list[Path]) -> str:
        return _run([sys.executable, "-c", _MNN_CONVERT, "-f", network.model.suffix[1:].upper(), "--modelFile", str(network.fixed_model.resolve()),
                     "--MNNModel", str(results[0]), "--bizCode", "peers"], folder)

    return _cached(network, cache, "MNN", [".mnn"], convert)


def _cached(network: Network, cache: Path, package: str, suffixes: list[str], convert) -> list[Path]:
    """Files NAME-KEY+suffix in `cache`, made by convert(folder, paths in that folder) unless all are there."""
    key = hashlib.sha256(network.fixed_model.read_bytes() + metadata.version(package).encode()).hexdigest()[:12]
    wanted = [cache / f"{network.name}-{key}{suffix}" for suffix in suffixes]
    if all(path.exists() for path in wanted):
        return wanted
    with tempfile.TemporaryDirectory(dir=cache) as name:
        folder = Path(name).resolve()
        results = [folder / path.name for path in wanted]
        said = convert(folder, results)
        if not all(path.exists() for path in results):
            raise ConversionError(last_line(said) or "the converter wrote nothing")
        for result, path in zip(results, wanted):
            shutil.move(result, path)
    return wanted


def _run(command: list[str], folder: Path) -> str:
    """Run a converter and return all it said. Raises ConversionError when it crashes, fails or hangs."""
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise ConversionError(f"the converter did not finish in {TIMEOUT_S} s") from None
    if done.returncode < 0:
        raise ConversionError(f"the converter crashed (signal {-done.returncode}): {last_line(done.stdout)}")
    if done.returncode > 0:
        raise ConversionError(last_line(done.stdout) or f"the converter failed (exit code {done.returncode})")
    return done.stdout


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
