"""Trait: code and layers are unpacked once.

AWS ("Managing Lambda dependencies with layers"): a layer's contents are there, under /opt, when a function starts, and
so is the code. A function can't write to either.
Emulator: each worker unzips both again, and Python compiles them again, which takes longer than the function's start.
Here: each version of a layer, and each different archive of code, is unpacked at its first use, and Python's compiled
files stay there. A worker's directory of code is a link. Libraries that are compiled for AWS's machines are also added
for this machine.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import threading
import zipfile
from collections.abc import Callable
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
    """Give the workers the unpacked directories."""
    spawn = lambda_runtime.Worker._spawn

    def spawned(worker: Any) -> None:
        if str(worker.config.get("Runtime", "")).startswith("python") and worker.config.get("Layers"):
            variables = dict(worker.config.get("Environment", {}).get("Variables", {}))
            variables[VARIABLE] = ":".join(str(_layer(layer)) for layer in worker.config["Layers"])
            worker.config = {**worker.config, "Layers": [], "Environment": {"Variables": variables}}
        spawn(worker)

    lambda_runtime.Worker._spawn = spawned
    vars(lambda_runtime)["zipfile"] = _Zipfile()


class _Zipfile:
    """The module zipfile, as the emulator's runtime uses it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(zipfile, name)

    class ZipFile(zipfile.ZipFile):
        """An archive that is unpacked once, whoever asks."""

        def extractall(self, path: Any = None, *_: Any, **__: Any) -> None:
            """Make the empty directory `path` a link to where the archive is unpacked."""
            archive = Path(str(self.filename))
            into, unpack = Path(path), super().extractall
            shared = _once(hashlib.sha256(archive.read_bytes()).hexdigest(), "code-", unpack)
            into.rmdir()
            into.symlink_to(shared, target_is_directory=True)


def _layer(layer: Any) -> Path:
    """Return the directory of a layer's version."""

    def unpack(into: Path) -> None:
        with zipfile.ZipFile(io.BytesIO(lambda_svc._resolve_layer_zip(layer))) as archive:
            archive.extractall(into)
        compile_here(into / "python")

    return _once(layer if isinstance(layer, str) else layer["Arn"], "layer-", unpack)


def _once(name: str, prefix: str, unpack: Callable[[Path], None]) -> Path:
    """Return the directory of the unpacked archive with this name."""
    with _LOCK:
        if name not in _UNPACKED:
            into = Path(tempfile.mkdtemp(prefix=prefix))
            unpack(into)
            _UNPACKED[name] = into
        return _UNPACKED[name]
