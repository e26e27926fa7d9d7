"""The record of a deployment's migration: the intent, the task, and how it ended.

It is kept as JSON in the field `migration` of the ledger record; the record's hash covers it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from landfall.wire import stored

FIELD = "migration"
"""The field of the ledger record."""


class Stage(StrEnum):
    """The known state of a migration.

    INTENDED: RunTask may have been called. STARTED: its task is known, and has not ended. The others are final:
    RAN with exit code 0; FAILED; TIMED_OUT, so Landfall stopped it; NEVER_STARTED; UNKNOWN, which nobody can find out.
    """

    INTENDED = "INTENDED"
    STARTED = "STARTED"
    RAN = "RAN"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    NEVER_STARTED = "NEVER_STARTED"
    UNKNOWN = "UNKNOWN"


OVER = (Stage.RAN, Stage.FAILED, Stage.TIMED_OUT, Stage.NEVER_STARTED, Stage.UNKNOWN)
UNSETTLED = (Stage.INTENDED, Stage.STARTED, Stage.UNKNOWN)
"""After the end of a deployment: nobody knows whether the migration ran, or ran to its end."""


@dataclass(frozen=True)
class Migration:
    """A deployment's migration. Times are ISO 8601 in UTC, and empty while they have not come.

    `asked_at`: when RunTask answered with the task; the time limit counts from then. `stop_asked_at`: when Landfall
    asked ECS to stop the task. `missing_since`: ECS has not known the task since then. `log_stream` and `lines` are the
    container's log stream and last lines, redacted; `unread` says why there are none. `unhealthy_since` and
    `healthy_again`: the service was unhealthy while the migration ran. `warned`: the id of the message about that.
    `manual`: what people did by hand for it, by the settings; who confirmed it is in the record's sign-off.
    """

    stage: Stage
    intended_at: str
    revision: str
    container: str
    command: tuple[str, ...] = ()
    timeout_seconds: int = 0
    backward_compatible: bool = True
    task: str = ""
    asked_at: str = ""
    started_at: str = ""
    stop_asked_at: str = ""
    stopped_at: str = ""
    exit_code: int | None = None
    stop_code: str = ""
    stopped_reason: str = ""
    container_reason: str = ""
    log_group: str = ""
    log_stream: str = ""
    lines: tuple[str, ...] = ()
    unread: str = ""
    missing_since: str = ""
    unhealthy_since: str = ""
    unhealthy_why: str = ""
    healthy_again: str = ""
    warned: str = ""
    manual: str = ""

    @property
    def is_over(self) -> bool:
        """Say whether its state is final."""
        return self.stage in OVER

    @property
    def may_have_changed_data(self) -> bool:
        """Say whether the database may have been changed."""
        return self.stage != Stage.NEVER_STARTED


def written(migration: Migration) -> str:
    """Return the text that the record holds."""
    return json.dumps(asdict(migration))


def read(record: Mapping[str, Any] | None) -> Migration | None:
    """Return a record's migration; None if it had none. An unreadable field was changed by hand: it is UNKNOWN."""
    text = (record or {}).get(FIELD)
    if text is None:
        return None
    return stored(Migration, text) or Migration(Stage.UNKNOWN, "", "", "", backward_compatible=False)
