"""Trait: CodeBuild runs builds, and sends events.

AWS ("API_StartBuild", "API_Build", and "Build notifications input format reference" and "View build details" in the
CodeBuild user guide): StartBuild answers with a build IN_PROGRESS, which goes through its phases; a phase that fails
says why in its contexts and leads to FINALIZING. A build's start and end each send a ``CodeBuild Build State Change``
event. The same idempotencyToken within five minutes gives the same build, or an error if the request differs.
Emulator: a build is SUCCEEDED at once without building anything, and sends no event. It runs a buildspec only with
Docker and AWS's agent image.
Here: ``local.images.builds`` builds and pushes on a thread, with the project's environment and the request's
overrides. The text of the error about a token is ours, since AWS documents only that there is an error.
"""

from __future__ import annotations

import copy
import json
import threading
import time
from http import HTTPStatus
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import error_response_json, json_response
from ministack.services import codebuild

from local.images.build_event import announce
from local.images.builds import FAILURES, ImageBuild
from local.traits.ecr import images

Record = dict[str, Any]
WORK = ("PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD", "UPLOAD_ARTIFACTS")
TOKEN_SECONDS = 300
ENDING = threading.Lock()  # a build ends only once: by itself or by StopBuild
TOKENS: dict[str, tuple[float, Record, str]] = {}


def apply() -> None:
    """Replace StartBuild, and make StopBuild send an event."""
    start, stop = codebuild._start_build, codebuild._stop_build

    def start_build(data: Record) -> Any:
        began, request, known = TOKENS.get(data.get("idempotencyToken") or "", (0.0, {}, ""))
        if time.time() - began < TOKEN_SECONDS:
            if request != data:
                return error_response_json("InvalidInputException", "idempotencyToken: parameters do not match", 400)
            return json_response({"build": copy.deepcopy(codebuild._builds[known])})
        reply = start(data)
        if reply[0] != HTTPStatus.OK:
            return reply
        record = codebuild._builds[json.loads(reply[2])["build"]["id"]]
        begun = begin(record, data)
        if data.get("idempotencyToken"):
            TOKENS[data["idempotencyToken"]] = (time.time(), data, record["id"])
        return json_response({"build": begun})

    def stop_build(data: Record) -> Any:
        with ENDING:
            record = codebuild._builds.get(data.get("id", "")) or {}
            was_running = record.get("buildStatus") == "IN_PROGRESS"
            reply = stop(data)
        if was_running:
            announce(record)
        return reply

    codebuild._start_build, codebuild._stop_build = start_build, stop_build


def begin(record: Record, data: Record) -> Record:
    """Change the emulator's finished build to one that has just begun, return that state, and run the build."""
    environment = copy.deepcopy(record["environment"])
    variables = {v["name"]: v for v in environment.get("environmentVariables") or []}
    variables |= {v["name"]: v for v in data.get("environmentVariablesOverride") or []}
    environment["environmentVariables"] = list(variables.values())
    record.pop("endTime")
    record.update(buildStatus="IN_PROGRESS", buildComplete=False, startTime=time.time(), environment=environment)
    record["phases"] = []
    for name in ("SUBMITTED", "QUEUED"):
        _enter(record, name).update(phaseStatus="SUCCEEDED", endTime=time.time(), durationInSeconds=0)
    announce(record)
    begun = copy.deepcopy(record)
    values = {name: v["value"] for name, v in variables.items()}
    build = ImageBuild(record["sourceVersion"], values, _digest_of)
    spawn_background(run, record, build, thread_name=f"build-{record['id'][-8:]}")
    return begun


def run(record: Record, build: ImageBuild) -> None:
    """Run the phases to the end, unless somebody stops the build."""
    log = codebuild._log_sink(record)
    status = "SUCCEEDED"
    for name in WORK:
        if status == "SUCCEEDED" and record["buildStatus"] == "IN_PROGRESS":
            status = _phase(record, build, name)
            log(f"Phase complete: {name} State: {status}")
    with ENDING:
        if record["buildStatus"] != "IN_PROGRESS":
            return
        _enter(record, "FINALIZING").update(phaseStatus="SUCCEEDED", endTime=time.time(), durationInSeconds=0)
        _enter(record, "COMPLETED")
        exported = [{"name": name, "value": value} for name, value in build.exported.items()]
        record.update(
            exportedEnvironmentVariables=exported, endTime=time.time(), buildComplete=True, buildStatus=status
        )
    announce(record)


def _phase(record: Record, build: ImageBuild, name: str) -> str:
    """Run one phase and return its status."""
    phase = _enter(record, name)
    status, contexts = "SUCCEEDED", []
    try:
        build.phase(name)
    except FAILURES as error:
        status, contexts = "FAILED", [{"statusCode": "COMMAND_EXECUTION_ERROR", "message": str(error)}]
    ended = time.time()
    phase.update(
        phaseStatus=status, contexts=contexts, endTime=ended, durationInSeconds=int(ended - phase["startTime"])
    )
    if name == "DOWNLOAD_SOURCE":
        record["resolvedSourceVersion"] = record["sourceVersion"]
    return status


def _enter(record: Record, name: str) -> Record:
    phase: Record = {"phaseType": name, "startTime": time.time()}
    record["currentPhase"] = name
    record["phases"].append(phase)
    return phase


def _digest_of(repository: str, tag: str) -> str | None:
    image = images.find(repository, {"imageTag": tag})
    return str(image["imageDigest"]) if image else None
