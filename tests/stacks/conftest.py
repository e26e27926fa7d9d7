"""The app, synthesised once per test session."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stacks import ROOT
from stacks.build import build
from tests.stacks.template import Template, read

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


@pytest.fixture(scope="session", autouse=True)
def _no_second_opinion() -> None:
    """CDK's own validation takes seconds; test_lint.py runs cfn-lint, and test_synth.py the app as it is."""
    os.environ["CDK_VALIDATION"] = "false"


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the cloud assembly of the repository's own services.toml."""
    directory = tmp_path_factory.mktemp("assembly")
    build(str(directory)).synth()
    return directory


@pytest.fixture(scope="session")
def templates(assembly: Path) -> dict[str, Template]:
    """Return its templates."""
    return read(assembly)


@pytest.fixture(scope="session")
def pipeline(templates: dict[str, Template]) -> Template:
    """Return the pipeline's template."""
    return templates["Landfall-Pipeline"]


@pytest.fixture(scope="session")
def sample(templates: dict[str, Template]) -> Template:
    """Return the template of the sample service."""
    return templates["Landfall-Service-sample"]


@pytest.fixture(scope="session")
def variant(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """Return the templates of a first deploy with a certificate, and with a service that existed before Landfall."""
    directory = tmp_path_factory.mktemp("variant")
    text = (ROOT / "services.toml").read_text(encoding="utf-8")
    text = text.replace("# base_url = ", "base_url = ").replace("# certificate_arn = ", "certificate_arn = ")
    text = text.replace('"arn:aws:acm:…"', f'"{CERTIFICATE}"')
    settings = directory / "other.toml"
    settings.write_text(text + EXISTING, encoding="utf-8")
    context = {"settings": str(settings), "first-deploy": "true"}
    build(str(directory / "out"), context).synth()
    return read(directory / "out")


@pytest.fixture(scope="session")
def first(variant: dict[str, Template]) -> Template:
    """Return the template of the sample service at its first deploy."""
    return variant["Landfall-Service-sample"]


@pytest.fixture(scope="session")
def unbuilt(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Return the pipeline's template for a service whose images something else builds."""
    directory = tmp_path_factory.mktemp("unbuilt")
    settings = directory / "services.toml"
    settings.write_text(EXISTING, encoding="utf-8")
    build(str(directory / "out"), {"settings": str(settings)}).synth()
    return read(directory / "out")["Landfall-Pipeline"]


EXISTING = """
[services.shop]
cluster = "prod"
service = "shop-web"
container = "web"
repository = "shop/web"
task_role = "arn:aws:iam::123456789012:role/apps/shop-task"
execution_role = "ecsTaskExecutionRole"
logs = { group = "/shop/web", gate = true }
"""
