"""Trait: a Python function's process starts with its libraries imported.

AWS ("Understanding the Lambda execution environment lifecycle"): each execution environment imports its code once, at
its cold start.
Emulator: the same, in a new interpreter, and most of its time goes into the libraries of the layer. Thirty deployments
at once start hundreds of workers.
Here, on Linux: the libraries are imported once, in a process that forks the workers (local/emulator/fork_server.py).
A worker imports the function's own modules itself. Other systems keep the emulator's way, since their libraries may not
work after a fork.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from ministack.core import lambda_runtime

from local.traits.unpacked_once import VARIABLE

_SERVER = Path(__file__).resolve().parents[1] / "emulator" / "fork_server.py"
_SERVERS: dict[str, ForkServer] = {}
_LOCK = threading.Lock()


def apply() -> None:
    """Have the emulator's workers forked."""
    if sys.platform == "linux":
        vars(lambda_runtime)["subprocess"] = _Subprocess()


class _Subprocess:
    """The module subprocess, as the emulator's runtime uses it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)

    def Popen(self, argv: Sequence[str], **asked: Any) -> Any:  # noqa: N802  subprocess's own name
        """Fork a Python worker; start any other program as usual."""
        if argv[0] != sys.executable:
            return subprocess.Popen(argv, **asked)
        layers = (asked.get("env") or {}).get(VARIABLE, "")  # without a layer, it has boto3, like AWS's runtime
        with _LOCK:
            server = _SERVERS.get(layers)
            if server is None:
                libraries = [f"{layer}/python" for layer in layers.split(":") if layer]
                server = _SERVERS[layers] = ForkServer(argv[0], libraries)
        return server.start(argv[1], asked["cwd"], asked["env"])


class ForkServer:
    """The process that forks the workers of one layer."""

    def __init__(self, python: str, libraries: Sequence[str]) -> None:
        """Start it."""
        self._socket, its = socket.socketpair()
        self._lock = threading.Lock()
        with its:
            self.process = subprocess.Popen(
                [python, str(_SERVER), str(its.fileno()), *libraries],
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def start(self, script: str, cwd: str, env: Mapping[str, str]) -> Forked:
        """Fork a worker."""
        message = json.dumps({"script": script, "cwd": cwd, "env": dict(env)}).encode()
        pipes = [os.pipe() for _ in range(3)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        try:
            with self._lock:
                socket.send_fds(self._socket, [message], theirs)
                pid = int(self._socket.recv(32))
        finally:
            for file in theirs:
                os.close(file)
        return Forked(pid, os.fdopen(pipes[0][1], "w"), os.fdopen(pipes[1][0]), os.fdopen(pipes[2][0]))


class Forked:
    """A forked worker, with the part of Popen that the emulator uses."""

    def __init__(self, pid: int, stdin: TextIO, stdout: TextIO, stderr: TextIO) -> None:
        self.pid, self.stdin, self.stdout, self.stderr = pid, stdin, stdout, stderr
        self.returncode: int | None = None
        try:
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError:
            self._handle, self.returncode = -1, 1

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Its exit code is not known: it returns 1."""
        if self.returncode is None:
            watched = select.poll()  # select can't watch a file whose number is over 1,023
            watched.register(self._handle, select.POLLIN)
            if not watched.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired(f"worker {self.pid}", timeout or 0)
            os.close(self._handle)
            self.returncode = 1
        return self.returncode

    def poll(self) -> int | None:
        """Return a value other than None if it has ended."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self) -> None:
        """Ask it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)
