"""One ending for each outcome of the design."""

from __future__ import annotations

from landfall.ledger.deployment_record import Ended
from landfall.model import Failure, Outcome, failed, passed
from tests.support import builders as b

ENDINGS: dict[Outcome, Ended] = {
    Outcome.SUCCEEDED: b.ended(),
    Outcome.NO_CHANGE: b.ended(Outcome.NO_CHANGE, deployment=None, verdict=passed("ALREADY_LIVE", "is live already")),
    Outcome.SKIPPED: b.ended(Outcome.SKIPPED, baseline=None, deployment=None, verdict=passed("NEWER", "a newer one")),
    Outcome.ROLLED_BACK: b.crashed(Outcome.ROLLED_BACK),
    Outcome.REJECTED: b.ended(
        Outcome.REJECTED,
        baseline=None,
        deployment=None,
        verdict=failed("BAD_TAG", "image_tag 'final-v3' is bad"),
        failure=Failure("Resolve", "BAD_TAG", "image_tag 'final-v3' is bad"),
    ),
    Outcome.ROLLBACK_FAILED: b.crashed(Outcome.ROLLBACK_FAILED, verdict=failed("STABILITY_TIMEOUT", "not stable")),
    Outcome.SUPERSEDED: b.crashed(Outcome.SUPERSEDED, verdict=failed("SUPERSEDED", "somebody deployed")),
    Outcome.NO_BASELINE: b.crashed(Outcome.NO_BASELINE, deployment=b.way_back(desired_count=0)),
}
