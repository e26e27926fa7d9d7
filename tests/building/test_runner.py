"""cli/images/buildspec.py: the rules of CodeBuild that buildspec.yml relies on; any other is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.images.buildspec import BuildFailed, BuildspecError, parse, run

PATH = {"PATH": os.environ["PATH"]}


def spec(*phases: str, exported: str = "[]") -> str:
    """Return a buildspec of these phases, each a line of YAML."""
    body = "".join(f"  {phase}\n" for phase in phases)
    return f"version: 0.2\nenv: {{exported-variables: {exported}}}\nphases:\n{body}"


def phase(name: str, *commands: str, last: str = "") -> str:
    """Return a phase as YAML; `last` is a command that runs in any case."""
    after = f", finally: [{last!r}]" if last else ""
    return f"{name}: {{on-failure: ABORT, commands: {list(commands)!r}{after}}}"


def test_exported_variables_and_the_directory_carry_over(tmp_path: Path) -> None:
    """From command to command and from phase to phase; what was not exported does not."""
    text = spec(
        phase("pre_build", "export A=1", "mkdir below && cd below", "B=2"),
        phase("build", 'export SEEN="$A/${B:-gone}/$(basename "$PWD")"'),
        exported="[SEEN]",
    )

    assert run(text, PATH, tmp_path, print) == {"SEEN": "1/gone/below"}


def test_a_value_may_hold_any_text(tmp_path: Path) -> None:
    """Lines, quotes and equal signs included."""
    value = "a=b\n'c' \"d\" é"

    assert run(spec(phase("build", "export V"), exported="[V]"), {**PATH, "V": value}, tmp_path, print) == {"V": value}


def test_phases_run_in_codebuilds_order_whatever_the_files(tmp_path: Path) -> None:
    """And each line of output is told as it comes, errors among them."""
    lines: list[str] = []
    text = spec(phase("post_build", "echo 3"), phase("install", "echo 1 >&2"), phase("build", "echo 2"))

    run(text, PATH, tmp_path, lines.append)

    assert lines == ["1", "2", "3"]


def test_a_failure_ends_the_build_and_says_where(tmp_path: Path) -> None:
    """Phase, command, exit code and last words; what `finally` says is done, and no later phase is begun."""
    text = spec(
        phase("build", "echo before", "echo broken && exit 7", "touch later", last="touch cleared; false"),
        phase("post_build", "touch later"),
    )

    with pytest.raises(BuildFailed) as failed:
        run(text, PATH, tmp_path, print)

    error = failed.value
    assert (error.phase, error.command, error.exit_code) == ("build", "echo broken && exit 7", 7)
    assert error.tail == ("before", "broken")
    assert all(word in str(error) for word in ("phase build", "exit code 7", "broken"))
    assert {path.name for path in tmp_path.iterdir()} == {"cleared"}


def test_a_failing_finally_fails_a_build_that_went_well(tmp_path: Path) -> None:
    """It is part of its phase."""
    with pytest.raises(BuildFailed, match="phase build"):
        run(spec(phase("build", "true", last="exit 3")), PATH, tmp_path, print)


def test_a_command_that_is_killed_has_failed(tmp_path: Path) -> None:
    """Nothing it might have exported is believed."""
    with pytest.raises(BuildFailed, match="exit code -9"):
        run(spec(phase("build", "export A=1; kill -9 $$"), exported="[A]"), PATH, tmp_path, print)


def test_commands_see_the_given_environment_alone_and_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither this process's variables nor, afterwards, its temporary files."""
    monkeypatch.setenv("LANDFALL_SECRET", "seen")
    text = spec(phase("build", 'export V="${LANDFALL_SECRET:-unseen}" T="$(mktemp -d)"'), exported="[V, T, UNSET]")

    exported = run(text, PATH, tmp_path, print)

    assert exported["V"] == "unseen"
    assert not Path(exported["T"]).exists()
    assert "UNSET" not in exported


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("phases: [", "not valid YAML"),
        ("[]", "must be a mapping"),
        ("version: 0.1\nphases: {}", r"version: is 0\.1"),
        (spec(phase("deploy", "true")), r"phases\.deploy: not supported"),
        ("version: 0.2\nphases: {}\nartifacts: {}", "artifacts: not supported"),
        ("version: 0.2\nenv: {shell: bash}\nphases: {}", r"env\.shell: not supported"),
        (spec("build: {commands: ['true']}"), r"phases\.build\.on-failure: is None"),
        (spec("build: {on-failure: CONTINUE, commands: ['true']}"), "CONTINUE"),
        (spec("build: {on-failure: ABORT, commands: 'true'}"), "must be a list of texts"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(text: str, why: str) -> None:
    """Rather than left out, so that a build here is not another one than on CodeBuild."""
    with pytest.raises(BuildspecError, match=why):
        parse(text)
