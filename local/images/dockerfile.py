"""Reads a Dockerfile's last stage, and makes the configuration of its image.

So the Dockerfile is the only source: a container that runs without Docker has the environment, command, user and health
check that `docker build` would set.
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
    """The Dockerfile has an instruction that can't be read here."""


def image_config(dockerfile: Path, build_args: Mapping[str, str]) -> dict[str, Any]:
    """Return the `config` of the image of the Dockerfile's last stage, with these build arguments."""
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
    """Say whether a stage, by name or number, is the last one, which is built by default."""
    parser = DockerfileParser(fileobj=io.BytesIO(dockerfile.read_bytes()))
    stages = [entry["value"].split() for entry in parser.structure if entry["instruction"] == "FROM"]
    names = {str(len(stages) - 1)}
    if stages and [word.upper() for word in stages[-1][-2:-1]] == ["AS"]:
        names.add(stages[-1][-1].lower())
    return target.lower() in names


def _last_stage(parser: DockerfileParser) -> list[tuple[str, str]]:
    """Return the instructions after the last FROM, each with its variables replaced."""
    stage: list[tuple[str, str]] = []
    for entry, known in zip(parser.structure, parser.context_structure, strict=True):
        name, value = entry["instruction"], entry["value"]
        if name == "FROM":
            stage.clear()
        elif name in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):  # the shell replaces their variables at run time
            stage.append((name, value))
        elif name in ("WORKDIR", "USER", "EXPOSE", "STOPSIGNAL"):
            stage.append((name, WordSplitter(value, args=known.args, envs=known.envs).dequote()))
    return stage


def _setting(instruction: str, value: str, so_far: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one instruction adds to the configuration."""
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
    """Return the ports of an EXPOSE, in the form of an image's configuration."""
    return {port if "/" in port else f"{port}/tcp": {} for port in value.split()}


def _command(value: str) -> list[str]:
    """Return a command in exec form. The shell form is wrapped in a shell, as Docker does."""
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
    """Return a HEALTHCHECK in Docker's form: nanoseconds, and the command after its kind."""
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
    """Return a duration such as 30s or 1m30s in nanoseconds."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise DockerfileError(f"not a duration: {text!r} (use, for example, 30s or 1m30s)")
    return sum(int(number) * _NANOSECONDS[unit] for number, unit in parts)
