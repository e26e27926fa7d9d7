"""Starts the local AWS with Landfall deployed to it, for `landfall … --local`, and keeps it until Ctrl-C.

While it runs, build/local/running.json says where it is.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.pages import pages
from local.stage.landfall_stage import Stage, staged
from local.stage.own_directory import LOCAL, own_directory

RUNNING = LOCAL / "running.json"


@contextmanager
def announced(stage: Stage, where: Path = RUNNING) -> Iterator[None]:
    """Write the local AWS's endpoint to a file while it runs."""
    where.parent.mkdir(parents=True, exist_ok=True)
    told = {"endpoint": stage.aws.endpoint, "settings": str(stage.settings), "pid": os.getpid()}
    where.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    try:
        yield
    finally:
        where.unlink(missing_ok=True)


def main() -> None:
    """Start the local AWS, print where it is, and wait."""
    parser = argparse.ArgumentParser(prog="python -m local.up", description=__doc__)
    parser.add_argument("--engine", choices=("process", "docker"), default="process", help="how to run the containers")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    print("starting the local AWS, and deploying Landfall to it …", flush=True)
    with (
        own_directory("up") as state,
        staged(state, engine=options.engine) as stage,
        announced(stage),
        pages(stage) as address,
    ):
        print(f"it is at {stage.aws.endpoint}, the service at {stage.fronts['sample'].url}. Try, in another terminal:")
        print("  landfall status --local")
        print("  landfall release --local")
        print("  landfall release --local --fault crash-on-start")
        print(f"What is live, in the browser: {address}")
        print("Ctrl-C ends it.", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
