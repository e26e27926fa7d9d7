"""The process engine: what a container runtime must guarantee, without Docker."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.errors import NotFound

from local.addresses import Addresses
from local.emulator.local_aws import LocalAws
from local.engine.container import Container
from local.engine.process_engine import ProcessEngine
from local.engine.pull import PullError, Reference
from local.engine.rootfs import LayerError, unpack
from tests.local.tiny import PORT
from tests.local.world import World, wait_for


def _tar(path: Path, *entries: tuple[str, bytes | str]) -> Path:
    """A layer of files (bytes) and symbolic links (text)."""
    with tarfile.open(path, "w") as tar:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return path


def test_layers_apply_in_order_with_whiteouts(tmp_path: Path) -> None:
    """A file deleted or replaced by a later layer must not be what runs."""
    low = _tar(tmp_path / "low", ("a", b"old"), ("b", b"gone"), ("d/x", b"gone"), ("e/y", b"kept"))
    high = _tar(tmp_path / "high", ("a", b"new"), (".wh.b", b""), ("d/.wh..wh..opq", b""), ("d/z", b"z"))
    unpack([low, high], tmp_path / "root")
    found = {
        str(p.relative_to(tmp_path / "root")): p.read_bytes() for p in (tmp_path / "root").rglob("*") if p.is_file()
    }
    assert found == {"a": b"new", "d/z": b"z", "e/y": b"kept"}


@pytest.mark.parametrize(
    "entries",
    [
        [("../evil", b"x")],
        [("a/../../evil", b"x")],
        [("link", "../../evil")],
        [("link", "."), ("link/../../evil", b"x")],
    ],
)
def test_layers_never_write_outside(tmp_path: Path, entries: list[tuple[str, bytes | str]]) -> None:
    """A hostile layer must not write to the machine that unpacks it."""
    with pytest.raises(LayerError):
        unpack([_tar(tmp_path / "layer", *entries)], tmp_path / "in" / "root")
    assert not list(tmp_path.rglob("evil"))


def test_absolute_links_stay_in_the_image(tmp_path: Path) -> None:
    """An image's link to /etc/passwd means the image's file, not this machine's."""
    unpack([_tar(tmp_path / "layer", ("etc/passwd", b"image"), ("p", "/etc/passwd"))], tmp_path / "root")
    assert (tmp_path / "root" / "p").read_bytes() == b"image"


def test_a_replaced_module_never_runs_by_the_byte_code_of_the_one_below(tmp_path: Path) -> None:
    """What images share is compiled once; an upper layer's module of the same size and second is still what runs."""
    unpack([_tar(tmp_path / "low", ("m.py", b"print(1)"), ("n.py", b"print(3)"))], tmp_path / "below", compiled=True)
    unpack([_tar(tmp_path / "high", ("m.py", b"print(2)"))], tmp_path / "root", below=tmp_path / "below")
    assert len(list((tmp_path / "root" / "__pycache__").glob("*.pyc"))) == 2
    command = [sys.executable, "-c", "import m, n"]
    assert subprocess.run(command, cwd=tmp_path / "root", capture_output=True, check=True).stdout == b"2\n3\n"


def test_references_outside_the_local_ecr_are_refused() -> None:
    """Nothing may be fetched from the internet because of an image's name."""
    with pytest.raises(PullError, match="isn't in the local ECR"):
        Reference.parse("nginx:latest")


@pytest.fixture
def engine(aws: LocalAws, tmp_path: Path) -> Iterator[ProcessEngine]:
    """An engine beside the emulator's own. Its addresses follow from a port that it holds, so no other run has them."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        made = ProcessEngine(aws.endpoint, tmp_path, held.getsockname()[1])
        yield made
        made.close()


def _run(engine: ProcessEngine, world: World, **env: str) -> Container:
    return engine.containers.run(world.image(**env), environment={"FROM": "task"}, name=f"t-{time.monotonic_ns()}")


def test_container_stops_by_signal_with_dockers_exit_codes(engine: ProcessEngine, world: World) -> None:
    """An exit code is evidence in a report, so it must be the one that Docker would have given."""
    calm, stuck = _run(engine, world), _run(engine, world, STUCK="1")
    wait_for("the calm one", lambda: calm.exec_run(["python", "-c", _CONNECT]).exit_code == 0)
    wait_for("the stuck one", lambda: stuck.exec_run(["python", "-c", _CONNECT]).exit_code == 0)
    calm.stop(timeout=5)
    stuck.stop(timeout=0.3)
    assert (calm.status, calm.wait()) == ("exited", {"StatusCode": 0})
    assert stuck.wait() == {"StatusCode": 137}
    stuck.remove()
    with pytest.raises(NotFound):
        engine.containers.get(stuck.id)


def test_container_sees_its_own_environment_only(
    engine: ProcessEngine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image must work by what it carries: nothing of this machine's Python environment may leak into it."""
    monkeypatch.setenv("PYTHONPATH", "/leak")
    container = _run(engine, world, VERSION="V")
    told = container.exec_run(["python", "-c", "import os, sys; print(os.environ, sys.path)"]).output.decode()
    assert "leak" not in told
    assert "site-packages" not in told
    assert "'VERSION': 'V'" in told
    assert "'FROM': 'task'" in told
    assert container.exec_run(["python", "-c", "import boto3"]).exit_code == 1
    assert container.exec_run(["/bin/sh", "-c", "python -c 'raise SystemExit(7)'"]).exit_code == 7
    assert container.exec_run(["no-such-command"]).exit_code == 127


def test_unknown_image_and_digest_are_told_apart_from_a_failure(engine: ProcessEngine, world: World) -> None:
    """A missing image must be an error that names it."""
    with pytest.raises(PullError, match="not found"):
        engine.images.pull(f"{world.repository}:none")
    assert engine.images.get_registry_data(world.image("v", VERSION="1").partition("@")[0] + ":v").id.startswith(
        "sha256:"
    )


def test_addresses_differ_between_emulators() -> None:
    """Two emulators on one machine run the same container port, so they must not share an address."""
    assert Addresses(4566).free([]) != Addresses(4567).free([])


_CONNECT = f"import socket; socket.create_connection(('localhost', {PORT}), 1)"
