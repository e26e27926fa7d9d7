"""Answers of a service, as a case tells them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from landfall import smoke
from landfall.settings.smoke import Smoke
from landfall.smoke.http_answers import Answer, Answers, Request
from tests.support import builders as b

BASE = "https://api.example.com"


def answered(given: Mapping[str, Any]) -> tuple[Smoke, Answers]:
    """Return the settings of a case, and one round of answers. What it does not tell of is as it should be."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.get("smoke", {}).items()}
    settings = Smoke(**values)
    told = {**_kept(settings), **given["answers"]}
    names = {
        settings.version_path: "version",
        settings.live_path: "live",
        settings.ready_path: "ready",
        settings.error_path: "error",
    }

    def answer(request: Request, number: int) -> Answer:
        name = "plain" if request.plain_port else "cors" if request.headers else names.get(request.path, "other")
        one = told[name][number % len(told[name])] if isinstance(told[name], list) else told[name]
        return Answer(one.get("status", 200), one.get("body", "{}"), 0.1, headers=one.get("headers", {}))

    asked = smoke.requests(settings, BASE)
    return settings, Answers(BASE, {r: tuple(answer(r, n) for n in range(times)) for r, times in asked.items()})


def _kept(settings: Smoke) -> dict[str, dict[str, Any]]:
    return {
        "version": {"body": json.dumps({"gitSha": b.SHA})},
        "live": {},
        "error": {"status": 404},
        "ready": {"body": '{"database":"connected"}'},
        "plain": {"status": 301, "headers": {"location": BASE}},
        "cors": {"status": 204, "headers": {"access-control-allow-origin": settings.cors_origin or "*"}},
        "other": {"status": 401},
    }
