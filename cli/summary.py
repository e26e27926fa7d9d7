"""The Markdown summary of a deployment, for a CI job's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landfall import console
from landfall.model import Outcome
from landfall.text import foreign

PLAIN = {
    Outcome.SUCCEEDED: "proven live",
    Outcome.NO_CHANGE: "was live already, and was proven again",
    Outcome.SKIPPED: "was not deployed: a newer request goes ahead in its place",
    Outcome.ROLLED_BACK: "failed; what ran before is back, and proven",
    Outcome.REJECTED: "was refused; the service was not changed",
    Outcome.ROLLBACK_FAILED: "failed, and the service is NOT proven healthy: act now",
    Outcome.SUPERSEDED: "was overtaken: somebody else deployed over it",
    Outcome.NO_BASELINE: "failed, and there was nothing to go back to",
}


def markdown(told: Mapping[str, Any]) -> str:
    """Return the summary of what `follow.to_the_end` told."""
    rows = {
        "Outcome": f"**{foreign.cell(told['outcome'])}**",
        "Why": foreign.cell(told["why"]),
        "Commit": foreign.cell(told["commit"]),
        "Digest": foreign.cell(told["digest"]),
        "Revision": foreign.cell(told["revision"] or "none registered"),
        "Took": f"{told['took']:.0f} s",
        "Report": foreign.cell(told["report"] or "none"),
        "Execution": foreign.link("console", console.execution(told["execution_arn"])),
    }
    title = foreign.cell(f"{told['service']}: {str(told['commit'])[:12]} {PLAIN[Outcome(told['outcome'])]}")
    lines = [f"## {title}", "", "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]
    return "\n".join(lines) + "\n"
