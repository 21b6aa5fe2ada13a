"""The measurement: in each round every rival starts, looks at every picture, and ends; the order changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.rivals.pictures import Picture
from benchmarks.rivals.process import Answer, Memory, start
from benchmarks.rivals.rivals import Rival


@dataclass(frozen=True, slots=True)
class Round:
    """What one rival did in one round.

    Attributes:
        start_seconds: from the start of its process to its first answer: what is loaded only then is in it.
        memory: of its process at the end.
        answers: one for each picture; the first picture with a face, or the first one if none
            has any, is asked about a second time for it.
    """

    start_seconds: float
    memory: Memory
    answers: tuple[Answer, ...]


def measure(
    rivals: Sequence[Rival],
    pictures: Sequence[Picture],
    rounds: int,
    logs: Path,
    answered: Callable[[Rival], None],
) -> dict[str, list[Round]]:
    """Measure the rivals; only one of them runs at a time.

    Args:
        rivals: whose environments are installed.
        pictures: at least one.
        rounds: how often.
        logs: folder for what they print.
        answered: is called after each answer.

    Returns:
        By the key of the rival, its rounds.

    Raises:
        BenchmarkError: a rival does not start or stops answering.
    """
    measured: dict[str, list[Round]] = defaultdict(list)
    for number in range(rounds):
        first = number % len(rivals)
        for rival in (*rivals[first:], *rivals[:first]):
            measured[rival.key].append(_round(rival, pictures, logs, answered))
    return measured


def _round(
    rival: Rival, pictures: Sequence[Picture], logs: Path, answered: Callable[[Rival], None]
) -> Round:
    # Some load a network only when there is a face to show it.
    first = next((picture for picture in pictures if picture.faces), pictures[0])
    command = rival.environment.command(rival.program, *rival.arguments)
    with start(rival.key, command, logs / f"{rival.key}.log") as running:
        running.ask(first.decoded)
        start_seconds = perf_counter() - running.started
        answers = []
        for picture in pictures:
            answers.append(running.ask(picture.decoded))
            answered(rival)
        return Round(start_seconds, running.memory(), tuple(answers))
