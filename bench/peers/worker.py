"""One engine with one network in a process of its own: reads commands as JSON lines, answers in JSON lines.

Started as `worker.py ENGINE THREADS PRECISION`. Commands, by "do":

    load     files, input_files, outputs      make the network ready
    outputs  to                               run once, save the outputs as an .npz
    measure  seconds                          warm up, run for so long, answer latencies

Every answer has "ok" and either the result or "error". Between commands the process only waits for its standard
input; what its threads burn meanwhile is reported as idle_cpu_s with the next measurement.
"""
import gc
import importlib
import json
import os
import re
import statistics
import sys
import time
from pathlib import Path

import numpy as np

MINIMUM_RUNS = 3
WARM_UP_SHARE = 0.2


def main() -> None:
    answers = _claim_stdout()
    name, threads, precision = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    worker = Worker()
    _answer(answers, lambda: worker.start(name, threads, precision))
    for line in sys.stdin:
        command = json.loads(line)
        _answer(answers, lambda: getattr(worker, command.pop("do"))(**command))


class Worker:
    """Holds the engine and carries out the commands."""

    def start(self, name: str, threads: int, precision: str) -> dict:
        from engines import PEERS
        interpreter = _memory("VmRSS")
        self._engine = importlib.import_module(PEERS[name].module).Engine(threads, precision)
        self._idle_since = _now()
        return {"interpreter_rss_bytes": interpreter, "imported_rss_bytes": _memory("VmRSS")}

    def load(self, files: list[str], input_files: dict[str, str], outputs: list[str]) -> dict:
        began = time.perf_counter()
        self._engine.load([Path(file) for file in files], {k: Path(v) for k, v in input_files.items()}, outputs)
        return {"load_s": time.perf_counter() - began}

    def outputs(self, to: str) -> dict:
        self._engine.run()
        np.savez(to, **self._engine.outputs())
        self._idle_since = _now()
        return {}

    def measure(self, seconds: float) -> dict:
        idle_s, idle_cpu_s = (now - before for now, before in zip(_now(), self._idle_since))
        _time_runs(self._engine.run, seconds * WARM_UP_SHARE, 1)
        wall, cpu = _now()
        times = _time_runs(self._engine.run, seconds, MINIMUM_RUNS)
        self._idle_since = _now()
        return {"median_ms": statistics.median(times) / 1e6, "min_ms": min(times) / 1e6, "runs": len(times),
                "cpus_used": (self._idle_since[1] - cpu) / (self._idle_since[0] - wall),
                "idle_s": idle_s, "idle_cpu_s": idle_cpu_s, "peak_rss_bytes": _memory("VmHWM")}


def _time_runs(run, seconds: float, least: int) -> list[int]:
    """Nanoseconds of each call of `run`, made for `seconds` and at least `least` times."""
    times = []
    gc.disable()
    clock = time.perf_counter_ns
    deadline = clock() + int(seconds * 1e9)
    while True:
        began = clock()
        run()
        ended = clock()
        times.append(ended - began)
        if ended >= deadline and len(times) >= least:
            gc.enable()
            return times


def _now() -> tuple[float, float]:
    """Wall clock and processor time of all threads of this process, in seconds."""
    return time.perf_counter(), time.process_time()


def _memory(field: str) -> int:
    """A memory figure of this process in bytes. VmHWM, unlike ru_maxrss, does not include the parent's memory."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"^{field}:\s*(\d+) kB", status, re.MULTILINE)[1]) * 1024


def _claim_stdout():
    """A stream on the original standard output for answers; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _answer(stream, action) -> None:
    try:
        answer = {"ok": True, **action()}
    except Exception as error:    # whatever a library raises is this engine's answer
        answer = {"ok": False, "error": f"{error}".strip() or type(error).__name__}
    stream.write(json.dumps(answer) + "\n")
    stream.flush()


if __name__ == "__main__":
    main()
