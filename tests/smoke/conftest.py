"""The sample service as a process, over real TLS, beside a plain listener as a load balancer has one."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import trustme
from typer.testing import CliRunner

from cli.__main__ import app
from tests.smoke.command import Run
from tests.support import builders as b

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in a directory of its own, where no services.toml is."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["smoke", *map(str, words)])


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority of our own."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    """Its certificate, beside the settings."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture
def serving(authority: trustme.CA, tmp_path: Path) -> Callable[[str], AbstractContextManager[str]]:
    """Run the service with a fault, or with none; yields its URL."""
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    leaf = authority.issue_cert("localhost")
    leaf.private_key_pem.write_to_path(str(key))
    chain.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))

    @contextmanager
    def running(fault: str) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = ["-m", "uvicorn", "--factory", "tests.smoke.service:app", f"--port={port}", "--log-level=error"]
        process = subprocess.Popen(
            [sys.executable, *words, f"--ssl-keyfile={key}", f"--ssl-certfile={chain}"],
            cwd=ROOT,
            env={"FAULT": fault, "GIT_SHA": b.SHA, "SCRATCH": str(tmp_path), "PYTHONPATH": "."},
        )
        try:
            _wait_until_listening(port, process)
            yield f"https://localhost:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)

    return running


def _wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "the service ended before it listened"
            assert time.monotonic() < deadline, "the service did not listen within 30 s"
            time.sleep(0.05)
        else:
            return
