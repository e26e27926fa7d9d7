"""The emulator's process: ministack with all traits, on loopback only.

``local.emulator.local_aws.LocalAws`` or ``python -m local`` starts it. It ends on SIGTERM, and when its standard input
is closed. The starting process holds the other end, so nothing keeps running when that process dies.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import logging
import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.loopback import LOOPBACK
from local.engine.podman import Podman
from local.load_balancer.front import Front
from local.traits import EMULATOR


def arguments() -> argparse.Namespace:
    """Parse the command line that LocalAws writes."""
    parser = argparse.ArgumentParser(prog="python -m local.emulator.server", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--engine", choices=("process", "docker"), default="process")
    parser.add_argument("--podman", type=Path, metavar="HOME", help="serve Docker's API from the Podman settled there")
    parser.add_argument("--faults", type=int, metavar="PORT", help="where the Lambdas' calls meet faults")
    named = "HTTPS:HTTP:LOAD-BALANCER[:KIND[:TEST]]"
    parser.add_argument("--front", action="append", default=[], type=Front.parse, metavar=named)
    return parser.parse_args()


def check_version() -> None:
    """Refuse other versions of the emulator, since the traits replace its internal functions."""
    found = importlib.metadata.version("ministack")
    if found != EMULATOR:
        raise SystemExit(
            f"local/traits is written for ministack {EMULATOR}, but {found} is installed: "
            f"pip install ministack=={EMULATOR}, or review local/traits and raise its EMULATOR"
        )


def settle(args: argparse.Namespace) -> None:
    """Set the environment variables that ministack reads when it is imported."""
    state = args.state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    (state / "tmp").mkdir(exist_ok=True)
    # The process engine must not use a Docker daemon: without a socket ministack doesn't look for one.
    docker = (
        {"MINISTACK_DOCKER_TIMEOUT": "60"}
        if args.engine == "docker"
        else {"DOCKER_HOST": f"unix://{state}/no-docker.sock"}
    )
    if args.podman:
        docker["DOCKER_HOST"] = Podman(args.podman, args.port).socket
    os.environ.update(
        GATEWAY_PORT=str(args.port),
        MINISTACK_HOST="localhost",
        BIND_HOST=LOOPBACK,
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        LAMBDA_EXECUTOR="local",
        PERSIST_STATE="0",
        S3_PERSIST="0",
        STATE_DIR=str(state / "ministack"),
        TMPDIR=str(state / "tmp"),
        AWS_ENDPOINT_URL=f"http://{LOOPBACK}:{args.port}",
        **docker,
    )


@dataclass(frozen=True)
class RealContainers:
    """Removes the containers that the emulator starts in a real engine."""

    podman: Podman | None

    def close(self) -> None:
        """Remove them, and a Podman that was set up only for them."""
        client = importlib.import_module("ministack.services.ecs")._get_docker()
        importlib.import_module("ministack.core.container_reaper").reap_all(client)
        if self.podman:
            self.podman.remove()


def install_engine(args: argparse.Namespace) -> Any:
    """Give the emulator's ECS the process engine. It finds a real engine by itself."""
    ecs = importlib.import_module("ministack.services.ecs")
    if args.engine == "docker":
        podman = Podman(args.podman, args.port) if args.podman else None
        if podman:
            podman.serve()
        return RealContainers(podman)
    engine_type = importlib.import_module("local.engine.process_engine").ProcessEngine
    engine = engine_type(f"http://{LOOPBACK}:{args.port}", args.state.resolve(), args.port)
    vars(ecs)["_docker"] = engine
    return engine


async def serve(args: argparse.Namespace) -> None:
    """Serve the emulator and the fronts until told to stop."""
    hypercorn = importlib.import_module("hypercorn.asyncio")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    threading.Thread(target=_until_parent_ends, args=(loop, stop), daemon=True).start()
    app = importlib.import_module("ministack.app").app
    servers = [hypercorn.serve(app, config(args.port), shutdown_trigger=stop.wait)]
    fronts = importlib.import_module("local.load_balancer.front_server")
    for each in args.front:
        servers += fronts.servers(each, args.state.resolve(), stop)
    await asyncio.gather(*servers)


def config(port: int) -> Any:
    """Return hypercorn's settings: loopback, quiet, and no waiting for idle connections at the end."""
    settings = importlib.import_module("hypercorn.config").Config()
    settings.bind = [f"{LOOPBACK}:{port}"]
    settings.keep_alive_timeout = 75
    settings.graceful_timeout = 1
    settings.loglevel = "WARNING"
    return settings


def _until_parent_ends(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop when standard input is closed, which happens when the parent process ends."""
    sys.stdin.buffer.read()
    loop.call_soon_threadsafe(stop.set)


def main() -> None:
    """Run the emulator."""
    args = arguments()
    check_version()
    settle(args)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    engine = install_engine(args)
    importlib.import_module("local.traits").apply_all()
    if args.faults:
        importlib.import_module("local.faults.hooks").install(args.faults, args.port)
    try:
        asyncio.run(serve(args))
    finally:
        engine.close()
        # Worker threads of the emulator may still be waiting, but what they do no longer matters.
        os._exit(0)


if __name__ == "__main__":
    main()
