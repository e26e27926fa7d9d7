"""Loads the scenarios: a phase is a template with the scenario's own facts laid over it, by key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import dacite

from tests.campaigns.torture.facts import AfterFact, ApprovalFact, ContainerFact, MigrationFact, Phase, WorkerFact
from tests.campaigns.torture.shifting.facts import StrategyFact

HERE = Path(__file__).parent
LISTS = tuple(f.name for f in fields(Phase) if f.name not in ("others_stop", "others_gone"))
TIMES = frozenset({"at", "start", "running", "healthy", "stop", "gone", "completed", "failed", "until"})
_STRICT = dacite.Config(strict=True, cast=[tuple, float])


@dataclass(frozen=True)
class Scenario:
    """One timeline, and the outcome that is right."""

    id: str
    title: str
    why: str
    expected: str
    theme: str
    before: Phase
    release: Phase
    back: Phase
    source: str = ""
    others: str = ""
    code: str = ""
    says: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    within: float = 0
    desired: int = 2
    first_desired: int | None = None
    by_tag: bool = False
    platforms: tuple[str, ...] = ()
    containers: tuple[ContainerFact, ...] = ()
    health_check: bool = False
    groups: int = 1
    protocols: tuple[str, ...] = ()
    launch_type: str = "FARGATE"
    worker: WorkerFact | None = None
    migration: MigrationFact | None = None
    after: AfterFact | None = None
    approval: ApprovalFact | None = None
    pause_hooks: bool = False
    early_success: int = 0
    strategy: StrategyFact | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    e2e: bool = False

    @property
    def wanted(self) -> int:
        """Return how many tasks the release is to run."""
        return self.desired or self.first_desired or 0

    @property
    def logs(self) -> bool:
        """Say whether the tasks log to CloudWatch Logs."""
        return bool(self.worker or (self.strategy and any(each.lines is not None for each in self.strategy.traffic)))

    @property
    def truth(self) -> str:
        """Return what a tool that only says success or failure should say; `any` where it can't be asked.

        A service with a strategy waits at its hooks for whoever deploys it, so no other tool gets anywhere.
        """
        if self.strategy:
            return "any"
        return self.others or ("success" if self.expected in ("SUCCEEDED", "NO_CHANGE") else "failure")


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Return all scenarios, in the order of the files."""
    return _all_of("scenarios")


@cache
def held_out() -> tuple[Scenario, ...]:
    """Return the scenarios that are kept apart: nobody looks at them while the code is tuned (README.md)."""
    return _all_of("held_out")


@cache
def usual() -> frozenset[str]:
    """Return the ids that the default tests try: the first of each outcome and code, and of each outcome in a file."""
    by_code = {(s.expected, s.code): s.id for s in reversed(scenarios())}
    by_file = {(s.theme, s.expected): s.id for s in reversed(scenarios())}
    return frozenset((*by_code.values(), *by_file.values()))


def _all_of(folder: str) -> tuple[Scenario, ...]:
    files = sorted((HERE / folder).glob("*.toml"), key=lambda path: (int(path.stem.partition("-")[0]), path.stem))
    documents = [{**d, "theme": path.stem} for path in files for d in _toml(path)["scenario"]]
    loaded = tuple(made(d, templates()) for d in documents)
    ids = [s.id for s in loaded]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"scenario ids used twice: {', '.join(twice)}")
    return loaded


def scenario(name: str, among: tuple[Scenario, ...] = ()) -> Scenario:
    """Return one scenario."""
    found = next((s for s in among or scenarios() if s.id == name), None)
    if found is None:
        raise LookupError(f"there is no scenario {name!r}; `--list` shows them")
    return found


@cache
def templates() -> dict[str, Any]:
    """Return the phases that scenarios begin with."""
    return _toml(HERE / "templates.toml")


def made(document: dict[str, Any], templates: dict[str, Any]) -> Scenario:
    """Make a scenario of its document. Raises ValueError for one that is none."""
    usual = "shifted-back" if "strategy" in document else "back"
    own = {k: v for k, v in document.items() if k not in ("rollout", "way_back", "before", "back", "delay", *LISTS)}
    try:
        return dacite.from_dict(
            Scenario,
            {
                **own,
                "before": _phase("running", document.get("before", {}), templates, 0),
                "release": _phase(document["rollout"], document, templates, document.get("delay", 0)),
                "back": _phase(document.get("way_back", usual), document.get("back", {}), templates, 0),
            },
            _STRICT,
        )
    except (dacite.DaciteError, KeyError, TypeError) as error:
        raise ValueError(f"scenario {document.get('id')!r}: {type(error).__name__}: {error}") from error


def _phase(name: str, given: Mapping[str, Any], templates: dict[str, Any], delay: float) -> dict[str, Any]:
    template = templates[name]
    merged: dict[str, Any] = {k: v for k, v in {**template, **given}.items() if k.startswith("others_")}
    for kind in LISTS:
        merged[kind] = _laid_over([_later(f, delay) for f in template.get(kind, [])], given.get(kind, []))
    return merged


def _later(fact: dict[str, Any], delay: float) -> dict[str, Any]:
    return {k: v + delay if k in TIMES and v > 0 else v for k, v in fact.items()}


def _laid_over(template: list[dict[str, Any]], own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    keyed = {f["key"]: f for f in own if f.get("key")}
    known = {f.get("key") for f in template}
    changed = [{**f, **keyed.get(f.get("key", ""), {})} for f in template]
    return [*changed, *(f for f in own if f.get("key") not in known or not f.get("key"))]


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
