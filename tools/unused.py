"""Finds unused code with vulture (`make tidy`). Code that only tests use counts as used.

Exits 0 only if unused.toml gives a reason for each name that is found, and no unused reason.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

WHERE = ("app.py", "stacks", "lambdas", "statemachine", "local", "cli", "sample_service", "tools", "tests")
_LINE = re.compile(r"(?P<path>[^:]+):(?P<number>\d+): unused \w+ '(?P<name>[^']+)'")


def main() -> int:
    """Run vulture, and print the result."""
    reasons = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    run = subprocess.run([sys.executable, "-m", "vulture", *WHERE], capture_output=True, text=True, check=False)  # noqa: S603
    if run.stderr:
        sys.stderr.write(run.stderr)
        return 1
    told = judged(run.stdout.splitlines(), reasons)
    sys.stdout.write("".join(f"{line}\n" for line in told))
    return 1 if told else 0


def judged(lines: Iterable[str], reasons: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the names without a reason, and the unused reasons. `reasons` are by file and name; tests need none."""
    found = [m for line in lines if (m := _LINE.match(line)) and not m["path"].startswith("tests/")]
    known = {(path, name) for path, names in reasons.items() for name in names}
    seen = {(m["path"], m["name"]) for m in found}
    unused = [m[0] for m in found if (m["path"], m["name"]) not in known]
    return unused + [f"unused.toml: {path}: {name} is used, or gone" for path, name in sorted(known - seen)]


if __name__ == "__main__":
    raise SystemExit(main())
