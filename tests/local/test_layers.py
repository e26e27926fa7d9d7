"""Layers: there when a function starts, as on AWS, and unpacked once."""

from __future__ import annotations

import io
import json
import zipfile

from local.emulator.local_aws import LocalAws


def archive(path: str, text: str) -> bytes:
    """Return a zip of one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr(path, text)
    return packed.getvalue()


def test_two_functions_share_a_layer(aws: LocalAws) -> None:
    """Each finds the layer's package, in one place; unzipping it for each worker took longer than their start."""
    functions = aws.client("lambda")
    layer = functions.publish_layer_version(
        LayerName="shared", Content={"ZipFile": archive("python/shared_by_layer.py", "WHERE = __file__")}
    )["LayerVersionArn"]
    code = "import shared_by_layer\ndef handler(event, context):\n    return shared_by_layer.WHERE"
    found = set()
    for name in ("one", "two"):
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/any",
            Handler="main_code.handler",
            Code={"ZipFile": archive("main_code.py", code)},
            Layers=[layer],
        )
        found.add(json.loads(functions.invoke(FunctionName=name)["Payload"].read()))

    assert len(found) == 1
    assert found.pop().endswith("python/shared_by_layer.py")
