"""The repository that services.toml ships with is somebody else's: synthesised, and never deployed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import tomli_w

from landfall.settings import PLACEHOLDER, Settings
from landfall.settings_file.read import load
from local.settings import TEMPLATE
from tests.stacks.template import Template
from tests.support.later import later

stacks_app, placeholder = later("stacks.app"), later("stacks.placeholder")


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Write the settings as they ship."""
    tables = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))
    tables["services"]["sample"]["build"]["source"] = PLACEHOLDER
    path = tmp_path / "services.toml"
    path.write_text(tomli_w.dumps(tables), encoding="utf-8")
    return path


def test_make_deploy_says_which_key_to_set(shipped: Path) -> None:
    """Before anything is deployed; one's own repository is no reason, nor is a service that something else builds."""
    assert "services.sample.build.source is 'example/landfall'" in str(placeholder.complaint(load(shipped)))
    assert placeholder.complaint(load(TEMPLATE)) is None
    assert placeholder.complaint(Settings((), Path())) is None


def test_every_template_refuses_to_be_deployed(shipped: Path, tmp_path: Path) -> None:
    """Synthesised it is, without a word: which command runs the app it is not told."""
    assembly = stacks_app.build(str(tmp_path / "out"), {"settings": str(shipped)}).synth()
    for stack in assembly.stacks:
        (told,) = stack.template["Rules"][placeholder.RULE]["Assertions"]
        assert told["Assert"] == {"Fn::Not": [{"Fn::Equals": [PLACEHOLDER, PLACEHOLDER]}]}
        assert "services.sample.build.source" in told["AssertDescription"]


def test_a_repository_of_ones_own_is_deployed(templates: dict[str, Template]) -> None:
    """No rule is left that would refuse it."""
    assert not [name for name, template in templates.items() if placeholder.RULE in template.document.get("Rules", {})]
