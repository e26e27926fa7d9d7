"""The contract of an image, clause by clause: what is missing, what is wrong, and that no secret is repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.images.image_check import Finding, check_image
from landfall.images.image_secrets import is_secret
from landfall.settings import Build, Service
from local.images.dockerfile import image_config
from local.images.sample_image import SERVICE

SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40
TIME = "2024-01-31T12:00:00Z"
LABEL = "org.opencontainers.image."
PLATFORM = "linux/amd64"


def service(**build: Any) -> Service:
    """A service that is built for linux/amd64 by default."""
    return Service("s", "c", "s", "app", "r", "t", "e", build=Build(source="o/n", **build))


def good() -> dict[str, Any]:
    """The configuration of the sample's own image."""
    config = image_config(SERVICE / "Dockerfile", {"GIT_SHA": SHA, "BUILD_TIME": TIME})
    return {"os": "linux", "architecture": "amd64", "config": config}


def with_env(*entries: str) -> dict[str, Any]:
    """The good image with variables changed or added; one without a value is taken out."""
    document = good()
    env = dict(entry.split("=", 1) for entry in document["config"]["Env"])
    for entry in entries:
        name, _, value = entry.partition("=")
        env[name] = value
    document["config"]["Env"] = [f"{name}={value}" for name, value in env.items() if value]
    return document


def with_config(**changes: Any) -> dict[str, Any]:
    """The good image with parts of its configuration changed."""
    document = good()
    document["config"] |= changes
    return document


def with_label(name: str, value: str | None) -> dict[str, Any]:
    """The good image with one label changed or, with None, taken out."""
    labels = good()["config"]["Labels"] | {f"{LABEL}{name}": value}
    return with_config(Labels={key: text for key, text in labels.items() if text is not None})


def finding(document: dict[str, Any], check: str, tag: str | None = None) -> Finding:
    """What one check says of an image."""
    found = {each.check: each for each in check_image(document, PLATFORM, service(), tag)}
    return found[check]


def test_sample_image_keeps_all_of_it() -> None:
    """The image that everybody copies from must be one that passes."""
    findings = check_image(good(), PLATFORM, service(), tag=SHA)
    assert {each.result for each in findings} == {"ok"}
    assert not [each for each in findings if each.mend]


@pytest.mark.parametrize(
    ("document", "check", "result"),
    [
        (with_env("GIT_SHA="), "GIT_SHA", "missing"),
        (with_env("GIT_SHA=HEAD"), "GIT_SHA", "wrong"),
        (with_env(f"GIT_SHA={SHA[:12]}"), "GIT_SHA", "wrong"),
        (with_env(f"GIT_SHA={SHA.upper()}"), "GIT_SHA", "wrong"),
        (with_env("BUILD_TIME="), "BUILD_TIME", "missing"),
        (with_env("BUILD_TIME=yesterday"), "BUILD_TIME", "wrong"),
        (with_env("BUILD_TIME=2024-01-31T12:00:00"), "BUILD_TIME", "wrong"),
        (with_env("BUILD_TIME=2024-01-31T12:00:00+02:00"), "BUILD_TIME", "wrong"),
        (with_label("revision", None), "label revision", "missing"),
        (with_label("revision", OTHER), "label revision", "wrong"),
        (with_label("created", None), "label created", "missing"),
        (with_label("created", "now"), "label created", "wrong"),
        (with_label("created", "2024-01-31T14:00:00+02:00"), "label created", "ok"),
        (with_label("source", None), "label source", "missing"),
        (with_label("source", "my laptop"), "label source", "wrong"),
        (with_config(Healthcheck=None), "HEALTHCHECK", "missing"),
        (with_config(Healthcheck={"Test": ["NONE"]}), "HEALTHCHECK", "missing"),
        (with_config(User=None), "user", "missing"),
        (with_config(User="root"), "user", "wrong"),
        (with_config(User="root:app"), "user", "wrong"),
        (with_config(User="0:0"), "user", "wrong"),
        (with_config(User="00"), "user", "wrong"),
        (with_config(User="1000"), "user", "ok"),
        (with_config(ExposedPorts=None), "port", "missing"),
        (with_config(ExposedPorts={"53/udp": {}}), "port", "wrong"),
        (with_config(ExposedPorts={"8080": {}}), "port", "ok"),
    ],
)
def test_each_clause(document: dict[str, Any], check: str, result: str) -> None:
    """A broken clause gives a finding with the expected value and the fix; a kept clause gives none."""
    found = finding(document, check)
    assert found.result == result
    assert found.expected
    assert bool(found.mend) == (result != "ok")


def test_tag_that_is_a_commit_must_be_the_images_own() -> None:
    """An image under another commit's tag would be released as that commit, and only the smoke test would tell."""
    assert finding(good(), "GIT_SHA", tag=OTHER).result == "wrong"
    assert finding(good(), "GIT_SHA", tag="v1.2").result == "ok"


def test_named_user_passes_with_advice() -> None:
    """A user's name may be root's, which only the image's files show. It is allowed, but a number is better."""
    found = finding(with_config(User="app"), "user")
    assert found.result == "ok"
    assert "USER 10001" in found.mend


@pytest.mark.parametrize(
    ("platform", "wanted", "result"),
    [
        ("linux/amd64", "linux/amd64", "ok"),
        ("linux/arm64", "linux/arm64", "ok"),
        ("linux/arm64", "linux/amd64", "wrong"),
        ("unknown/unknown", "linux/amd64", "wrong"),
    ],
)
def test_platform_is_the_settings_own(platform: str, wanted: str, result: str) -> None:
    """An image for another processor dies at its first instruction."""
    found = {each.check: each for each in check_image(good(), platform, service(platform=wanted))}
    assert (found["platform"].result, found["platform"].seen) == (result, platform)


def test_without_a_build_table_any_platform_will_do() -> None:
    """What somebody else builds is for whatever their tasks run on."""
    plain = Service("s", "c", "s", "app", "r", "t", "e")
    found = {each.check: each for each in check_image(good(), "linux/arm64", plain)}
    assert found["platform"].result == "ok"


@pytest.mark.parametrize(
    "entry",
    [
        "AWS_SECRET_ACCESS_KEY=hush",
        "GITHUB_TOKEN=hush",
        "DB_PASSWORD=hush",
        "db_password=hush",
        "API_KEY=hush",
        "SIGNING_KEY=595E85A6B1B4779EA4DAAEC70B588DFF0527hush",
        "STRIPE_SECRET_KEY=hush",
        "API_KEY_BILLING=9f8e7d6c5b4ahush",
        "TOKEN_SLACK=a1-b2-c3-hush",
        "JAVA_OPTS=-Xmx1g -Djavax.net.ssl.keyStorePassword=hush",
        "APP_OPTS=--server.ssl.key-store-password=hush",
        "TOKEN=hush",
        "DATABASE_URL=postgres://app:hush@db/app",
    ],
)
def test_secrets_are_named_and_never_repeated(entry: str) -> None:
    """A finding about a secret names the variable, and never shows its value."""
    found = finding(with_env(entry), "secrets")
    assert found.result == "wrong"
    assert entry.partition("=")[0] in found.seen
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    "entry",
    [
        "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",  # the official Python images have it: a public key's id
        "TINI_SIGN_KEY=595E85A6B1B4779EA4DAAEC70B588DFF0527A9B7",  # as above, by its form alone
        "TOKEN_BUCKET=sessions-eu-west-1-v2/x y",
        "TOKEN_RELEASE=v1.20.30",
        "JAVA_OPTS=-Djavax.net.ssl.trustStorePassword=changeit -Dapp.usePassword=true",
        "ACCESS_KEY_ALGORITHM=HmacSHA256",
        "PASSWORD_FILE=/run/secrets/password",
        "TOKENIZERS_PARALLELISM=false",
        "PRIMARY_KEY=id",
        "HOME_PAGE=https://example.com:8443/a@b",
    ],
)
def test_harmless_names_are_no_secrets(entry: str) -> None:
    """A check that cries wolf is switched off."""
    assert finding(with_env(entry), "secrets").result == "ok"


@pytest.mark.parametrize(
    "document",
    [{}, {"config": None}, {"config": []}, {"config": {"Env": "GIT_SHA=1", "Labels": [], "Healthcheck": "x"}}],
)
def test_document_of_another_shape_says_nothing(document: dict[str, Any]) -> None:
    """Whatever an image's author put there, the answer is findings, not a crash."""
    results = {each.check: each.result for each in check_image(document, PLATFORM, service())}
    assert results.pop("platform") == results.pop("secrets") == "ok"
    assert set(results.values()) == {"missing"}


VARIABLES = Path(__file__).with_name("image_variables.txt")


def variables() -> list[tuple[str, bool]]:
    """The variables of the table, each with whether its value is a secret."""
    lines = VARIABLES.read_text(encoding="utf-8").splitlines()
    return [(line[2:], line[0] == "+") for line in lines if line[:2] in ("+ ", "- ")]


@pytest.mark.parametrize(("entry", "secret"), variables(), ids=[entry.partition("=")[0] for entry, _ in variables()])
def test_variables_of_public_images(entry: str, secret: bool) -> None:
    """For real variables of images, there are neither missed secrets nor false alarms."""
    name, _, value = entry.partition("=")
    assert is_secret(name, value) is secret
