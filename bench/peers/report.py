"""results.md: latency and memory tables for each thread count, then reasons, disagreements and warnings."""
import math
from pathlib import Path

import figures
import results
from engines import LABELS

READING = """\
Latency in ms of one inference, batch and shape as the network's reference input: median over rounds of the round's
median, smallest single run in brackets. **Bold**: the fastest. Ratio: (best peer) / (Convoy), taken in each round, median
over rounds; above 1 Convoy is faster. `!=` marks outputs that differ from ONNX Runtime's by more than {tolerance:g} of the
largest value, with the difference; above {wrong:g} they are wrong and the engine counts neither as best peer nor in a ratio.
"""
MEMORY_READING = """\
Peak resident memory of the engine's process in MiB; in brackets the part beyond the Python interpreter that runs
the peers. Ratio: (smallest peer, part in brackets) / (Convoy, whole process); above 1 Convoy needs less.
"""


def write(folder: Path, run: results.Results) -> None:
    """Write results.md into `folder`."""
    parts = ["# Convoy beside its peers", _header(run)]
    for threads in sorted({record["threads"] for record in run.records}):
        records = [record for record in run.records if record["threads"] == threads]
        parts += [f"## {threads} thread{'s' if threads > 1 else ''}", _latency_table(records, run.settings["engines"]),
                  _means(records), f"### Memory, {threads} thread{'s' if threads > 1 else ''}",
                  _memory_table(records, run.settings["engines"]), _notes(records)]
    precision = run.settings["precision"]
    reading = [READING.format(tolerance=figures.TOLERANCE[precision], wrong=figures.WRONG[precision]), MEMORY_READING]
    results.write(folder / "results.md", "\n\n".join(part.strip() for part in parts[:2] + reading + parts[2:] if part) + "\n")


def _header(run: results.Results) -> str:
    machine, settings = run.machine, run.settings
    versions = ", ".join(f"{LABELS[name]} {version}" for name, version in machine["versions"].items())
    return "\n".join([
        f"- machine: {machine['cpu']}, {machine['architecture']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['kernel']}",
        f"- instruction sets: {' '.join(machine['isa'])}",
        f"- engines: {versions}",
        f"- {settings['precision']} everywhere, {settings['rounds']} rounds of {settings['seconds']:g} s per engine, "
        "engines interleaved and rotated",
        f"- date: {machine['date']}"])


def _table(head: list[str], rows: list[list[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rows])


def _latency_table(records: list[dict], engines: list[str]) -> str:
    head = ["network", *(LABELS[name] for name in engines), "best peer", "ratio to best", "to ORT/OpenVINO"]
    return _table(head, [_latency_row(record, engines) for record in records])


def _latency_row(record: dict, engines: list[str]) -> list[str]:
    ran = record["engines"]
    fastest = min((name for name in ran if figures.counts(ran[name])), key=lambda name: ran[name]["median_ms"], default=None)
    best = record.get("best_peer")
    return [record["network"], *(_latency_cell(ran.get(name), name == fastest) for name in engines),
            LABELS[best] if best else "-", _ratio(record.get("ratio_best")), _ratio(record.get("ratio_desktop"))]


def _latency_cell(engine: dict | None, fastest: bool) -> str:
    if engine is None or "median_ms" not in engine:
        return f"n/a ({_short(engine['unavailable'])})" if engine else "n/a"
    figure = f"**{ms(engine['median_ms'])}**" if fastest else ms(engine["median_ms"])
    mark = "" if engine.get("agrees", True) else f" != {_size(engine['difference'])}"
    return f"{figure} ({ms(engine['min_ms'])}){mark}"


def _means(records: list[dict]) -> str:
    """One line for each geometric mean of the ratios, empty when Convoy did not run."""
    lines = []
    for key, against in (("ratio_desktop", "the better of ONNX Runtime and OpenVINO"), ("ratio_best", "the best of all peers")):
        ratios = [record[key] for record in records if record.get(key)]
        if ratios:
            wins = sum(value >= 1 for value in ratios)
            lines.append(f"- geometric mean of the ratios to {against}: **{figures.geometric_mean(ratios):.2f}** "
                         f"({len(ratios)} networks, {wins} at or above 1, smallest {min(ratios):.2f})")
    return "\n".join(lines)


def _memory_table(records: list[dict], engines: list[str]) -> str:
    rows = [[record["network"], *(_memory_cell(record["engines"].get(name)) for name in engines), _ratio(_memory_ratio(record))]
            for record in records if record["engines"]]
    return _table(["network", *(LABELS[name] for name in engines), "ratio"], rows)


def _memory_cell(engine: dict | None) -> str:
    if engine is None or not engine.get("peak_rss_bytes"):
        return "n/a"
    own = f" ({_mib(_own_bytes(engine))})" if "interpreter_rss_bytes" in engine else ""
    return _mib(engine["peak_rss_bytes"]) + own


def _memory_ratio(record: dict) -> float | None:
    ran = {name: engine for name, engine in record["engines"].items() if figures.counts(engine)}
    ours = ran.pop("convoy", {}).get("peak_rss_bytes")
    return min(map(_own_bytes, ran.values())) / ours if ours and ran else None


def _own_bytes(engine: dict) -> int:
    return max(engine["peak_rss_bytes"] - engine["interpreter_rss_bytes"], 0)


def _notes(records: list[dict]) -> str:
    lines = []
    for record in records:
        if "unsuitable" in record:
            lines.append(f"- {record['network']}: {record['unsuitable']}")
        for name, engine in record["engines"].items():
            if "unavailable" in engine:
                lines.append(f"- {record['network']}, {LABELS[name]}: {engine['unavailable']}")
            elif not engine.get("agrees", True):
                lines.append(f"- {record['network']}, {LABELS[name]}: outputs differ: {_size(engine['difference'])}")
        lines += [f"- {record['network']}: {warning}" for warning in record.get("warnings", [])]
    return "### Notes\n\n" + "\n".join(lines) if lines else ""


def _short(reason: str) -> str:
    return (reason if len(reason) <= 40 else reason[:37] + "...").replace("|", "/")


def ms(value: float) -> str:
    """Three significant digits, never an exponent."""
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f}"


def _ratio(value: float | None) -> str:
    return f"{value:.2f}" if value else "-"


def _size(difference: float | None) -> str:
    return "(size or NaN)" if difference is None else f"{difference:.1e}"
