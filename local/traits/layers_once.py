"""Trait: a layer is unpacked once.

AWS ("Managing Lambda dependencies with layers"): a layer's contents are there, under /opt, when a function starts.
Emulator: each worker unzips them again, and Python compiles them again, which takes longer than the function's start.
Here: each version of a layer is unpacked at its first use, and Python's compiled files stay there. Libraries that are
compiled for AWS's machines are also added for this machine.
"""

from __future__ import annotations

import io
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from stacks.assets.layer import compile_here

VARIABLE = "_LAMBDA_LAYERS_DIRS"
"""Where the emulator's Python worker looks for layers."""
_UNPACKED: dict[str, Path] = {}
_LOCK = threading.Lock()


def apply() -> None:
    """Give Python's workers the unpacked layers."""
    spawn = lambda_runtime.Worker._spawn

    def spawned(worker: Any) -> None:
        if str(worker.config.get("Runtime", "")).startswith("python") and worker.config.get("Layers"):
            variables = dict(worker.config.get("Environment", {}).get("Variables", {}))
            variables[VARIABLE] = ":".join(str(_unpacked(layer)) for layer in worker.config["Layers"])
            worker.config = {**worker.config, "Layers": [], "Environment": {"Variables": variables}}
        spawn(worker)

    lambda_runtime.Worker._spawn = spawned


def _unpacked(layer: Any) -> Path:
    """Return the directory of a layer's version."""
    arn = layer if isinstance(layer, str) else layer["Arn"]
    with _LOCK:
        if arn not in _UNPACKED:
            into = Path(tempfile.mkdtemp(prefix="layer-"))
            with zipfile.ZipFile(io.BytesIO(lambda_svc._resolve_layer_zip(layer))) as archive:
                archive.extractall(into)
            compile_here(into / "python")
            _UNPACKED[arn] = into
        return _UNPACKED[arn]
