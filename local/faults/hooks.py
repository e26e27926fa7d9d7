"""Adds faults to a local AWS, in the emulator's process, and only if it was started with them."""

from __future__ import annotations

import itertools
import json
import time
from functools import partial
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import eventbridge, stepfunctions

from cli.clients import session
from cli.loopback import LOOPBACK
from local.faults.planned import ENDED, INVOKE, PUSHED, Kind, Rule
from local.faults.proxy import Caller, Faults, serve
from local.load_balancer import front_server

_ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")
_PREVENTED = {Kind.THROTTLE: "Lambda.TooManyRequestsException", Kind.FAIL: "Lambda.ServiceException"}
_LOST = "Lambda.SdkClientException"


def install(port: int, emulator: int) -> None:
    """Serve the faults' endpoint on `port`, and point the Lambdas to it instead of the emulator."""
    faults = Faults(emulator, partial(stop, emulator))
    _lead_workers(faults, port)
    _invocations(faults)
    _events(faults)
    front_server.losing.append(faults.is_lost)
    serve(faults, port)


def _lead_workers(faults: Faults, port: int) -> None:
    """Give each worker its own endpoint, and record what it was invoked about."""
    numbers = itertools.count(1)
    spawn, invoke = lambda_runtime.Worker._spawn, lambda_runtime.Worker.invoke

    def spawned(worker: Any) -> None:
        token = str(next(numbers))
        worker.caller = faults.callers[token] = Caller(worker.func_name, about=getattr(worker, "about", ""), busy=True)
        known = worker.config.get("Environment", {}).get("Variables", {})
        here = dict.fromkeys(_ENDPOINTS, f"http://{LOOPBACK}:{port}/{token}")
        worker.config = {**worker.config, "Environment": {"Variables": {**known, **here}}}
        spawn(worker)
        worker.caller.process = worker._proc

    def invoked(worker: Any, event: Any, *rest: Any, **more: Any) -> Any:
        worker.about = json.dumps(event)
        if hasattr(worker, "caller"):
            worker.caller.about, worker.caller.busy = worker.about, True
        try:
            return invoke(worker, event, *rest, **more)
        finally:
            if hasattr(worker, "caller"):
                worker.caller.busy = False

    lambda_runtime.Worker._spawn, lambda_runtime.Worker.invoke = spawned, invoked


def _invocations(faults: Faults) -> None:
    """Add faults to Step Functions' own calls: the invocations of steps."""
    call = stepfunctions._call_lambda

    def called(function: str, event: Any) -> Any:
        about = faults.book.about(json.dumps(event))
        step = str(function).split(":function:")[-1].partition(":")[0]
        rule = faults.book.fault(about, step, INVOKE) if about else None
        if rule and rule.kind in _PREVENTED:
            raise stepfunctions._ExecutionError(_PREVENTED[rule.kind], "a fault on purpose")
        if rule and rule.kind is Kind.DELAY:
            time.sleep(rule.seconds)
        if rule and rule.kind is Kind.STOP:
            faults.stopping(about, rule.seconds)
        answer = call(function, event)
        if rule and rule.kind is Kind.DROP:
            raise stepfunctions._ExecutionError(_LOST, "a fault on purpose: the answer was lost")
        return answer

    stepfunctions._call_lambda = called


def _events(faults: Faults) -> None:
    """Add faults to events on their way to the state machine."""
    dispatch = eventbridge._dispatch_to_stepfunctions

    def dispatched(arn: str, payload: str) -> None:
        about = faults.book.about(payload)
        operation = ENDED if json.loads(payload).get("source") == "aws.states" else PUSHED
        rule: Rule | None = faults.book.fault(about, "", operation) if about else None
        if rule is None or rule.kind is not Kind.LOSE:
            dispatch(arn, payload)
        if rule and rule.kind is Kind.TWICE:
            dispatch(arn, payload)

    eventbridge._dispatch_to_stepfunctions = dispatched


def stop(emulator: int, about: str) -> None:
    """Stop every running execution that has `about` in its input."""
    client = session().client("stepfunctions", endpoint_url=f"http://{LOOPBACK}:{emulator}")
    for machine in client.list_state_machines()["stateMachines"]:
        running = client.list_executions(stateMachineArn=machine["stateMachineArn"], statusFilter="RUNNING")
        for execution in running["executions"]:
            arn = execution["executionArn"]
            if about in client.describe_execution(executionArn=arn)["input"]:
                client.stop_execution(executionArn=arn, cause="stopped by a fault on purpose")
