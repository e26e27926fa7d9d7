"""Writes a deployment's objects to the report bucket: its report in three forms, and the anchor of its record."""

from __future__ import annotations

import json
from dataclasses import asdict

from landfall import chain
from landfall.chain import SIGNATURE, Record
from landfall.ledger.deployment_record import Ended
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.steps.reporting import report_reads
from landfall.telling.report import Report, document, page, report
from landfall.telling.report import text as report_text


def anchored(record: Record, world: World) -> None:
    """Write HEAD's anchor to the locked bucket, before the report: so every reported record is anchored."""
    head = chain.head_of(record)
    if head is None:
        return
    signature = {SIGNATURE: record[SIGNATURE]} if SIGNATURE in record else {}
    if signature:
        world.signing.begin(head.service)
    body = chain.canonical({**asdict(head), **signature}).decode()
    world.reports.put(chain.anchor_of(head).key, body, "application/json")


def reported(ended: Ended, record: Record, world: World) -> str:
    """Write the reports for programs and for people, and record where they are. Return the URI of the one for people.

    That is the page, whose name holds the hash of its bytes; the Markdown if no page could be made.
    """
    release, made = ended.release, report(ended, record, report_reads.seen(ended, record, world))
    prefix = f"{release.service}/{release.deployment_id}"
    world.reports.put(f"{prefix}/report.json", json.dumps(document(made), indent=2), "application/json")
    uri = world.reports.put(f"{prefix}/report.md", report_text.markdown(made), "text/markdown; charset=utf-8")
    if rendered := _page(made, record):
        uri = world.reports.put(f"{prefix}/{page.name_of(rendered)}", rendered, page.CONTENT_TYPE)
    world.ledger.mark(release.service, release.deployment_id, reported=uri)
    return uri


def _page(made: Report, record: Record) -> str:
    """Return the page; empty if it can't be made, which must not stop the report: the other forms hold the same."""
    try:
        return page.html(made, record)
    except Exception:  # on any error, the report is still written
        logger.warning("the report has no page", exc_info=True)
        return ""
