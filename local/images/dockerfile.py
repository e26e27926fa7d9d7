"""Reads the last stage of a Dockerfile as the configuration of the image it would build.

The Dockerfile stays the one source of truth: what is run locally without Docker has the environment, command,
user and health check that `docker build` would have given it.
"""

import io
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from dockerfile_parse import DockerfileParser
from dockerfile_parse.util import WordSplitter

_NANOSECONDS = {"ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000}
_DURATION = re.compile(r"(\d+)(ms|s|m|h)")
_HEALTH_OPTIONS = {
    "interval": "Interval",
    "timeout": "Timeout",
    "start-period": "StartPeriod",
    "start-interval": "StartInterval",
}


class DockerfileError(Exception):
    """The Dockerfile says something that cannot be read as an image's configuration."""


def image_config(dockerfile: Path, build_args: Mapping[str, str]) -> dict[str, Any]:
    """The `config` of the image that the Dockerfile's last stage describes, build arguments filled in."""
    parser = DockerfileParser(fileobj=io.BytesIO(dockerfile.read_bytes()), build_args=dict(build_args))
    values = _last_stage(parser)
    config: dict[str, Any] = {
        "Env": [f"{name}={value}" for name, value in parser.envs.items()],
        "Labels": dict(sorted(parser.labels.items())),
        "WorkingDir": "/",
    }
    for instruction, value in values:
        config.update(_setting(instruction, value, config))
    return config


def is_last_stage(dockerfile: Path, target: str) -> bool:
    """Whether a stage, by its name or number, is the last one: the one that is built where none is named."""
    parser = DockerfileParser(fileobj=io.BytesIO(dockerfile.read_bytes()))
    stages = [entry["value"].split() for entry in parser.structure if entry["instruction"] == "FROM"]
    names = {str(len(stages) - 1)}
    if stages and [word.upper() for word in stages[-1][-2:-1]] == ["AS"]:
        names.add(stages[-1][-1].lower())
    return target.lower() in names


def _last_stage(parser: DockerfileParser) -> list[tuple[str, str]]:
    """The instructions after the last FROM, each with the variables known on its line filled in."""
    stage: list[tuple[str, str]] = []
    for entry, known in zip(parser.structure, parser.context_structure, strict=True):
        name, value = entry["instruction"], entry["value"]
        if name == "FROM":
            stage.clear()
        elif name in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):  # these leave variables to the shell at run time
            stage.append((name, value))
        elif name in ("WORKDIR", "USER", "EXPOSE", "STOPSIGNAL"):
            stage.append((name, WordSplitter(value, args=known.args, envs=known.envs).dequote()))
    return stage


def _setting(instruction: str, value: str, so_far: Mapping[str, Any]) -> dict[str, Any]:
    """What one instruction adds to the configuration."""
    readers: dict[str, Callable[[], dict[str, Any]]] = {
        "CMD": lambda: {"Cmd": _command(value)},
        "ENTRYPOINT": lambda: {"Entrypoint": _command(value)},
        "WORKDIR": lambda: {"WorkingDir": str(PurePosixPath(so_far["WorkingDir"]) / value)},
        "USER": lambda: {"User": value},
        "STOPSIGNAL": lambda: {"StopSignal": value},
        "EXPOSE": lambda: {"ExposedPorts": so_far.get("ExposedPorts", {}) | _ports(value)},
        "HEALTHCHECK": lambda: {"Healthcheck": _health_check(value)},
    }
    return readers[instruction]()


def _ports(value: str) -> dict[str, dict[str, str]]:
    """The ports of an EXPOSE, in the shape in which an image lists them."""
    return {port if "/" in port else f"{port}/tcp": {} for port in value.split()}


def _command(value: str) -> list[str]:
    """A command in exec form, or wrapped in a shell as Docker does with the shell form."""
    if not value.startswith("["):
        return ["/bin/sh", "-c", value]
    try:
        words = json.loads(value)
    except ValueError as error:
        raise DockerfileError(f"not a command in exec form: {value}") from error
    if not all(isinstance(word, str) for word in words):
        raise DockerfileError(f"every word of a command must be a string: {value}")
    return list(words)


def _health_check(value: str) -> dict[str, Any]:
    """A HEALTHCHECK in the shape in which Docker keeps it: nanoseconds, and the command behind its kind."""
    if value.strip().upper() == "NONE":
        return {"Test": ["NONE"]}
    options, keyword, command = value.partition("CMD ")
    if not keyword:
        raise DockerfileError(f"HEALTHCHECK has no CMD: {value}")
    command = command.strip()
    test = ["CMD", *_command(command)] if command.startswith("[") else ["CMD-SHELL", command]
    check: dict[str, Any] = {"Test": test}
    for option in options.split():
        name, _, text = option.removeprefix("--").partition("=")
        if name == "retries":
            check["Retries"] = int(text)
        elif name in _HEALTH_OPTIONS:
            check[_HEALTH_OPTIONS[name]] = _nanoseconds(text)
        else:
            raise DockerfileError(f"HEALTHCHECK has an unknown option {option}")
    return check


def _nanoseconds(text: str) -> int:
    """A duration such as 30s or 1m30s."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise DockerfileError(f"not a duration: {text!r} (30s or 1m30s would be)")
    return sum(int(number) * _NANOSECONDS[unit] for number, unit in parts)
