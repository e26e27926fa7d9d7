"""What the Lambdas are made of: pinned by hash, listed, and the same from the same commit."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from landfall.settings_file.read import load
from stacks import ROOT
from stacks.assets import asset, layer, requirements_lock, sbom
from stacks.assets.reproducible import digest

SETTINGS = ROOT / "services.toml"


@pytest.mark.parametrize("each", requirements_lock.LOCKS, ids=lambda each: each.path.name)
def test_a_lock_is_of_these_requirements(each: requirements_lock.Lock) -> None:
    """Of all of them, with what builds the command, and by the hashes of files alone; if not, run `make hashes`."""
    locked = each.path.read_text(encoding="utf-8")
    assert requirements_lock.pins(locked) == requirements_lock.pins(each.text())
    assert all(requirements_lock.hashes(locked).values())
    assert "://" not in locked


def test_the_layer_is_installed_by_its_hashes() -> None:
    """What is in the layer is what the lock names, and nothing beside it."""
    names = zipfile.ZipFile(layer.current()).namelist()
    found = {name.split("/")[1].removesuffix(".dist-info") for name in names if ".dist-info/" in name}
    installed = {"==".join(each.rsplit("-", 1)).replace("_", "-").lower() for each in found}
    wanted = {f"{name}=={version}" for name, version in requirements_lock.pins(layer.LOCK.read_text()).items()}
    assert installed == wanted


def _staged() -> str:
    with asset.staged(SETTINGS, load(SETTINGS)) as directory:
        return digest(directory)


def test_the_same_commit_gives_the_same_code() -> None:
    """Staged twice: the same names and the same bytes."""
    assert _staged() == _staged()


def test_the_same_files_give_the_same_layer(tmp_path: Path) -> None:
    """Packed twice, from directories that were made at other times and in another order."""
    archives = []
    for number, names in enumerate((("a.py", "b/c.py"), ("b/c.py", "a.py"))):
        directory, archive = tmp_path / str(number), tmp_path / f"{number}.zip"
        for name in names:
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(name)
        layer.pack(directory, archive)
        archives.append(archive.read_bytes())
    assert archives[0] == archives[1]


def test_the_sbom_lists_the_code_and_the_whole_layer() -> None:
    """And is the same each time."""
    text = sbom.document()
    told = json.loads(text)
    assert text == sbom.document()
    assert told["bomFormat"] == "CycloneDX"
    assert {c["name"]: c["version"] for c in told["components"]} == requirements_lock.pins(layer.LOCK.read_text())
    assert told["metadata"]["component"]["hashes"][0]["content"] == _staged()
