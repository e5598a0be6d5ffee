"""Runs the benchmark: for every network and thread count, all engines interleaved; writes results as it goes."""
import os
import sys
import tempfile
from pathlib import Path

import chart
import contestant
import figures
import machine
import networks
import options as command_line
import report
import schedule
from engines import LABELS, PEERS
from results import Results


def main() -> int:
    options = command_line.parse(sys.argv[1:])
    if "convoy" in options.engines and not os.access(options.convoy, os.X_OK):
        print(f"convoy is left out: there is no program at {options.convoy} (build it, or give --convoy)")
        options.engines = [name for name in options.engines if name != "convoy"]
    options.engines = [name for name in options.engines if name == "convoy" or options.precision in PEERS[name].precisions]
    try:
        models = networks.find(options.paths or _default_folders(options), options.filter)
    except FileNotFoundError as error:
        sys.exit(f"bench/peers: {error}")
    if not models or not options.engines:
        sys.exit("bench/peers: nothing to measure; give models, or check --models, --filter and --engines")
    if repeated := {model.stem for model in models if [other.stem for other in models].count(model.stem) > 1}:
        sys.exit(f"bench/peers: several networks are called {', '.join(sorted(repeated))}")
    options.out.mkdir(parents=True, exist_ok=True)
    results = Results(options.out / "results.json", machine.facts(options.engines, options.convoy), _settings(options))
    if options.resume:
        results.load()
    for threads in options.threads:
        for model in models:
            if not results.has(model.stem, threads):
                results.add(_measure(model, threads, options))
                results.save()
                report.write(options.out, results)
    report.write(options.out, results)
    chart.write_all(options.out, results)
    print(f"results: {options.out / 'results.md'}")
    return 0


def _default_folders(options) -> list[Path]:
    return [folder for folder in (options.models, command_line.PROJECT / "build" / "nets") if folder.is_dir()]


def _settings(options) -> dict:
    return {"engines": options.engines, "precision": options.precision, "rounds": options.rounds, "seconds": options.seconds}


def _measure(model: Path, threads: int, options) -> dict:
    """The record of one network at one thread count; engines that cannot run it are in it with the reason."""
    record = {"network": model.stem, "threads": threads, "engines": {}}
    try:
        network = networks.prepare(model, options.cache, dict(options.shape))
    except networks.Unsuitable as reason:
        print(f"{model.stem}: {reason}", flush=True)
        return record | {"unsuitable": str(reason)}
    record["inputs"] = {name: list(shape) for name, shape in network.inputs.items()}
    entered = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            record["engines"] = _enter_all(network, threads, options, Path(folder), entered)
        samples, failed = schedule.measure(entered, options.rounds, options.seconds)
        for contender in entered:
            engine = record["engines"][contender.name]
            engine |= contender.facts
            if contender.name in failed:
                engine["unavailable"] = failed[contender.name]
            else:
                engine |= figures.latency(samples[contender.name]) | {"rounds": samples[contender.name]}
    finally:
        for contender in entered:
            contender.close()
    _summarise(record)
    _print(record)
    return record


def _enter_all(network: networks.Network, threads: int, options, folder: Path, entered: list) -> dict[str, dict]:
    """Start the engines, appending those that run to `entered`, and compare their outputs with the reference's."""
    reference = folder / "reference.npz"
    try:
        worker = contestant.enter(command_line.REFERENCE_ENGINES[network.model.suffix], network, options, threads,
                                  precision="f32")
        try:
            worker.outputs(reference)
        finally:
            worker.close()
    except contestant.Unavailable:
        reference = None
    found = {}
    for name in options.engines:
        outputs = folder / f"{name}.npz"
        try:
            contender = contestant.enter(name, network, options, threads, options.precision)
            entered.append(contender)
            contender.outputs(outputs)
            found[name] = figures.agreement(outputs, reference, options.precision)
        except contestant.Unavailable as reason:
            found[name] = {"unavailable": str(reason)}
            for failed in [other for other in entered if other.name == name]:
                failed.close()
                entered.remove(failed)
    return found


def _summarise(record: dict) -> None:
    engines = record["engines"]
    record["best_peer"] = figures.best_peer(engines)
    record["ratio_best"] = figures.ratio(engines, list(PEERS))
    record["ratio_desktop"] = figures.ratio(engines, list(figures.DESKTOP_PEERS))
    record["warnings"] = figures.fairness_warnings(engines, record["threads"])


def _print(record: dict) -> None:
    parts = [f"{LABELS[name]} " + (f"{report.ms(engine['median_ms'])} ms" if "median_ms" in engine else "n/a")
             for name, engine in record["engines"].items()]
    ratio = f", ratio {record['ratio_best']:.2f}" if record["ratio_best"] else ""
    print(f"{record['network']} ({record['threads']}t): {', '.join(parts)}{ratio}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nbench/peers: interrupted; --resume continues with the networks not measured yet")
