"""Start the local AWS in the foreground.

It prints its endpoint and the environment variables for clients. Everything is on loopback and ends with Ctrl-C. All
data is lost then, except logs and unpacked images in the state directory.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
from pathlib import Path

from local.emulator.local_aws import LocalAws
from local.engine.container_cli import EngineError
from local.load_balancer.front import Front

EXAMPLE = """examples:
  python -m local                                   an AWS on a free port
  python -m local --port 4566 --engine docker       with real containers
  python -m local --front 8443:8080:my-alb          https://localhost:8443 forwards to the load balancer my-alb
"""


def main() -> None:
    """Start the local AWS, print its endpoint, and wait."""
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="port of the endpoint (default: a free one)")
    parser.add_argument(
        "--engine",
        choices=("process", "docker"),
        default="process",
        help="run containers as plain processes (the default, needs nothing) or with Docker or Podman",
    )
    parser.add_argument(
        "--front",
        action="append",
        default=[],
        type=Front.parse,
        metavar="HTTPS:HTTP:NAME",
        help="two ports that forward to the listeners 443 and 80 of the load balancer NAME; may be repeated",
    )
    parser.add_argument("--state", type=Path, default=Path("build/local"), help="directory for logs and images")
    args = parser.parse_args()
    try:
        aws = LocalAws(args.state, port=args.port, engine=args.engine, fronts=args.front)
    except EngineError as error:
        parser.error(str(error))
    with aws:
        print(f"# the local AWS is at {aws.endpoint}; its log is {aws.log}; Ctrl-C ends it")
        for front in aws.fronts:
            print(
                f"# {front.url} and http://localhost:{front.http} forward to {front.load_balancer}"
                f" (CA: {aws.ca_bundle})"
            )
        for name in (
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_S3",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_REGION",
        ):
            print(f"export {name}={aws.env()[name]}")
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
