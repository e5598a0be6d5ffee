"""ratios-Nt.png and .svg: how Convoy compares with the best peer on every network."""
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import figures
from engines import LABELS
from results import Results

AHEAD, BEHIND, MARK = "#2a7f62", "#b5473c", "#1f2430"


def write_all(folder: Path, run: Results) -> None:
    """One chart for each thread count that has ratios; none without Convoy."""
    for threads in sorted({record["threads"] for record in run.records}):
        records = [record for record in run.records if record["threads"] == threads and record.get("ratio_best")]
        if records:
            _write(folder / f"ratios-{threads}t", sorted(records, key=lambda record: record["ratio_best"]), threads, run)


def _write(stem: Path, records: list[dict], threads: int, run: Results) -> None:
    """A bar a network, smallest ratio at the bottom, with its value and the best peer on the right."""
    ratios = [record["ratio_best"] for record in records]
    desktop = [record["ratio_desktop"] for record in records]
    rows = range(len(records))
    figure, axes = plt.subplots(figsize=(9, 1.9 + 0.32 * len(records)), layout="constrained")
    axes.barh(rows, ratios, height=0.66, color=[AHEAD if ratio >= 1 else BEHIND for ratio in ratios])
    shown = [(value, row) for value, row in zip(desktop, rows) if value]
    axes.scatter([value for value, _ in shown], [row for _, row in shown], marker="D", s=22, facecolor="white",
                 edgecolor=MARK, zorder=3, label="against the better of ONNX Runtime and OpenVINO")
    axes.axvline(1.0, color=MARK, linewidth=1.2)
    edge = max(ratios + [value for value, _ in shown] + [1.0])
    for row, record in zip(rows, records):
        axes.text(1.01, row, f"{record['ratio_best']:.2f}  {LABELS[record['best_peer']]}", va="center", fontsize=8,
                  transform=axes.get_yaxis_transform())
    axes.set_yticks(list(rows), [record["network"] for record in records], fontsize=8)
    axes.set_xlim(0, edge * 1.05)
    axes.set_ylim(-0.6, len(records) - 0.4)
    axes.set_xlabel("best peer's latency / Convoy's latency (right of 1: Convoy is faster)", fontsize=9)
    axes.set_title(f"Convoy beside the best peer, {threads} thread{'s' if threads > 1 else ''}, {run.settings['precision']}: "
                   f"geometric mean {figures.geometric_mean(ratios):.2f}\n{run.machine['cpu']}, {run.machine['date']}",
                   fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower left", fontsize=8, frameon=False)
    for suffix in (".png", ".svg"):
        figure.savefig(stem.with_name(stem.name + suffix), dpi=150)
    plt.close(figure)
