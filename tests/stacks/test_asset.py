"""What is uploaded for the functions: code, settings, CA bundles and dependencies, and that they run by themselves."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from landfall.errors import SettingsError
from landfall.settings_file.read import load
from local.settings import TEMPLATE
from stacks.assets import asset, layer
from stacks.functions.steps_table import STEPS

SETTINGS = TEMPLATE


def _staged_names(settings: Path) -> set[str]:
    with asset.staged(settings, load(settings)) as directory:
        return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}


def _with_bundle(directory: Path, bundle: str) -> Path:
    text = SETTINGS.read_text(encoding="utf-8")
    settings = directory / "other.toml"
    settings.write_text(text.replace("desired_count", f'ca_bundle = "{bundle}"\ndesired_count', 1), encoding="utf-8")
    return settings


def test_the_settings_lie_beside_the_handlers_whatever_their_file_was_called(tmp_path: Path) -> None:
    """So do the CA bundles, at the paths that the settings give."""
    (tmp_path / "certificates").mkdir()
    (tmp_path / "certificates" / "ca.pem").write_text("pem")

    names = _staged_names(_with_bundle(tmp_path, "certificates/ca.pem"))

    assert {"services.toml", "certificates/ca.pem", *(f"{step.module}.py" for step in STEPS)} <= names
    assert "other.toml" not in names


@pytest.mark.parametrize(
    ("bundle", "why"),
    [
        ("missing.pem", "there is no file"),
        ("../outside.pem", "is outside the directory"),
        ("resolve.py", "also the name of one of Landfall's files"),
    ],
)
def test_a_bundle_that_can_not_be_packed_stops_the_synth(tmp_path: Path, bundle: str, why: str) -> None:
    """With the service, the key, the value and the way out."""
    (tmp_path / "resolve.py").touch()

    with pytest.raises(SettingsError, match=rf"sample\.ca_bundle: .*{why}"):
        _staged_names(_with_bundle(tmp_path, bundle))


def test_the_asset_has_the_same_hash_every_time(assembly: Path, tmp_path: Path) -> None:
    """Or every deploy would replace the code of every function."""
    from stacks.app import build  # noqa: PLC0415  the session's assembly comes first

    build(str(tmp_path), {"settings": str(SETTINGS)}).synth()

    def assets(directory: Path) -> set[str]:
        return {path.name for path in directory.glob("asset.*")}

    assert assets(assembly) == assets(tmp_path)


def test_a_missing_or_stale_layer_says_what_to_run(tmp_path: Path) -> None:
    """Missing, then from other requirements."""
    archive, stamp = tmp_path / "layer.zip", tmp_path / "layer.sha256"

    with pytest.raises(layer.LayerError, match=r"not built: run `make layer`"):
        layer.current(archive, stamp)
    archive.touch()
    stamp.write_text("of other requirements")
    with pytest.raises(layer.LayerError, match=r"older than requirements-lambda\.txt.*: run `make layer`"):
        layer.current(archive, stamp)


def test_what_is_compiled_in_the_layer_is_compiled_for_the_functions() -> None:
    """arm64 and the functions' Python: the classic way to pass here and fail on AWS."""
    tag = f"cpython-{layer.PYTHON.replace('.', '')}-aarch64-linux-gnu.so"
    names = zipfile.ZipFile(layer.current()).namelist()
    compiled = [name for name in names if re.search(r"\.so(\.|$)", name)]

    assert compiled
    assert all(name.endswith((tag, ".abi3.so")) for name in compiled)
    assert all(name.startswith("python/") for name in names)


def test_every_handler_imports_from_the_asset_and_the_layer_alone(tmp_path: Path) -> None:
    """In an interpreter that sees no site-packages, no environment and no current directory."""
    zipfile.ZipFile(layer.current()).extractall(tmp_path)  # our own archive
    layer.compile_here(tmp_path / "python")
    imports = "; ".join(f"import {step.module}; {step.module}.handler" for step in STEPS)
    with asset.staged(SETTINGS, load(SETTINGS)) as directory:
        code = f"import sys; sys.path[:0] = [{str(directory)!r}, {str(tmp_path / 'python')!r}]; {imports}"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code],
            env={"AWS_DEFAULT_REGION": "us-east-1"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr
