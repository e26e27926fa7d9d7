"""A template that names the repository which services.toml ships with is refused by CloudFormation itself."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import tomli_w
from botocore.exceptions import ClientError

from landfall.settings import PLACEHOLDER
from landfall.settings_file.read import parse
from local.emulator.local_aws import LocalAws
from local.settings import TEMPLATE
from tests.support.later import later

cdk, placeholder = later("aws_cdk"), later("stacks.placeholder")


def test_cloudformation_refuses_it(aws: LocalAws, tmp_path: Path) -> None:
    """And says what to do, before it makes anything."""
    app = cdk.App(outdir=str(tmp_path / "out"))
    cdk.CfnResource(cdk.Stack(app, "Refused"), "Topic", type="AWS::SNS::Topic")
    tables = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))
    tables["services"]["sample"]["build"]["source"] = PLACEHOLDER
    placeholder.guard(app, parse(tomli_w.dumps(tables), TEMPLATE))
    (stack,) = app.synth().stacks
    template = {name: stack.template[name] for name in ("Resources", "Rules")}
    template["Rules"] = {placeholder.RULE: template["Rules"][placeholder.RULE]}
    with pytest.raises(ClientError, match="an example"):
        aws.client("cloudformation").create_stack(StackName="Refused", TemplateBody=json.dumps(template))
