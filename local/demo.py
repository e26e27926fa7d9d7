"""The demo: six releases on a local AWS, while a client sends requests all the time.

The CDK app, the state machine, the images, the containers, HTTP, TLS and the ledger are real. Exits 0 only if every
release ended as expected, no request failed, and the service serves release B at the end.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.text import Text

from cli import timeline
from cli.deployments.running_execution import Ending, Follower
from local.engine.container_cli import EngineError
from local.pages import pages
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage, commit, staged
from local.stage.load import Load, Samples
from local.stage.own_directory import own_directory

SERVICE = "sample"
BUILD = Path(__file__).resolve().parents[1] / "build"


@dataclass(frozen=True)
class Act:
    """One release of the demo: its story, the expected outcome, and the release that is live after it."""

    name: str
    story: str
    expected: str
    live_after: str
    fault: str = ""
    by_hand: str = ""

    @property
    def sha(self) -> str:
        """Return its commit."""
        return commit(f"landfall demo release {self.name}")


ACTS = (
    Act("A", "a good release, onto a service with no tasks", "SUCCEEDED", "A"),
    Act("B", "the next good release", "SUCCEEDED", "B"),
    Act("C", "crashes on start", "ROLLED_BACK", "B", fault="crash-on-start"),
    Act("D", "starts, but its health endpoint answers 503", "ROLLED_BACK", "B", fault="unhealthy"),
    Act("E", "healthy, but serves another commit than it claims", "ROLLED_BACK", "B", fault="wrong-sha"),
    Act("final-v3", "started by hand for the tag 'final-v3'", "REJECTED", "B", by_hand="final-v3"),
)
SHAS = {act.name: act.sha for act in ACTS}


def main() -> int:
    """Run the demo and return its exit code."""
    options = _arguments()
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    began = time.monotonic()
    console.print("[bold]Landfall[/bold] on a local AWS: deploying the real CDK app to it …")
    with own_directory("demo") as state, staged(state, engine=options.engine) as stage, pages(stage) as address:
        where = f"The service is at {stage.fronts[SERVICE].url}, its pages are at {address}"
        console.print(f"ready after {time.monotonic() - began:.0f} s. {where}\n", soft_wrap=True)
        inbox = Inbox(stage.aws, stage.pipeline["TopicArn"])
        results = [_play(act, stage, console) for act in ACTS]
        problems = _problems(results, stage)
        _epilogue(console, stage, inbox, results)
        _write(results, problems, time.monotonic() - began, stage)
        if options.keep:
            _keep(console, stage)
    for problem in problems:
        console.print(f"[bold red]problem:[/bold red] {problem}")
    console.print(
        f"{time.monotonic() - began:.0f} s in total; build/demo.json has all results, build/demo/ the reports"
    )
    return 1 if problems else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    engines = ("process", "docker")
    parser.add_argument("--engine", choices=engines, default="process", help="how to run the containers")
    parser.add_argument(
        "--keep", action="store_true", help="keep the local AWS running at the end, so that you can look around"
    )
    return parser.parse_args()


@dataclass(frozen=True)
class Result:
    """The result of an act."""

    act: Act
    ending: Ending
    digest: str
    version_after: dict[str, Any]
    samples: Samples


def _play(act: Act, stage: Stage, console: Console) -> Result:
    console.rule(f"[bold]{act.name}[/bold]  {act.story}", align="left")
    first = act is ACTS[0]
    with Load(
        f"{stage.fronts[SERVICE].url}/api/v1/version",
        stage.aws.ca_bundle,
        lambda: stage.healthy_and_desired(SERVICE),
    ) as load:
        began, digest = datetime.now(UTC), ""
        if act.by_hand:
            follower = stage.start({"service": SERVICE, "image_tag": act.by_hand, "requested_by": "the demo"})
        else:
            digest = stage.push(SERVICE, act.sha, fault=act.fault)
            console.print(f"   pushed landfall/{SERVICE}:{act.sha[:12]}… as {digest[:19]}…")
            follower = stage.started_by_push(SERVICE, act.sha, began)
        _show(console, follower)
    ending = follower.ending()
    ending.record = stage.record_of(follower.arn, SERVICE)
    version = _version(stage)
    _sum_up(console, ending, version, Samples() if first else load.samples)
    return Result(act, ending, digest, version, Samples() if first else load.samples)


def _version(stage: Stage) -> dict[str, Any]:
    """Ask the service for its version. Without tasks it does not answer, and the result says so."""
    try:
        return stage.live(SERVICE)
    except httpx.HTTPError as error:
        return {"gitSha": f"no answer: {error}"}


def _show(console: Console, follower: Follower) -> None:
    """Print the timeline as it happens. A verdict that repeats the last one is not printed."""
    began, last = time.monotonic(), ""
    for event in follower.until_the_end():
        line = timeline.line(event)
        if line is None or line.plain == last:
            continue
        last = line.plain
        console.print(Text(f"{time.monotonic() - began:7.1f} s  ", style="dim").append_text(line))


def _sum_up(console: Console, ending: Ending, version: dict[str, Any], samples: Samples) -> None:
    style = timeline.colour(ending.outcome)
    console.print(f"   [{style}]{ending.outcome or ending.status}[/{style}] after {ending.seconds:.1f} s", end="")
    console.print(f"  {ending.error}" if ending.error else "")
    live = _name(version["gitSha"])
    if samples.requests:
        dips = f"healthy targets never below {min(t.healthy for t in samples.targets)}"
        asked = f"{len(samples.requests)} client requests in the meantime, {len(samples.failed)} failed, {dips}"
        console.print(f"   {asked}; live: {live}\n")
    else:
        console.print(f"   live: {live}\n")


def _name(sha: str) -> str:
    return next((f"release {name} ({sha[:12]})" for name, known in SHAS.items() if known == sha), sha)


def _problems(results: list[Result], stage: Stage) -> list[str]:
    problems = []
    for result in results:
        act, ending, samples = result.act, result.ending, result.samples
        if ending.outcome != act.expected:
            problems.append(f"{act.name} ended {ending.outcome or ending.status}, not {act.expected}: {ending.cause}")
        if result.version_after["gitSha"] != SHAS[act.live_after]:
            problems.append(f"after {act.name} the service serves {result.version_after['gitSha']}")
        if samples.failed:
            problems.append(f"during {act.name} {len(samples.failed)} requests failed, first {samples.failed[0]}")
        if samples.dips():
            problems.append(f"during {act.name} healthy targets fell below desired: {samples.dips()[0]}")
    if _version(stage)["gitSha"] != SHAS["B"]:
        problems.append("the service does not serve release B at the end")
    return problems


def _epilogue(console: Console, stage: Stage, inbox: Inbox, results: list[Result]) -> None:
    first = next((m for m in inbox.messages(at_least=4) if m.attributes.get("outcome") == "ROLLED_BACK"), None)
    console.rule("[bold]the SNS notification of the first rollback[/bold]", align="left")
    console.print(Text(f"{first.subject}\n\n{first.body}\n" if first else "nothing!\n"))
    console.rule("[bold]the ledger[/bold]", align="left")
    for result in results:
        record = result.ending.record
        why = str(record.get("why", ""))
        console.print(Text(f"   {record.get('outcome', '?'):<12} {result.act.name:<9} {timeline.brief(why)}"))
    console.print(f"\nLive now, asked over HTTPS: [bold]{_name(_version(stage)['gitSha'])}[/bold]")
    console.print("Read next: README.md (bring your own service), docs/decisions/, statemachine/deploy.asl.json")


def _write(results: list[Result], problems: list[str], seconds: float, stage: Stage) -> None:
    releases = [
        {
            "release": r.act.name,
            "story": r.act.story,
            "expected": r.act.expected,
            "outcome": r.ending.outcome,
            "execution_status": r.ending.status,
            "error": r.ending.error,
            "cause": r.ending.cause,
            "sha": r.act.sha if not r.act.by_hand else None,
            "digest": r.digest or None,
            "revision": r.ending.record.get("task_definition") or None,
            "states": r.ending.states,
            "seconds": round(r.ending.seconds, 1),
            "version_after": r.version_after,
            "samples": r.samples.summary() if r.samples.requests else None,
        }
        for r in results
    ]
    document = {
        "ok": not problems,
        "problems": problems,
        "seconds": round(seconds, 1),
        "live": _version(stage),
        "releases": releases,
    }
    BUILD.mkdir(exist_ok=True)
    reports = BUILD / "demo"
    reports.mkdir(parents=True, exist_ok=True)
    for result in results:
        for name in ("report.json", "report.md", str(result.ending.record["reported"]).rpartition("/")[2]):
            kept = reports / f"{result.act.name}.report{Path(name).suffix}"
            kept.write_text(stage.report(result.ending.record, name), encoding="utf-8")
    (BUILD / "demo.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _keep(console: Console, stage: Stage) -> None:
    at, machine = stage.aws.endpoint, stage.pipeline["StateMachineArn"]
    console.print(f"\nThe local AWS stays at {at} until Ctrl-C, for instance:")
    console.print(f"   aws --endpoint-url {at} stepfunctions list-executions --state-machine-arn {machine}")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        console.print("stopped")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EngineError as error:
        sys.exit(f"error: {error}")
