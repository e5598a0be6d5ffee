"""From samples to figures: latency, ratio to the best peer, geometric means, agreement of outputs, fairness."""
import math
import statistics
from pathlib import Path

import numpy as np

from schedule import SETTLE_S

# Of max|difference| / max|reference|, by precision; the reference is f32. Above TOLERANCE outputs are marked; the engine
# still counts, since f32 Winograd alone can reach that. Above WRONG it computed something else, and neither its time nor
# its memory counts.
TOLERANCE = {"f32": 1e-3, "bf16": 5e-2}
WRONG = {"f32": 5e-2, "bf16": 3e-1}
DESKTOP_PEERS = ("onnxruntime", "openvino")
IDLE_LIMIT = 0.05          # share of a core an engine may burn while another is measured, after settling
EXTRA_CPU_LIMIT = 0.15     # cores used beyond the thread count before it is worth a warning


def latency(samples: list[dict]) -> dict:
    """Figures of one engine: median of the rounds' medians, smallest run of all, largest peak of memory."""
    return {"median_ms": statistics.median(sample["median_ms"] for sample in samples),
            "min_ms": min(sample["min_ms"] for sample in samples),
            "peak_rss_bytes": max(sample.get("peak_rss_bytes") or 0 for sample in samples) or None}


def ratio(engines: dict[str, dict], peers: list[str]) -> float | None:
    """Median over rounds of (fastest of `peers` in the round) / (Convoy in the round): above 1, Convoy is faster.

    Peers with wrong outputs do not count. None without Convoy or without a peer.
    """
    peers = [name for name in peers if counts(engines.get(name))]
    if not counts(engines.get("convoy")) or not peers:
        return None
    return statistics.median(min(engines[name]["rounds"][number]["median_ms"] for name in peers) / ours["median_ms"]
                             for number, ours in enumerate(engines["convoy"]["rounds"]))


def best_peer(engines: dict[str, dict]) -> str | None:
    """The fastest peer by its figure, None if none ran."""
    return min((name for name in engines if name != "convoy" and counts(engines[name])),
               key=lambda name: engines[name]["median_ms"], default=None)


def counts(engine: dict | None) -> bool:
    """Whether the engine ran and computed the right thing, as far as there was a reference."""
    return engine is not None and "median_ms" in engine and not engine.get("wrong", False)


def geometric_mean(values: list[float]) -> float | None:
    return math.exp(statistics.fmean(map(math.log, values))) if values else None


def agreement(outputs: Path, reference: Path | None, precision: str) -> dict:
    """How far `outputs` are from `reference`, both .npz files, and the verdict; empty without a reference."""
    if reference is None:
        return {}
    found = difference(outputs, reference)
    return {"difference": found if math.isfinite(found) else None, "agrees": found <= TOLERANCE[precision],
            "wrong": found > WRONG[precision]}


def difference(outputs: Path, reference: Path) -> float:
    """max|difference| / max|reference|, the largest over the outputs of two .npz files; inf if they do not compare."""
    found, wanted = np.load(outputs), np.load(reference)
    return max((_difference(found[name] if name in found.files else None, wanted[name]) for name in wanted.files),
               default=0.0)


def _difference(found: np.ndarray | None, wanted: np.ndarray) -> float:
    if found is None or found.size != wanted.size:
        return math.inf
    found, wanted = found.astype(np.float64).ravel(), wanted.astype(np.float64).ravel()
    if not np.isfinite(found).all():
        return math.inf
    scale = np.abs(wanted).max(initial=0.0)
    return float(np.abs(found - wanted).max(initial=0.0) / (scale or 1.0))


def fairness_warnings(engines: dict[str, dict], threads: int) -> list[str]:
    """Engines that burned processor time while waiting, or used more cores than they were given."""
    warnings = []
    for name, engine in engines.items():
        rounds = [sample for sample in engine.get("rounds", []) if "idle_s" in sample]
        if not rounds:
            continue
        idle = max((sample["idle_cpu_s"] - SETTLE_S) / sample["idle_s"] for sample in rounds)
        used = max(sample["cpus_used"] for sample in rounds)
        if idle > IDLE_LIMIT:
            warnings.append(f"{name} used {idle:.0%} of a core while it had to be idle")
        if used > threads + EXTRA_CPU_LIMIT:
            warnings.append(f"{name} used {used:.2f} cores with {threads} threads")
    return warnings
