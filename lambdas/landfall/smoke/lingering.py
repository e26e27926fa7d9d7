"""Behind a Network Load Balancer, a request may reach a task that was taken out minutes ago.

According to AWS, a draining target gets no new connections. People measured about two minutes in which it still does,
whatever the deregistration delay is (https://github.com/aws/containers-roadmap/issues/470,
https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2366). If the task still runs, it answers as the
older release; if it is gone, the connection fails. A name server may also return a removed zone for a minute.

So a round in which not every version answer serves our commit proves nothing about the release. That includes the other
checks, since the older release may have answered those too. The rounds together last at least LONGEST_SECONDS. A
failure in the last round counts.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

from landfall import commit
from landfall.model import State, Verdict, wait
from landfall.settings import Limits
from landfall.settings.smoke import LONGEST_PAUSE, Smoke
from landfall.smoke import VERSION, service_checks
from landfall.smoke.case import PASS, Check
from landfall.smoke.http_answers import Answers, Request

LONGEST_SECONDS = 180
"""Two minutes, and one more for a cached name."""


def patient(verdict: Verdict, results: Collection[Check], limits: Limits) -> Verdict:
    """Return the verdict of a round behind a Network Load Balancer: a FAIL counts only if our commit alone answered."""
    ours_alone = any(check.name == VERSION and check.state == PASS for check in results)
    if verdict.state == State.PASS or (verdict.state == State.FAIL and ours_alone):
        return verdict
    after = max(verdict.retry_after, pause(limits))
    if verdict.state == State.WAIT:
        return replace(verdict, retry_after=after)
    why = "an older task may have answered, since a Network Load Balancer may lead to it for minutes"
    return wait("SMOKE_UNSETTLED", f"{why}: {verdict.reason}", after)


def mixed(answers: Answers, smoke: Smoke) -> bool:
    """Say whether several commits answered: then it is not known which of them runs."""
    asked = (a for a in answers.of(Request(smoke.version_path)) if not a.is_error and not a.cached)
    served = {service_checks.sha(answer, smoke) for answer in asked}
    return len(served) > 1 and not commit.agreed(served)


def pause(limits: Limits) -> int:
    """Return the seconds between two rounds, within the limit that a deployment's longest time assumes."""
    return min(LONGEST_PAUSE, math.ceil(LONGEST_SECONDS / max(1, limits.smoke_attempts - 1)))
