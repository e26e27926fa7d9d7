"""The templates that services.toml becomes in the life of an account: each shape synthesised once, in this process."""

from __future__ import annotations

import copy
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli_w

from local.settings import TEMPLATE
from tests.support.later import later

stacks_app = later("stacks.app")

Templates = Mapping[str, Mapping[str, Any]]
"""Of the stacks of one deploy, by name."""

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def services(count: int, *, with_stacks: int, name: str = "service-{:03}") -> dict[str, Any]:
    """Return settings of so many services, the first of them with stacks of their own."""
    settings = _read()
    sample = settings["services"]["sample"]
    made = {}
    for number in range(count):
        each = made[name.format(number)] = _named(sample, name.format(number))
        if number >= with_stacks:
            del each["stack"]
    return {**settings, "services": made}


def _read() -> dict[str, Any]:
    return tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))


def _named(sample: Mapping[str, Any], name: str) -> dict[str, Any]:
    names = {key: f"{sample[key]}".replace("sample", name) for key in ("repository", "task_role", "execution_role")}
    return {**copy.deepcopy(dict(sample)), "cluster": f"landfall-{name}", "service": name, **names}


def _sample(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    settings = _read()
    change(settings["services"]["sample"])
    return settings


def _two() -> dict[str, Any]:
    settings = _read()
    settings["services"]["second"] = _named(settings["services"]["sample"], "second")
    return settings


def _renamed() -> dict[str, Any]:
    settings = _read()
    settings["services"] = {"shop": settings["services"]["sample"]}
    return settings


def _changed(sample: dict[str, Any]) -> None:
    sample["base_url"] = "https://api.example.com"
    sample["build"]["platform"] = "linux/arm64"
    sample["smoke"]["ready_path"] = "/ready"
    sample["stack"] |= {"certificate_arn": CERTIFICATE, "start_period_seconds": 90, "unhealthy_threshold": 4}


def _shifted(sample: dict[str, Any], strategy: str = "canary", **stack: Any) -> None:
    sample["stack"] |= {"strategy": strategy, **stack}
    sample["strategy"] = {"test_headers": {"X-Test": "1"}}


SHAPES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "first": _read,
    "added": _two,
    "changed": lambda: _sample(_changed),
    "shifted": lambda: _sample(_shifted),
    "renamed": _renamed,
    "another identity": lambda: _sample(lambda s: s.update(repository="landfall/other", task_role="other-task")),
    "without its stack": lambda: _sample(lambda s: s.pop("stack")),
    "without its build": lambda: _sample(lambda s: s.pop("build")),
    "fifty": lambda: services(50, with_stacks=2),
}


OF_STRATEGIES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "blue/green": lambda: _sample(lambda s: _shifted(s, "blue_green")),
    "linear": lambda: _sample(lambda s: _shifted(s, "linear")),
    "linear, other steps": lambda: _sample(lambda s: _shifted(s, "linear", step_percent=25.0, pause_minutes=90)),
}
"""Shapes of the other strategies: "first" is a rolling service, "shifted" a canary."""


@cache
def shape(name: str) -> Templates:
    """Return the templates of a shape."""
    return synthesised({**SHAPES, **OF_STRATEGIES}[name]())


def synthesised(settings: Mapping[str, Any]) -> Templates:
    """Return the templates of these settings; nothing is copied for them, and CDK's own validation is left out."""
    os.environ["CDK_VALIDATION"] = "false"
    with TemporaryDirectory() as directory:
        path = Path(directory) / "services.toml"
        path.write_text(tomli_w.dumps(settings), encoding="utf-8")
        context = {"settings": str(path), "aws:cdk:disable-asset-staging": True}
        stacks_app.build(str(Path(directory) / "out"), context).synth()
        return {
            found.name.removesuffix(".template.json"): json.loads(found.read_text(encoding="utf-8"))
            for found in (Path(directory) / "out").glob("*.template.json")
        }
