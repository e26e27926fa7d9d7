"""Good and bad releases with each strategy, end to end on the local AWS (`make strategies`).

Exits 0 only if every promise was kept. Writes build/strategies.json. `--short`: a good and a bad blue/green release.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tests.campaigns.strategies import killed, run
from tests.campaigns.strategies.judge import Played, broken, error_of

RESULT = Path("build/strategies.json")
SHORT = (("blue",), ("good", "wrong commit"))
RATE, SHORT_RATE = 100.0, 50.0


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.strategies", description=__doc__)
    parser.add_argument("--short", action="store_true", help="two blue/green releases, 50 requests a second")
    parser.add_argument("--strategy", action="append", choices=[*run.WAYS, run.KILLED], help="these alone")
    parser.add_argument("--release", action="append", default=[], metavar="NAME", help="these releases alone")
    parser.add_argument("--rate", type=float, metavar="N", help="the client's requests a second [100]")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="where the local AWS keeps its log")
    options = parser.parse_args()
    names = options.strategy or (SHORT[0] if options.short else [*run.WAYS, run.KILLED])
    only = options.release or (SHORT[1] if options.short else ())
    rate = options.rate or (SHORT_RATE if options.short else RATE)
    began = time.monotonic()
    played: list[Played] = []
    ended: list[killed.Killed] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        state = options.keep or Path(directory)
        played += run.campaign(state, [n for n in names if n != run.KILLED], only, rate, tell)
        if run.KILLED in names:
            for each in killed.all_of_them(state / run.KILLED):
                sys.stdout.write(f"killed, {each.how}, at {each.gate}: {each.ecs}, {each.outcome}, {each.seconds} s\n")
                ended.append(each)
    wrong = [f"{p.strategy}, {p.release}: {what}" for p in played for what in broken(p)]
    wrong += [f"killed, {each.how}, at {each.gate}: {what}" for each in ended for what in each.broken()]
    document = {
        "seconds": round(time.monotonic() - began),
        "requests_per_second": rate,
        "broken": wrong,
        "releases": [{**asdict(p), "failed": p.failed[:20], "requests_failed": len(p.failed)} for p in played],
        "killed": [asdict(each) for each in ended],
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(document, indent=2) + "\n")
    sys.stdout.write("".join(f"BROKEN: {what}\n" for what in wrong) or "every promise was kept\n")
    return 1 if wrong else 0


def tell(played: Played) -> None:
    """Print one line."""
    shares = ", ".join(
        f"{100 * s.green / s.requests:.1f} % at {s.percent:g} % (±{error_of(s.percent, s.requests):.1f})"
        for s in played.shares
        if s.requests
    )
    sys.stdout.write(
        f"{played.strategy:10} {played.release:18} {played.outcome:12} {played.code:24} {played.seconds:5.0f} s  "
        f"{played.reached} of {played.requests} production requests reached it, {len(played.failed)} failed; {shares}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
