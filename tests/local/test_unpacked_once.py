"""Code and layers: there when a function starts, as on AWS, and unpacked once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from local.emulator.local_aws import LocalAws
from tests.local.archives import archive


def said(aws: LocalAws, name: str, code: str, layers: Sequence[str] = ()) -> Any:
    """Make a function of one file, and return what its handler returns."""
    aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="main_code.handler",
        Code={"ZipFile": archive("main_code.py", code)},
        Layers=list(layers),
    )
    return json.loads(aws.client("lambda").invoke(FunctionName=name)["Payload"].read())


def test_two_functions_share_a_layer(aws: LocalAws) -> None:
    """Each finds the layer's package, in one place; unzipping it for each worker took longer than their start."""
    layer = aws.client("lambda").publish_layer_version(
        LayerName="shared", Content={"ZipFile": archive("python/shared_by_layer.py", "WHERE = __file__")}
    )["LayerVersionArn"]
    code = "import shared_by_layer\ndef handler(event, context):\n    return shared_by_layer.WHERE"
    found = {said(aws, name, code, [layer]) for name in ("one", "two")}

    assert len(found) == 1
    assert found.pop().endswith("python/shared_by_layer.py")


def test_functions_share_the_code_that_is_the_same(aws: LocalAws) -> None:
    """Python compiles it once for all of them; other code is elsewhere, so an upgrade is seen at once."""
    code = "import os\ndef handler(event, context):\n    return os.path.realpath(os.getcwd())"
    one, two, other = (said(aws, name, text) for name, text in (("a", code), ("b", code), ("c", code + "\n")))

    assert one == two
    assert one != other
