"""The app, synthesised once per test session."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from local.settings import TEMPLATE
from tests.stacks.template import CERTIFICATE, Template, read
from tests.support.later import later

stacks_app, packs, exercise = later("stacks.app"), later("stacks.packs"), later("tests.policy.exercise")


@pytest.fixture(scope="session", autouse=True)
def _no_second_opinion() -> None:
    """CDK's own validation takes seconds; test_lint.py runs cfn-lint, and test_synth.py the app as it is."""
    os.environ["CDK_VALIDATION"] = "false"


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the app of the settings that ship, not yet synthesised."""
    return stacks_app.build(str(tmp_path_factory.mktemp("assembly")), {"settings": str(TEMPLATE)})


@pytest.fixture(scope="session")
def found(app: Any) -> Any:
    """Return what cdk-nag's packs find in it."""
    return packs.findings(app)


@pytest.fixture(scope="session")
def assembly(app: Any) -> Path:
    """Return its cloud assembly."""
    return Path(app.synth().directory)


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
    """Return the templates of a service with a certificate, and of one that existed before Landfall."""
    directory = tmp_path_factory.mktemp("variant")
    text = TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("# base_url = ", "base_url = ").replace("# certificate_arn = ", "certificate_arn = ")
    text = text.replace('"arn:aws:acm:…"', f'"{CERTIFICATE}"')
    settings = directory / "other.toml"
    settings.write_text(text + EXISTING, encoding="utf-8")
    stacks_app.build(str(directory / "out"), {"settings": str(settings)}).synth()
    return read(directory / "out")


@pytest.fixture(scope="session")
def of_network(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Template]:
    """Return the templates of a service behind a Network Load Balancer, by whether it has a certificate."""
    return {secure: _of_network(tmp_path_factory.mktemp("network"), secure) for secure in (True, False)}


def _of_network(directory: Path, secure: bool) -> Template:
    text = TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("[services.sample.stack]\n", '[services.sample.stack]\nload_balancer = "network"\n')
    if secure:
        text = text.replace("# base_url = ", "base_url = ").replace("# certificate_arn = ", "certificate_arn = ")
        text = text.replace('"arn:aws:acm:…"', f'"{CERTIFICATE}"')
    settings = directory / "services.toml"
    settings.write_text(text, encoding="utf-8")
    stacks_app.build(str(directory / "out"), {"settings": str(settings)}).synth()
    return read(directory / "out")["Landfall-Service-sample"]


@pytest.fixture(scope="session")
def unbuilt(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Return the pipeline's template for a service whose images something else builds."""
    directory = tmp_path_factory.mktemp("unbuilt")
    settings = directory / "services.toml"
    settings.write_text(EXISTING, encoding="utf-8")
    stacks_app.build(str(directory / "out"), {"settings": str(settings)}).synth()
    return read(directory / "out")["Landfall-Pipeline"]


@pytest.fixture(scope="session")
def stepped(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Return the pipeline's template for the services of tests/steps: with secrets, judged logs and a build."""
    template: Template = exercise.stepped(tmp_path_factory.mktemp("stepped"))
    return template


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Return the pipeline's template for a private service whose checks send secrets."""
    directory = tmp_path_factory.mktemp("private")
    settings = directory / "services.toml"
    settings.write_text(EXISTING + PRIVATE, encoding="utf-8")
    stacks_app.build(str(directory / "out"), {"settings": str(settings)}).synth()
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
migration = { command = ["migrate"] }
approval = { when = "before", approvers = ["role/Approver"] }
after = { function = "shop-check:live" }
"""
PRIVATE = """scan = "refuse CRITICAL"
base_url = "https://shop.internal"
[services.shop.smoke]
requests_per_second = 100
[[services.shop.smoke.checks]]
name = "orders"
path = "/orders"
send = {Authorization = {secret = "shop/smoke", key = "token", prefix = "Bearer "}, X-Key = {secret = "shop-key"}}
[vpc]
subnets = ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"]
security_groups = ["sg-0a1b2c3d4e5f60718"]
"""
