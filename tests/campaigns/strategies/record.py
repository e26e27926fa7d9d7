"""What the tasks themselves recorded of the requests that reached them, and what was seen of the weights meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PRODUCTION, TEST = "production", "test"


@dataclass(frozen=True)
class Request:
    """One request that reached a task of a commit. `at` is in seconds since 1970."""

    at: float
    sha: str
    kind: str
    status: int
    path: str


@dataclass(frozen=True)
class Look:
    """One look at a deployment, which took from `began` to `at`: green's percentage of production, stage, status."""

    began: float
    at: float
    percent: float
    stage: str = ""
    status: str = ""
    deployment: str = ""


@dataclass(frozen=True)
class Share:
    """How many production requests came while green had a weight, and how many of them reached it."""

    percent: float
    requests: int
    green: int


def read(directory: Path) -> list[Request]:
    """Read the records of all tasks, oldest request first."""
    found = []
    for file in directory.glob("*.tsv"):
        sha = file.name.partition(".")[0]
        for line in file.read_text(encoding="utf-8").splitlines():
            at, kind, status, path = line.split("\t")
            found.append(Request(float(at), sha, kind, int(status), path))
    return sorted(found, key=lambda request: request.at)


def count(requests: Sequence[Request], sha: str, kind: str) -> int:
    """Return how many requests of a kind reached a commit's tasks."""
    return sum(request.sha == sha and request.kind == kind for request in requests)


def shares(requests: Sequence[Request], looks: Sequence[Look], green: str, margin: float = 1.0) -> list[Share]:
    """Return the share of green for each weight, in order of the weights.

    A request counts for a weight that was seen `margin` seconds before it and after it, and at all looks between.
    """
    spans: list[tuple[float, float, float]] = []
    for look in looks:
        if spans and spans[-1][2] == look.percent:
            spans[-1] = (spans[-1][0], look.began, look.percent)
        else:
            spans.append((look.at, look.at, look.percent))
    totals: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for request in requests:
        for since, until, percent in spans:
            if request.kind == PRODUCTION and since + margin <= request.at <= until - margin:
                totals[percent][0] += 1
                totals[percent][1] += request.sha == green
    return [Share(percent, *counts) for percent, counts in sorted(totals.items())]
