"""The sentences in which the evaluator says what it saw."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from landfall.gates.traffic_series import Minute

NETWORK = "not judged: a Network Load Balancer counts no requests, no 5xx answers and no latency of a target group"
OFF = "not judged: the settings switch off errors, refusals, latency and log_errors"
UNTIMED = "latency was not judged: no minute had enough requests on both sides"


def counted(minutes: Sequence[Minute]) -> tuple[int, int]:
    """Return how many requests (or lines) there are, and how many errors."""
    return sum(each.requests for each in minutes), sum(each.errors for each in minutes)


def share(minutes: Sequence[Minute]) -> str:
    """Say how many requests were answered with an error."""
    requests, errors = counted(minutes)
    return f"{errors:,} of {requests:,} ({100 * errors / requests:.2f} %)" if requests else "0 of 0"


def errors(what: str, green: Sequence[Minute], blue: Sequence[Minute], tolerated: float) -> str:
    """Say what share of errors each side has."""
    return f"green has {share(green)} {what}, blue {share(blue)}; more than {100 * tolerated:.2f} % is worse"


def latency(green: Sequence[Minute], usual: float | None, times: float) -> str:
    """Say how slow green is, by the median of its minutes."""
    p95 = median(each.p95 or 0 for each in green) if green else 0.0
    blue = f"{usual * 1000:,.0f} ms" if usual is not None else "unknown"
    return f"green's p95 is {p95 * 1000:,.0f} ms, blue's {blue} (medians of their minutes); {times:g} times is worse"


def too_few(green: Sequence[Minute], blue: Sequence[Minute], missing: int) -> str:
    """Say that there is too little traffic to decide, and how many requests are missing at least."""
    had = f"{counted(green)[0]:,} requests to green at this weight in {len(green)} whole minutes"
    more = f"; about {missing:,} more are needed" if missing else ""
    return f"not enough to tell: {had}, {counted(blue)[0]:,} to blue to compare with{more}"


def doubtful(doubts: Sequence[str]) -> str:
    """Say that green looks worse, but that it may be chance."""
    return f"green looks worse than blue, but it may be chance: {'; '.join(doubts)}"


def no_worse(green: Sequence[Minute], blue: Sequence[Minute], timed: bool) -> str:
    """Say that green is no worse, and how many requests show it."""
    said = f"green is no worse than blue: 5xx answers {share(green)}, blue {share(blue)}"
    return said if timed else f"{said}; {UNTIMED}"
