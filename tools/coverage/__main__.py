"""Runs the quick tests of decisions under coverage.py: which parts of the core do they miss? (`make coverage`).

Exits 0 only if gaps.toml gives a reason for each line and branch that is not reached, and no unused reason. Writes
build/coverage.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tools.coverage.gaps import Gap, Reason, gaps_of, read

CORE = "lambdas/landfall"
OMITTED = ",".join(f"{CORE}/{package}/*" for package in ("aws", "runtime", "steps"))
TESTS = ("tests/unit", "tests/campaigns/tampering", "tests/cases", "tests/redaction")
"""Tests that take and return values. The tests of steps reach the core too, but say less about it."""
ALIKE = ("--hypothesis-seed=0",)
"""The same few examples at each run, so that no line is reached only by luck."""
DATA, RESULT = Path("build/coverage.data"), Path("build/coverage.json")
REASONS = Path(__file__).with_name("gaps.toml")


def main() -> int:
    """Measure, or with `--again` read the last measurement, and print the result."""
    os.environ.update(COVERAGE_FILE=str(DATA), HYPOTHESIS_PROFILE="few")
    DATA.parent.mkdir(exist_ok=True)
    if "--again" not in sys.argv:
        tests = ["-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", *ALIKE, *TESTS]
        _coverage("run", "--branch", f"--source={CORE}", f"--omit={OMITTED}", *tests)
    _coverage("json", "-q", "-o", str(RESULT))
    return tell(json.loads(RESULT.read_text())["files"], read(REASONS.read_text()))


def tell(files: dict[str, dict[str, object]], reasons: list[Reason]) -> int:
    """Print the coverage of each package, the gaps without a reason, and the unused reasons. Returns the exit code."""
    packages: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    found: list[Gap] = []
    for path, measured in sorted(files.items()):
        summary: dict[str, int] = measured["summary"]  # type: ignore[assignment]
        package = packages[str(Path(path).parent.relative_to(CORE))]
        package[0] += summary["covered_lines"] + summary["covered_branches"]
        package[1] += summary["num_statements"] + summary["num_branches"]
        found += gaps_of(path, Path(path).read_text().splitlines(), measured)
    for name, (covered, all_) in sorted(packages.items()):
        sys.stdout.write(f"{'(top)' if name == '.' else name:<24} {100 * covered / (all_ or 1):>6.1f} %\n")
    unexplained = [gap for gap in found if not any(reason.covers(gap) for reason in reasons)]
    in_vain = [reason for reason in reasons if not any(reason.covers(gap) for gap in found)]
    for gap in unexplained:
        sys.stdout.write(f"{gap.path}:{gap.number}: {gap.what}: {gap.line}\n")
    for reason in in_vain:
        sys.stdout.write(f"{REASONS.name}: in vain, it is reached or gone: {reason.file}: {reason.line}\n")
    covered, all_ = (sum(each[i] for each in packages.values()) for i in (0, 1))
    gaps = f"{len(found)} gaps, {len(unexplained)} without a reason"
    sys.stdout.write(f"{100 * covered / all_:.2f} % of {all_} lines and branches; {gaps}\n")
    return 1 if unexplained or in_vain else 0


def _coverage(*arguments: str) -> None:
    if subprocess.run([sys.executable, "-m", "coverage", *arguments], check=False).returncode:  # noqa: S603
        raise SystemExit(f"coverage {arguments[0]} failed: see above")


if __name__ == "__main__":
    raise SystemExit(main())
