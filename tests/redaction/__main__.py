"""`python -m tests.redaction [FILE …]`: how good redaction, the check on error bodies and the log levels are.

Without files: the project's own corpora. `-v` also prints each entry that comes out wrong. Writes build/redaction.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.redaction.measure import NoCorpus, figures, files, told

OUT = Path(__file__).parents[2] / "build" / "redaction.json"


def main() -> int:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(prog="python -m tests.redaction", description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="other corpora than the project's")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each entry that comes out wrong")
    given = parser.parse_args()
    try:
        found = [figures(path) for path in given.files or files()]
    except NoCorpus as error:
        print(error, file=sys.stderr)
        return 2
    for each in found:
        print(each)
        for line in told(each.wrong) if given.verbose else ():
            print(line)
    shares = {each.name: {what: each.share(what) for what in each.of} for each in found}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(shares, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
