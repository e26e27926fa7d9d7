"""`python -m tests.redaction [FILE …]`: how good redaction, the check on error bodies and the log levels are.

Without files: the project's own corpora. `-v` also prints each entry that comes out wrong. Writes build/redaction.json;
`--document` writes the figures of the project's own corpora into docs/report.md, too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from statemachine import marked
from tests.redaction.measure import Figures, NoCorpus, figures, files, told

ROOT = Path(__file__).parents[2]
OUT, PAGE = ROOT / "build" / "redaction.json", ROOT / "docs" / "report.md"
BEGIN, END = "<!-- redaction: begin (python -m tests.redaction --document) -->", "<!-- redaction: end -->"


def main() -> int:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(prog="python -m tests.redaction", description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="other corpora than the project's")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each entry that comes out wrong")
    parser.add_argument("--document", action="store_true", help="write the figures into docs/report.md, too")
    given = parser.parse_args()
    if given.document and given.files:
        parser.error("docs/report.md has the figures of the project's own corpora: leave the files out")
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
    if given.document:
        page = marked.put_into(PAGE.read_text(encoding="utf-8"), BEGIN, END, table(found))
        PAGE.write_text(page, encoding="utf-8")
    return 0


def table(found: Iterable[Figures]) -> str:
    """Return the figures as a table, in Markdown."""
    head = ("", "| corpus | what must go, or is an error | what is harmless |", "|---|---|---|")
    rows = (f"| {each.name} | {' | '.join(each.told)} |" for each in found)
    return "\n".join((*head, *rows, "", ""))


if __name__ == "__main__":
    sys.exit(main())
