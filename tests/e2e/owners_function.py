"""The function of a service's owner, which AfterCheck calls on the local AWS: it answers what a test wants it to."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from local.stage.landfall_stage import Stage

FUNCTION = "checked-after"
ROLE = "arn:aws:iam::000000000000:role/checked-after"
CODE = """
import json, time

def handler(event, context):
    answer = json.loads(%r)
    if answer == "hangs":
        time.sleep(60)
    if isinstance(answer, dict) and answer.get("ok") is True:
        answer["details"] = [event["detail-type"], event["detail"]["idempotency_key"], event["detail"]["git_sha"]]
    return answer
"""
Says = Callable[[Any], None]


def says(stage: Stage, function: str = FUNCTION) -> Says:
    """Return what makes the function answer that. It is created with its first answer."""
    client = stage.aws.client("lambda")

    def answer(value: Any) -> None:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("check.py", CODE % json.dumps(value))
        if function in [each["FunctionName"] for each in client.list_functions()["Functions"]]:
            client.update_function_code(FunctionName=function, ZipFile=made.getvalue())
            return
        client.create_function(
            FunctionName=function,
            Runtime="python3.13",
            Role=ROLE,
            Handler="check.handler",
            Code={"ZipFile": made.getvalue()},
            Timeout=10,
        )

    return answer
