"""Who is fooled? Landfall in virtual time, Landfall on the local AWS, and other tools (`make torture`)."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

os.environ.setdefault("POWERTOOLS_TRACE_DISABLED", "true")

from statemachine import marked
from tests.campaigns.torture import report, virtual
from tests.campaigns.torture.report import Cell, Tool
from tests.campaigns.torture.scenario import Scenario, held_out, scenario, scenarios
from tests.campaigns.torture.tools import predicates, real

ROOT = Path(__file__).parents[3]
OUT, PAGE = ROOT / "build" / "torture.json", ROOT / "README.md"
PATIENT = "15 minutes' patience"


def main() -> int:
    """Run what is asked for; 1 where Landfall was wrong."""
    options = _options()
    if options.document:
        return _write_table()
    among = held_out() if options.held_out else scenarios()
    wanted = [scenario(i, among) for i in options.only] if options.only else list(among)
    if options.list:
        print("\n".join(f"{s.id:45} {s.expected:16} {s.title}" for s in wanted))
        return 0
    console = Console(stderr=options.json)
    tools, complaints = [], list[str]()
    runs = {s.id: virtual.run(s) for s in wanted}
    complaints += [c for s in wanted if (c := report.complaint(s, runs[s.id]))]
    cells = {i: report.landfall_cell(r) for i, r in runs.items()}
    tools.append(Tool(report.LANDFALL, "real, virtual time", "its defaults", cells))
    if not options.skip_e2e:
        tools.append(_on_the_local_aws(wanted, complaints, console))
    if not options.skip_tools:
        tools += _others(wanted, console)
    document = report.document(wanted, tools, complaints)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if options.json:
        print(json.dumps(document, indent=1))
    console.print(report.table(wanted, tools))
    _say(console, tools, wanted, complaints)
    return 1 if complaints else 0


def _write_table() -> int:
    """Put the last run into the README. It must have been of everything: a part would look better or worse."""
    told = json.loads(OUT.read_text(encoding="utf-8"))
    if {s["id"] for s in told["scenarios"]} != {s.id for s in scenarios()} or not told["totals"].keys() >= set(
        report.SHOWN
    ):
        print(
            f"{OUT.name} is not of all scenarios and tools that there are now: run `make torture` first",
            file=sys.stderr,
        )
        return 2
    page = marked.put_into(PAGE.read_text(encoding="utf-8"), report.BEGIN, report.END, report.markdown(told))
    PAGE.write_text(page, encoding="utf-8")
    return 0


def _on_the_local_aws(wanted: Sequence[Scenario], complaints: list[str], console: Console) -> Tool:
    from tests.campaigns.torture import on_local_aws  # noqa: PLC0415  it needs a local AWS, the rest does not

    chosen = [s for s in wanted if s.e2e]
    console.print(f"{len(chosen)} scenarios through the real state machine on the local AWS …")
    cells, wrong = on_local_aws.run(chosen)
    complaints += wrong
    return Tool(report.LANDFALL_E2E, "real, on the local AWS", on_local_aws.SETTINGS, cells)


def _others(wanted: Sequence[Scenario], console: Console) -> list[Tool]:
    found = []
    wanted = [s for s in wanted if s.strategy is None]  # a hook waits for ever for a tool that never continues
    real_ones = (
        ("boto3 services_stable waiter", "waiter", real.this_python, f"{PATIENT} (default 10 minutes)"),
        ("fabfuel ecs-deploy", "ecs-deploy", real.python_with_ecs_deploy, f"{PATIENT} (default 5), --rollback"),
    )
    for name, tool, python, settings in real_ones:
        console.print(f"{name}, really run …")
        said = real.verdicts(tool, python(), wanted)
        found.append(Tool(name, "real, replayed AWS", settings, {i: Cell(*v) for i, v in said.items()}))
    for name in predicates.PREDICATES:
        cells = {s.id: Cell(*predicates.verdict(name, s)) for s in wanted}
        found.append(Tool(name, "predicate", PATIENT, cells))
    return found


def _say(console: Console, tools: list[Tool], wanted: Sequence[Scenario], complaints: list[str]) -> None:
    for tool in tools:
        for said in ("success", "failure"):
            wrong = [s.id for s in tool.wrong(wanted, said)]
            if wrong:
                console.print(f"[bold]{tool.name}[/bold], false {said}: {', '.join(wrong)}")
    for complaint in complaints:
        console.print(f"[red]Landfall[/red] {complaint}")
    console.print(f"written to {OUT.relative_to(Path.cwd()) if OUT.is_relative_to(Path.cwd()) else OUT}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.campaigns.torture", description=__doc__)
    parser.add_argument("--only", metavar="ID", action="append", help="only this scenario (may be repeated)")
    parser.add_argument("--json", action="store_true", help="write the JSON of build/torture.json to stdout, too")
    parser.add_argument("--held-out", action="store_true", help="try the scenarios that are kept apart, not the others")
    parser.add_argument("--list", action="store_true", help="list the scenarios and do nothing")
    parser.add_argument("--skip-tools", action="store_true", help="leave other people's tools out")
    parser.add_argument("--skip-e2e", action="store_true", help="leave the local AWS out")
    parser.add_argument("--document", action="store_true", help="put the last run's table into README.md; run nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
