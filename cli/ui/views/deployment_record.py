"""What the record of a deployment says on its page: the pairs of all deployments, its migration, its after-check."""

from __future__ import annotations

import re

from cli.ui.reading.deployment import Deployment
from cli.ui.views import page_words
from cli.ui.views.json_shapes import mapping
from landfall.abort import aborted
from landfall.after import after_words, inquiry
from landfall.chain import integer
from landfall.migration import migration, migration_words
from landfall.model import UNKNOWN

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]{8,20}(Z|[+-]\d\d:\d\d)")


def pairs(found: Deployment) -> tuple[tuple[str, str], ...]:
    """Return the known fields of the record, as names and texts."""
    record = found.record
    number = integer(record.get("sequence"))
    signed = {True: "signed ✓, by Landfall's key", False: "the signature is not Landfall's", None: "not checked"}
    rows = (
        ("deployment", record["deployment_id"]),
        ("subject", record.get("commit_subject")),
        ("commit", record.get("git_sha")),
        ("digest", record.get("image_digest")),
        ("revision", page_words.tail(record.get("task_definition") or "")),
        ("ran before", page_words.tail(record.get("baseline_task_definition") or "")),
        ("commit before", record.get("baseline_git_sha")),
        ("restored to", page_words.tail(record.get("restored_to") or "")),
        ("served in the end", mapping(found.report.get("provenance")).get("served")),
        ("migration", "" if migration.FIELD in record else migration_words.NONE),
        *(
            (name, page_words.reason(text))
            for name, text in aborted.full(aborted.read(record), record.get("outcome", ""))
        ),
        ("asked for by", record.get("asked_by")),
        ("because", record.get("asked_why") or record.get("reason")),
        ("started by", record.get("requested_by")),
        ("requested", page_words.clock(str(record.get("requested_at") or ""))),
        ("started", page_words.clock(str(record.get("started_at") or ""))),
        ("ended", "" if found.open else page_words.clock(str(record.get("ended_at") or ""))),
        ("number in the chain", "" if number is None else str(number)),
        ("signature", "" if found.open else signed[found.signed]),
    )
    return tuple((name, str(value)) for name, value in rows if value and value != UNKNOWN)


def migrated(found: Deployment) -> tuple[tuple[str, str], ...]:
    """Return what is known of the deployment's migration; nothing if it had none."""
    return tuple(
        (name, _said(text)) for name, text in migration_words.full(migration.read(found.record), under_way=found.open)
    )


def migration_lines(found: Deployment) -> tuple[str, ...]:
    """Return the migration's last log lines. They were redacted when they were recorded."""
    known = migration.read(found.record)
    return known.lines if known else ()


def after_checked(found: Deployment) -> tuple[tuple[str, str], ...]:
    """Return what is known of the deployment's after-check; nothing if it had none."""
    return tuple((name, _said(text)) for name, text in after_words.full(inquiry.read(found.record)))


def _said(text: str) -> str:
    """Return a time as every page writes it, and another text with short names."""
    return page_words.clock(text) if _TIME.fullmatch(text) else page_words.reason(text)
