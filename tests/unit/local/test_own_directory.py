"""A local AWS leaves nothing on the disk, and one that was killed leaves it only until the next one starts."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from local.stage.own_directory import own_directory


def used(parent: Path, ends: BaseException | None = None) -> Path:
    """Use a directory, let that end so, and return it."""
    used = []
    with pytest.raises(type(ends)) if ends else nullcontext(), own_directory("demo", parent) as directory:
        used.append(directory)
        directory.mkdir()
        (directory / "emulator.log").write_text("…")
        if ends:
            raise ends
    return used[0]


def test_it_is_removed_at_the_end(tmp_path: Path) -> None:
    """A demo leaves 110 MB otherwise."""
    assert not used(tmp_path).exists()


def test_after_ctrl_c_too(tmp_path: Path) -> None:
    """It is how `make local` ends."""
    assert not used(tmp_path, KeyboardInterrupt()).exists()


def test_after_an_error_its_log_can_be_read(tmp_path: Path) -> None:
    """Until the next one starts, from another process."""
    assert used(tmp_path, RuntimeError("the emulator stopped")).exists()


def test_what_killed_ones_left_goes_and_nothing_else(tmp_path: Path) -> None:
    """Directories named after a process that is gone; not those of one that runs, nor any other."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    names = [f"demo-{gone.pid}", "up-1", "some-thing"]
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / "running.json").touch()
    used(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["running.json", "some-thing", "up-1"]
