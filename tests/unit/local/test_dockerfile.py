"""The Dockerfile builds the image that rows R4 and R10 ask for."""

import importlib
import importlib.metadata
import io
import json
import os
import subprocess
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.images.dockerfile import DockerfileError, image_config
from local.images.dockerfile_build import bases
from sample_service.faults import FAULTS

SERVICE = Path(__file__).parents[3] / "sample_service"
DOCKERFILE = SERVICE / "Dockerfile"
SHA = "0123456789abcdef0123456789abcdef01234567"
TIME = "2024-01-31T12:00:00Z"
SECOND = 1_000_000_000


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continuation lines joined."""
    parser = DockerfileParser(fileobj=io.BytesIO(DOCKERFILE.read_bytes()))
    return [(entry["instruction"], entry["value"]) for entry in parser.structure if entry["instruction"] != "COMMENT"]


def last_stage() -> list[tuple[str, str]]:
    """What follows the last FROM: the stage that becomes the image."""
    found = instructions()
    start = max(at for at, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


def test_image_is_built_in_stages_and_keeps_only_the_result() -> None:
    """Build tools and the build context stay out of what runs in production."""
    assert [name for name, _ in instructions()].count("FROM") == 2
    assert [value for name, value in last_stage() if name in ("COPY", "ADD", "RUN")] == ["--from=build /app /app"]


def test_base_image_names_a_version() -> None:
    """Base images have a version, so a commit always gives the same image, and are not pulled from Docker Hub."""
    assert set(bases(DOCKERFILE)) == {"public.ecr.aws/docker/library/python:3.12-slim"}


def test_commit_and_build_time_are_baked_in() -> None:
    """What /version says of itself comes from the build, and so do the labels that tools read."""
    config = image_config(DOCKERFILE, {"GIT_SHA": SHA, "BUILD_TIME": TIME})
    assert f"GIT_SHA={SHA}" in config["Env"]
    assert f"BUILD_TIME={TIME}" in config["Env"]
    assert config["Labels"]["org.opencontainers.image.revision"] == SHA
    assert config["Labels"]["org.opencontainers.image.created"] == TIME
    assert config["Labels"]["org.opencontainers.image.source"]


def build_refuses(variables: dict[str, str]) -> str:
    """Run the Dockerfile's own checks in a shell; what they complain of, or nothing."""
    complaints = ""
    for name, value in instructions():
        if name == "RUN" and ("GIT_SHA" in value or "BUILD_TIME" in value):
            env = {"PATH": os.environ["PATH"], **variables}
            command = ["/bin/sh", "-c", value]
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
            complaints += done.stderr if done.returncode else ""
    return complaints


def test_build_accepts_a_full_commit_id() -> None:
    """The checks must not stand in the way of a proper build."""
    assert build_refuses({"GIT_SHA": SHA, "BUILD_TIME": TIME}) == ""


@pytest.mark.parametrize(
    "sha", ["", "HEAD", SHA[:7], SHA.upper(), SHA + "0", f"{SHA}\n{SHA}", "g" * 40, f"{SHA[:-1]} ", "$(id)"]
)
def test_build_refuses_what_is_no_full_commit_id(sha: str) -> None:
    """An image without a real commit id could never be proven live, so it must not come to be."""
    assert "GIT_SHA is" in build_refuses({"GIT_SHA": sha, "BUILD_TIME": TIME})


@pytest.mark.parametrize("time", ["", "now", "2024-01-31", "2024-01-31T12:00:00+02:00"])
def test_build_refuses_what_is_no_time(time: str) -> None:
    """A build time that cannot be compared is no evidence."""
    assert "BUILD_TIME is" in build_refuses({"GIT_SHA": SHA, "BUILD_TIME": time})


def test_fault_is_empty_unless_it_is_asked_for() -> None:
    """A release built the usual way carries no fault, a faulty image the one that was asked for."""
    assert "FAULT=" in image_config(DOCKERFILE, {"GIT_SHA": SHA, "BUILD_TIME": TIME})["Env"]
    for fault in FAULTS:
        config = image_config(DOCKERFILE, {"GIT_SHA": SHA, "BUILD_TIME": TIME, "FAULT": fault})
        assert f"FAULT={fault}" in config["Env"]


def test_health_check_has_the_numbers_of_r10() -> None:
    """30 s, 5 s, 3 retries and a start period of 60 s are the requirement, not a taste."""
    check = image_config(DOCKERFILE, {"GIT_SHA": SHA, "BUILD_TIME": TIME})["Healthcheck"]
    assert check == {
        "Test": ["CMD", "python", "-m", "sample_service.probe"],
        "Interval": 30 * SECOND,
        "Timeout": 5 * SECOND,
        "StartPeriod": 60 * SECOND,
        "Retries": 3,
    }


def test_image_runs_as_a_numbered_user_without_rights() -> None:
    """Platforms that refuse root must be able to tell from the image alone."""
    user, _, group = image_config(DOCKERFILE, {})["User"].partition(":")
    assert int(user) > 0
    assert int(group) > 0


def test_commands_are_in_exec_form_and_name_modules_that_exist() -> None:
    """Through a shell SIGTERM would not reach the service; a mistyped module would show only at run time."""
    found = {name: value for name, value in last_stage() if name in ("CMD", "HEALTHCHECK")}
    config = image_config(DOCKERFILE, {})
    assert json.loads(found["CMD"]) == config["Cmd"] == ["python", "-m", "sample_service"]
    assert config["Healthcheck"]["Test"][0] == "CMD"
    for module in ("sample_service.__main__", config["Healthcheck"]["Test"][-1]):
        assert importlib.import_module(module)


def test_port_and_place_are_what_the_task_definition_says() -> None:
    """The load balancer reaches 8080, and the commands are found from /app."""
    config = image_config(DOCKERFILE, {})
    assert (config["ExposedPorts"], config["WorkingDir"]) == ({"8080/tcp": {}}, "/app")


def test_ignore_file_lets_in_only_what_is_copied() -> None:
    """A stray file in the directory must not change the image or end up in it."""
    lines = (SERVICE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and line[0] != "#"] == ["*", "!*.py", "!requirements.txt"]
    copied = [value for name, value in instructions() if name == "COPY" and "--from" not in value]
    assert copied == ["requirements.txt ./", "*.py /app/sample_service/"]
    assert not [path for path in SERVICE.iterdir() if path.is_dir() and path.name != "__pycache__"]


def test_requirements_pin_everything_that_is_needed() -> None:
    """Dependencies are not resolved when the image is built: one that is missing here is missing there."""
    lines = (SERVICE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and line[0] != "#"]
    pinned = {canonicalize_name(pin.name) for pin in pins}
    needed = {
        canonicalize_name(requirement.name)
        for pin in pins
        for requirement in map(Requirement, importlib.metadata.requires(pin.name) or [])
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert needed <= pinned
    assert all(str(pin.specifier).startswith("==") for pin in pins)


def config_of(tmp_path: Path, text: str, **arguments: str) -> dict[str, object]:
    """The configuration that a Dockerfile of this text gives."""
    file = tmp_path / "Dockerfile"
    file.write_text(text, encoding="utf-8")
    return image_config(file, arguments)


def test_only_the_last_stage_counts(tmp_path: Path) -> None:
    """What an earlier stage says must not leak into the image's configuration."""
    text = "FROM a AS b\nENV X=1\nUSER root\nEXPOSE 1\nCMD old\nFROM c\nENV Y=2\nWORKDIR /a\nWORKDIR b\n"
    assert config_of(tmp_path, text) == {"Env": ["Y=2"], "Labels": {}, "WorkingDir": "/a/b"}


def test_shell_forms_and_variables_are_read_as_docker_reads_them(tmp_path: Path) -> None:
    """Variables are filled in where Docker does so, and left to the shell where Docker leaves them."""
    text = (
        "FROM a\nARG PORT=1\nENV HOME=/srv\nWORKDIR $HOME\nEXPOSE $PORT 53/udp\nSTOPSIGNAL SIGINT\n"
        "ENTRYPOINT exec $HOME/run\nHEALTHCHECK --interval=1m30s --start-interval=500ms CMD curl $HOME\n"
    )
    assert config_of(tmp_path, text, PORT="9000") == {
        "Env": ["HOME=/srv"],
        "Labels": {},
        "WorkingDir": "/srv",
        "ExposedPorts": {"9000/tcp": {}, "53/udp": {}},
        "StopSignal": "SIGINT",
        "Entrypoint": ["/bin/sh", "-c", "exec $HOME/run"],
        "Healthcheck": {
            "Test": ["CMD-SHELL", "curl $HOME"],
            "Interval": 90 * SECOND,
            "StartInterval": SECOND // 2,
        },
    }
    assert config_of(tmp_path, "FROM a\nHEALTHCHECK NONE\n")["Healthcheck"] == {"Test": ["NONE"]}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('CMD ["python", -m]', "not a command in exec form"),
        ('CMD ["sleep", 1]', "must be a string"),
        ("HEALTHCHECK --interval=30s", "has no CMD"),
        ("HEALTHCHECK --often=30s CMD true", "unknown option --often=30s"),
        ("HEALTHCHECK --interval=30 CMD true", "not a duration: '30'"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    """A Dockerfile that is misread in silence would give an image that only looks like the real one."""
    with pytest.raises(DockerfileError, match=complaint):
        config_of(tmp_path, f"FROM a\n{line}\n")
