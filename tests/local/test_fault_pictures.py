"""Faults of pictures: what a look at a service says once, though it is not so."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cli.loopback import LOOPBACK
from local.faults.pictures import DESCRIBE, UPDATE
from local.faults.planned import ASKED, READS_BEHIND, Kind, Rule
from local.faults.proxy import Caller, Faults
from local.faults.wire import Request

ABOUT, STEP = "reef", "landfall-preflight"


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Return the faults of an AWS whose service has as many tasks and deployments as it was updated."""
    updates = []

    class Handler(BaseHTTPRequestHandler):
        """Counts updates, and tells the count."""

        def do_POST(self) -> None:
            """Answer."""
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["x-amz-target"].endswith(".UpdateService"):
                updates.append(1)
            told = {"services": [{"desiredCount": len(updates), "deployments": updates, "status": "ACTIVE"}]}
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Faults(server.server_address[1], lambda _about: None)
    server.shutdown()
    server.server_close()


def ask(faults: Faults, operation: str) -> dict[str, object]:
    """Call ECS as a step does. Return the service that the answer tells of."""
    headers = {
        "x-amz-target": f"AmazonEC2ContainerServiceV20141113.{operation.partition(':')[2]}",
        "authorization": "AWS4-HMAC-SHA256 Credential=x/20260102/us-east-1/ecs/aws4_request",
    }
    reply = faults.answer(Caller(STEP, about=ABOUT), Request("POST", "/", headers, b'{"services": ["reef"]}'))
    assert reply is not None
    return dict(json.loads(reply.body)["services"][0])


@pytest.mark.parametrize(("kind", "lacking"), [(Kind.EMPTY, {"deployments": []}), (Kind.ZERO, {"desiredCount": 0})])
def test_a_half_picture_is_shown_once(faults: Faults, kind: Kind, lacking: dict[str, object]) -> None:
    """It lacks one thing and tells the rest, and the next look is whole."""
    faults.book.put(ABOUT, (Rule(DESCRIBE, kind, STEP, nth=2),))
    ask(faults, UPDATE)
    before, half, after = (ask(faults, DESCRIBE) for _ in range(3))

    assert half == {**before, **lacking} != before
    assert after == before


def test_reads_fall_behind_an_update(faults: Faults) -> None:
    """It takes effect at once; for the next looks the service is as it was before."""
    faults.book.put(ABOUT, (Rule(UPDATE, Kind.BEHIND, STEP),))
    assert ask(faults, DESCRIBE)["desiredCount"] == 0
    assert ask(faults, UPDATE)["desiredCount"] == 1
    assert [ask(faults, DESCRIBE)["desiredCount"] for _ in range(READS_BEHIND + 1)] == [0] * READS_BEHIND + [1]


def test_an_answer_is_lost_to_the_step_that_asks(faults: Faults) -> None:
    """The service does not know who asks: it is the step that is at work about it, and nobody's count but its own."""
    faults.book.put(ABOUT, (Rule(ASKED, Kind.DROP, STEP, nth=2),))
    faults.callers["1"] = Caller(STEP, about='{"service": "reef"}')
    faults.callers["2"] = Caller("landfall-sweep", about="reef", busy=True)
    assert [faults.is_lost("landfall-reef") for _ in range(3)] == [False] * 3

    faults.callers["1"].busy = True

    assert [faults.is_lost("landfall-reef") for _ in range(3)] == [False, True, False]
    assert not faults.is_lost("landfall-shoal")
