"""The order of measurement: rounds in which every contestant runs once, alone, in an order that rotates."""
import time

from contestant import Unavailable

SETTLE_S = 0.1    # between two contestants, for threads that spin a little after their last run


def measure(contestants: list, rounds: int, seconds: float) -> tuple[dict[str, list[dict]], dict[str, str]]:
    """Measure all contestants; returns the samples of each by round, and the reasons of those that failed.

    Alternating within a round exposes all of them to the same state of the machine, so ratios are taken per round.
    A contestant that fails drops out with its samples.
    """
    samples = {contestant.name: [] for contestant in contestants}
    failed = {}
    for number in range(rounds):
        first = number % max(len(contestants), 1)
        for contestant in contestants[first:] + contestants[:first]:
            if contestant.name in failed:
                continue
            time.sleep(SETTLE_S)
            try:
                samples[contestant.name].append(contestant.measure(seconds))
            except Unavailable as reason:
                failed[contestant.name] = str(reason)
                del samples[contestant.name]
    return samples, failed
