"""Random deployments with random faults on a local AWS, and the laws after each of them (`make chaos`).

Exits 0 only if no law was broken. Writes build/chaos.json. The same seed and number make the same schedule:
`--only 17` plays the seventeenth alone, on a service of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

from statemachine import marked
from tests.campaigns.chaos import report, run
from tests.campaigns.chaos.gates import EVERY, GATES
from tests.campaigns.chaos.run import Options, Played
from tests.campaigns.chaos.shifting import STRATEGIES

RESULT = Path("build/chaos.json")
PAGE = Path("docs/chaos.md")
SEED = 20260731


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.chaos", description=__doc__)
    parser.add_argument("--deployments", type=int, default=300, metavar="N", help="how many [%(default)s]")
    parser.add_argument("--seed", type=int, default=SEED, help="what decides all of them [%(default)s]")
    parser.add_argument("--only", type=int, action="append", metavar="NUMBER", help="play this one of them alone")
    parser.add_argument("--storm", type=float, default=0.0, metavar="SECONDS", help="throttle each for so long [0]")
    parser.add_argument("--workers", action="store_true", help="let no service have a load balancer [one has none]")
    parser.add_argument("--strategy", choices=STRATEGIES, default="", help="let ECS shift every service's traffic")
    gates = (EVERY, *GATES)
    parser.add_argument("--gates", choices=gates, default="", help="let services have a migration or ask somebody")
    parser.add_argument("--patience", type=float, default=0.0, metavar="SECONDS", help="wait so much longer for each")
    parser.add_argument("--show", action="store_true", help="print the schedule, and play nothing")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY", help="where the local AWS keeps its log")
    parser.add_argument("--document", action="store_true", help="put the last run's table into docs/chaos.md")
    options = parser.parse_args()
    if options.document:
        table = report.table(json.loads(RESULT.read_text()))
        PAGE.write_text(marked.put_into(PAGE.read_text(encoding="utf-8"), report.BEGIN, report.END, table))
        return 0
    asked = Options(options.seed, options.storm, options.workers, options.strategy, options.gates, options.patience)
    numbers = options.only or list(range(1, options.deployments + 1))
    if options.show:
        for number in numbers:
            sys.stdout.write(f"{report.schedule(asked.decided(number))}\n")
        return 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as state:
        teller = Teller(asked, len(numbers))
        kept, alone = options.keep or Path(state), bool(options.only)
        played = run.run(asked, numbers, kept, teller.tell, alone=alone)
    seconds = round(time.monotonic() - began)
    document = report.document(options.seed, played, teller.repairs, seconds)
    sys.stdout.write(report.table(document))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({**document, "deployments": [asdict(p) for p in played]}, indent=2) + "\n")
    return 1 if document["violations"] or len(played) != len(numbers) else 0


class Teller:
    """Says how far it is, and when it will be over."""

    def __init__(self, options: Options, wanted: int) -> None:
        self._options, self._wanted, self._done, self._began = options, wanted, 0, time.monotonic()
        self._lock = threading.Lock()
        self.repairs: list[Played] = []

    def tell(self, played: Played) -> None:
        """Say how one went."""
        with self._lock:
            if played.number < 0:
                self.repairs.append(played)
            else:
                self._done += 1
            left = (time.monotonic() - self._began) / max(1, self._done) * (self._wanted - self._done)
            sys.stdout.write(f"{self._done:>4}/{self._wanted} {left / 60:5.1f} min left  {report.line(played)}\n")
            if played.violations and played.number >= 0:
                for violation in played.violations:
                    sys.stdout.write(f"          {violation}\n")
                sys.stdout.write(f"          {report.schedule(self._options.decided(played.number, played.lane))}\n")
                same = f"--seed {self._options.seed} --only {played.number}"
                gates = self._options.gates_of(played.lane)
                same += f" --gates {gates}" if gates else ""
                same += f" --strategy {self._options.strategy}" if self._options.strategy else ""
                sys.stdout.write(f"          again: python -m tests.campaigns.chaos {same}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
