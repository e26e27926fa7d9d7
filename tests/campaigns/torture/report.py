"""The table and the JSON: who said what of each scenario, who was fooled, and how long it took."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from landfall.model import QUIET
from tests.campaigns.torture.scenario import Scenario
from tests.campaigns.torture.virtual import Run

LANDFALL = "landfall"
LANDFALL_E2E = "landfall (local AWS)"
BEGIN, END = "<!-- torture: begin (python -m tests.campaigns.torture --document) -->", "<!-- torture: end -->"
SHOWN = {
    LANDFALL: "Landfall",
    "boto3 services_stable waiter": "boto3's `services_stable` waiter",
    "fabfuel ecs-deploy": "fabfuel `ecs-deploy` 1.17 with rollback",
}
"""The tools that really run, as the README names them."""
ECS_ONLY = ("1-rollouts", "6-noise", "8-pictures")
"""Files whose scenarios can be told from what ECS says of the service: no tool can plead that it does not look."""


@dataclass(frozen=True)
class Cell:
    """What a tool said of a scenario, after how many seconds since the update. `outcome`: Landfall's own word."""

    verdict: str
    seconds: float
    outcome: str = ""
    code: str = ""
    ended: float | None = None


@dataclass(frozen=True)
class Tool:
    """A tool, and how it was tried: `real`, or `predicate` (written from its documentation)."""

    name: str
    kind: str
    settings: str
    cells: Mapping[str, Cell]

    def wrong(self, scenarios: Sequence[Scenario], said: str) -> list[Scenario]:
        """Return the scenarios of which it said this and should not have."""
        return [s for s in self._asked(scenarios) if self.cells[s.id].verdict == said != s.truth]

    def median(self, scenarios: Sequence[Scenario], truth: str) -> float | None:
        """Return the median time to the right verdict, of good or of bad releases."""
        right = [s for s in self._asked(scenarios) if s.truth == truth == self.cells[s.id].verdict]
        return statistics.median(self.cells[s.id].seconds for s in right) if right else None

    def _asked(self, scenarios: Sequence[Scenario]) -> list[Scenario]:
        return [s for s in scenarios if s.id in self.cells and s.truth != "any"]


def landfall_cell(run: Run) -> Cell:
    """Return Landfall's cell."""
    return Cell(run.verdict, run.seconds, run.outcome, run.code, run.ended)


def complaint(scenario: Scenario, run: Run) -> str:
    """Say what is wrong with how Landfall ended a scenario; empty where nothing is."""
    said = "\n".join((run.reason, *run.notices))
    problems = [
        *([f"ended {run.outcome}, not {scenario.expected}"] if run.outcome != scenario.expected else []),
        *([f"found {run.code}, not {scenario.code}"] if scenario.code and run.code != scenario.code else []),
        *(f"never said {text!r}" for text in scenario.says if text not in said),
        *(f"said {text!r}" for text in scenario.unsaid if text in said),
        *([f"took {run.seconds} s"] if scenario.within and run.seconds > scenario.within else []),
        *([] if run.record.get("outcome") == run.outcome else [f"the record says {run.record.get('outcome')}"]),
        *_shifted(scenario, run),
        *([] if bool(_of_the_end(run)) is (run.outcome not in QUIET) else [f"{len(run.notices)} notices"]),
    ]
    return "; ".join(problems) and f"{scenario.id}: {'; '.join(problems)}: {run.reason}"


def _of_the_end(run: Run) -> list[str]:
    """Return the messages that tell how it ended. People who are asked to sign off get one before."""
    return [text for text in run.notices if "waits for approval" not in text.partition("\n")[0]]


def _shifted(scenario: Scenario, run: Run) -> list[str]:
    """Say what is wrong with how traffic shifted, whatever the outcome was."""
    if scenario.strategy is None or run.reached <= scenario.strategy.reaches:
        return list(run.broken)
    return [*run.broken, f"{run.reached:g} % of production traffic met it, not {scenario.strategy.reaches:g} %"]


def table(scenarios: Sequence[Scenario], tools: Sequence[Tool]) -> Table:
    """Return the table."""
    counted = sum(s.truth != "any" for s in scenarios)
    made = Table(title=f"{counted} scenarios that ask any tool for success or failure, of {len(scenarios)}")
    made.caption = "ECS: of these, told by ECS's own words alone; s good, s bad: median seconds to the right verdict"
    for heading in ("tool", "how", "asked", "false success", "ECS", "false failure", "s good", "s bad"):
        made.add_column(heading, justify="left" if heading in ("tool", "how") else "right")
    for tool in tools:
        total = totals(scenarios, tool)
        numbers = ("scenarios", "false_successes", "false_successes_ecs", "false_failures")
        seconds = [total["median_seconds_good"], total["median_seconds_bad"]]
        shown = ["-" if s is None else f"{s:.0f}" for s in seconds]
        made.add_row(tool.name, tool.kind, *(str(total[n]) for n in numbers), *shown)
    return made


def totals(scenarios: Sequence[Scenario], tool: Tool) -> dict[str, Any]:
    """Return a tool's totals."""
    good, bad = tool.wrong(scenarios, "success"), tool.wrong(scenarios, "failure")
    return {
        "kind": tool.kind,
        "settings": tool.settings,
        "scenarios": sum(s.id in tool.cells and s.truth != "any" for s in scenarios),
        "false_successes": len(good),
        "false_successes_ecs": sum(s.theme in ECS_ONLY for s in good),
        "false_failures": len(bad),
        "median_seconds_good": tool.median(scenarios, "success"),
        "median_seconds_bad": tool.median(scenarios, "failure"),
        "false_success_ids": [s.id for s in good],
        "false_failure_ids": [s.id for s in bad],
    }


def markdown(told: Mapping[str, Any]) -> str:
    """Return the README's table of the tools that really run, from the JSON of a run. Raises KeyError without one."""
    rows = []
    for name, shown in SHOWN.items():
        total = told["totals"][name]
        numbers = (total[key] for key in ("false_successes", "false_successes_ecs", "false_failures"))
        rows.append(f"| {shown} | {' | '.join(map(str, numbers))} | {total['median_seconds_bad'] or 0:.0f} |")
    asked, known = told["totals"][LANDFALL]["scenarios"], len(told["scenarios"])
    head = (
        f"| of {known} scenarios, {asked} can be asked of any tool | false successes | of these, ECS alone shows it |"
    )
    head += " false failures | seconds to a right verdict on a bad release (median) |"
    return "\n".join(("", head, "|---|---:|---:|---:|---:|", *rows, "", ""))


def document(scenarios: Sequence[Scenario], tools: Sequence[Tool], complaints: Sequence[str]) -> dict[str, Any]:
    """Return everything, for programs."""
    return {
        "schema": 1,
        "scenarios": [
            {
                "id": s.id,
                "title": s.title,
                "theme": s.theme,
                "source": s.source,
                "expected": s.expected,
                "expected_verdict": s.truth,
                "tools": {t.name: asdict(t.cells[s.id]) for t in tools if s.id in t.cells},
            }
            for s in scenarios
        ],
        "totals": {t.name: totals(scenarios, t) for t in tools},
        "complaints": list(complaints),
    }
