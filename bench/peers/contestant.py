"""What takes part in a measurement: a peer in its worker process, or Convoy through its command line.

Both offer `outputs(to)`, `measure(seconds)` and `close()`, and raise Unavailable when the engine cannot go on.
"""
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import convert
from engines import PEERS
from networks import Network

HERE = Path(__file__).resolve().parent
ANSWER_TIMEOUT_S = 600    # a peer that has not loaded or run a network by then counts as hung


class Unavailable(Exception):
    """The engine cannot run this network; the message is the reason shown in the tables."""


class WorkerProcess:
    """A peer with one network loaded, alive from construction to close()."""

    def __init__(self, engine: str, network: Network, files: list[Path], threads: int, precision: str):
        """Start the process and load the network. Raises Unavailable."""
        self.name = engine
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-B", str(HERE / "worker.py"), engine, str(threads), precision], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._errors, env=os.environ | {"OMP_NUM_THREADS": str(threads)})
        try:
            self.facts = self._answer()
            self.facts |= self._ask(do="load", files=[str(file) for file in files], outputs=network.outputs,
                                    input_files={name: str(file) for name, file in network.input_files.items()})
        except BaseException:
            self.close()
            raise

    def outputs(self, to: Path) -> None:
        """Run once and save the outputs as an .npz."""
        self._ask(do="outputs", to=str(to))

    def measure(self, seconds: float) -> dict:
        """Run for `seconds`; see worker.py for the figures."""
        return self._ask(do="measure", seconds=seconds)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _ask(self, **command) -> dict:
        try:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass    # the process is gone; _answer says how
        return self._answer()

    def _answer(self) -> dict:
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(ANSWER_TIMEOUT_S):
                raise Unavailable(f"no answer in {ANSWER_TIMEOUT_S} s")
        line = self._process.stdout.readline()
        if not line:
            raise Unavailable(_how_it_ended(self._process.wait(), self._said()))
        answer = json.loads(line)
        if not answer.pop("ok"):
            raise Unavailable(_first_line(answer["error"]))
        return answer

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")


class ConvoyProgram:
    """Convoy; every call is a run of the program, its compilation outside the measured time."""

    name = "convoy"

    def __init__(self, program: Path, network: Network, threads: int, precision: str):
        self._program = program
        self._network = network
        self._common = ["--threads", str(threads), "--precision", precision]
        if network.symbolic:
            for name, shape in network.inputs.items():
                self._common += ["--shape", f"{name}={'x'.join(map(str, shape))}"]
        self.facts = {}

    def outputs(self, to: Path) -> None:
        inputs = [part for name, file in self._network.input_files.items() for part in ("--input", f"{name}={file}")]
        self._call("run", *inputs, "--output", str(to))

    def measure(self, seconds: float) -> dict:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "bench.json"
            self._call("bench", "--seconds", str(seconds), "--json", str(file))
            try:
                figures = json.loads(file.read_text())
                latency, memory = figures["latency_ms"], figures.get("memory", {})
                self.facts |= {key: figures[key] for key in ("target", "tuned", "compile_s", "gmac") if key in figures}
                return {"median_ms": latency["median"], "min_ms": latency["min"], "runs": latency.get("runs"),
                        "peak_rss_bytes": memory.get("peak_rss_bytes")}
            except (OSError, ValueError, KeyError) as error:
                raise Unavailable(f"convoy bench --json: {type(error).__name__}: {error}") from None

    def close(self) -> None:
        pass

    def _call(self, command: str, *arguments: str) -> None:
        line = [str(self._program), command, str(self._network.model), *arguments, *self._common]
        try:
            done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  text=True, errors="replace", timeout=ANSWER_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise Unavailable(f"convoy {command} did not finish in {ANSWER_TIMEOUT_S} s") from None
        if done.returncode != 0:
            raise Unavailable(f"convoy {command}: " + _how_it_ended(done.returncode, done.stderr))


def enter(engine: str, network: Network, options, threads: int, precision: str) -> WorkerProcess | ConvoyProgram:
    """Make `engine` ready to run `network`, converting the network first if needed. Raises Unavailable."""
    if engine == "convoy":
        return ConvoyProgram(options.convoy, network, threads, precision)
    if network.model.suffix not in PEERS[engine].formats:
        raise Unavailable(f"reads no {network.model.suffix} files")
    try:
        files = convert.for_engine(engine, network, options.cache)
    except convert.ConversionError as error:
        raise Unavailable(f"conversion: {error}") from None
    return WorkerProcess(engine, network, files, threads, precision)


def _how_it_ended(code: int, said: str) -> str:
    """Why a process ended with `code`, from its own last words where there are some."""
    if code < 0:
        return f"crashed ({signal.Signals(-code).name})"
    return convert.last_line(said) or f"exit code {code}"


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:200]
