"""Tries cases and prints what differs: `python -m tests.cases [FILE…]`, all of tests/cases without a file.

Exits 0 if each came out as expected, 1 if one did not, 2 if a file is no case.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from tests.cases.case import FOUND, REPORTED, Case, NoCase, read
from tests.cases.tried import outcome

SHOWN = 400


def main() -> int:
    """Try them."""
    parser = argparse.ArgumentParser(prog="python -m tests.cases", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a case, JSON or TOML")
    files = parser.parse_args().files or sorted((*REPORTED.glob("*.*"), *FOUND.glob("*.*")))
    try:
        cases = [(path, read(path)) for path in files]
    except NoCase as error:
        print(error, file=sys.stderr)
        return 2
    good = sum(_told(path, case) for path, case in cases)
    print(f"{good} of {len(cases)} as expected")
    return 0 if good == len(cases) else 1


def _told(path: Path, case: Case) -> bool:
    with contextlib.redirect_stdout(io.StringIO()):  # steps write their metrics there
        got = outcome(case)
    if got == case.expected:
        print(f"good  {path.name}")
        return True
    text = json.dumps(differing(got, case.expected), ensure_ascii=False)[:SHOWN]
    print(f"WRONG {path.name}: got {text}")
    return False


def differing(got: Any, expected: Any) -> Any:
    """Return the part of what came out that is not as expected."""
    if isinstance(got, dict) and isinstance(expected, dict):
        return {k: v for k, v in got.items() if k not in expected or expected[k] != v}
    return got


if __name__ == "__main__":
    sys.exit(main())
