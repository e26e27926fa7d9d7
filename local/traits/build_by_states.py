"""Trait: a state machine starts a build.

AWS ("Start an AWS CodeBuild build with Step Functions" in the Step Functions developer guide): the integration
``codebuild:startBuild`` calls StartBuild; arguments and answer are in PascalCase.
Emulator: it has no such integration, neither in this form nor in that of the SDK.
Here: calls the emulator's StartBuild, as corrected by the trait ``codebuild``, and converts the names in its answer.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from ministack.services import codebuild, stepfunctions

RESOURCE = "arn:aws:states:::codebuild:startBuild"


def apply() -> None:
    """Let a Task start a build."""
    stepfunctions._SERVICE_DISPATCH[RESOURCE] = _start_build


def _start_build(_resource: str, arguments: dict[str, Any]) -> dict[str, Any]:
    asked = {name[0].lower() + name[1:]: value for name, value in arguments.items()}
    status, _, body = codebuild._start_build(asked)
    told = json.loads(body)
    if status != HTTPStatus.OK:
        raise stepfunctions._ExecutionError(f"CodeBuild.{told.get('__type', 'CodeBuildException')}", str(told))
    build = told["build"]
    return {"Build": {name[0].upper() + name[1:]: value for name, value in build.items()}}
