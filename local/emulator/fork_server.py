"""Starts Python workers of the local Lambdas by fork, so that each has its libraries imported when it begins.

The emulator runs this file as a process of its own, since a process with many threads must not fork. It reads one
request at a time from a socket: the script to run, its directory and its environment, with the three files that become
its standard streams. It answers with the worker's process id. It ends when the emulator closes the socket.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
from functools import cache
from typing import TypedDict

PRELOADED = (
    "botocore.session",
    "botocore.handlers",
    "botocore.credentials",
    "botocore.httpsession",
    "boto3",
    "jinja2",
    "httpx",
    "dacite",
    "cryptography.hazmat.primitives.serialization",
    "re2",
)
"""The libraries of the layer that the steps import. A function that doesn't need them is not affected."""
MODELS = ("cloudwatch", "dynamodb", "ecr", "ecs", "elbv2", "events", "kms", "logs", "s3", "sns", "stepfunctions")
"""The services whose models most workers read: parsing them takes as long as a step's own work."""
LONGEST = 1 << 18
"""Bytes of a request: an environment is a few kilobytes."""


class Request(TypedDict):
    """What the emulator asks for."""

    script: str
    cwd: str
    env: dict[str, str]


def main(socket_fd: int, libraries: list[str]) -> None:
    """Import the libraries, then fork a worker for each request."""
    sys.path[:0] = libraries
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    if "boto3" in sys.modules:
        read_models()
    gc.freeze()  # a garbage collection in a worker would copy all the shared memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the workers
    with socket.socket(fileno=socket_fd) as asked:
        while True:
            message, files, _, _ = socket.recv_fds(asked, LONGEST, 3)
            if not message:
                return
            pid = os.fork()
            if pid == 0:
                asked.close()
                work(json.loads(message), files)
            for file in files:
                os.close(file)
            asked.sendall(f"{pid}\n".encode())


def read_models() -> None:
    """Keep botocore's parsed files for all workers, which then make their clients from them."""
    loaders = importlib.import_module("botocore.loaders")
    loaders.JSONFileLoader.load_file = staticmethod(cache(loaders.JSONFileLoader().load_file))
    loader = loaders.Loader()
    loader.load_data("endpoints")
    for name in MODELS:
        loader.load_service_model(name, "service-2")


def work(asked: Request, files: list[int]) -> None:
    """Become the worker, and never return."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for standard, file in enumerate(files):
            os.dup2(file, standard)
            os.close(file)
        os.environ.clear()
        os.environ.update(asked["env"])
        os.chdir(asked["cwd"])
        sys.argv = [asked["script"]]
        runpy.run_path(sys.argv[0], run_name="__main__")
        status = 0
    except BaseException:  # as the interpreter handles an uncaught exception
        importlib.import_module("traceback").print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
