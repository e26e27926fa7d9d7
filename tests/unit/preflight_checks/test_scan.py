"""Whether the scan of an image lets it be released: nothing is touched before that is known, or given up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from landfall.model import State
from landfall.preflight_checks import scan
from landfall.preflight_checks.scan import Scan
from landfall.settings import Limits
from tests.support import builders as b

LAST = Limits().scan_attempts


def of(status: str = "COMPLETE", *, told: bool = True, why: str = "", **counts: int) -> Scan:
    """Return what ECR says of an image."""
    return Scan(b.DIGEST, status, why, counts, told or bool(counts))


CLEAN, NO_SCAN, BUSY = of(), Scan(b.DIGEST), of("IN_PROGRESS", told=False)
UNSUPPORTED = of("FAILED", told=False, why="UnsupportedImageError: the operating system is not supported")
EMPTY = of("COMPLETE", told=False)
CASES: dict[str, tuple[str, tuple[Scan, ...], int, str]] = {
    "nothing found": ("refuse CRITICAL", (CLEAN,), 1, ""),
    "nothing found, of a scan that goes on": ("refuse CRITICAL", (of("ACTIVE"),), 1, ""),
    "the named severity": ("refuse CRITICAL", (of(CRITICAL=1),), 1, "FAIL SCAN_FINDINGS"),
    "found by Inspector": ("refuse CRITICAL", (of("ACTIVE", CRITICAL=1),), 1, "FAIL SCAN_FINDINGS"),
    "a lesser one": ("refuse CRITICAL", (of(HIGH=7, MEDIUM=9),), 1, ""),
    "a worse one": ("refuse HIGH", (of(CRITICAL=1),), 1, "FAIL SCAN_FINDINGS"),
    "the lowest": ("refuse LOW", (of(LOW=1),), 1, "FAIL SCAN_FINDINGS"),
    "no severity": ("refuse LOW", (of(INFORMATIONAL=3, UNDEFINED=2, UNTRIAGED=1),), 1, ""),
    "counts of none": ("refuse HIGH", (of(CRITICAL=0, HIGH=0),), 1, ""),
    "warned of": ("warn", (of(CRITICAL=1, HIGH=2, LOW=9),), 1, "warns 1 CRITICAL and 2 HIGH"),
    "not worth a warning": ("warn", (of(LOW=9),), 1, ""),
    "under way": ("refuse HIGH", (BUSY,), 1, "WAIT SCAN_PENDING"),
    "not begun": ("warn", (NO_SCAN,), 1, "WAIT SCAN_PENDING"),
    "queued": ("warn", (of("PENDING", told=False),), LAST - 1, "WAIT SCAN_PENDING"),
    "a state that is new": ("warn", (of("SOMETHING", told=False),), 1, "WAIT SCAN_PENDING"),
    "over, and empty so far": ("refuse HIGH", (EMPTY,), 1, "WAIT SCAN_PENDING"),
    "active, and empty so far": ("refuse HIGH", (of("ACTIVE", told=False),), 1, "WAIT SCAN_PENDING"),
    "over, and empty to the end": ("refuse HIGH", (EMPTY,), LAST, "warns no findings"),
    "never over, refused": ("refuse HIGH", (BUSY,), LAST, "FAIL SCAN_UNKNOWN"),
    "never over, warned": ("warn", (BUSY,), LAST, "warns not scanned"),
    "never begun, refused": ("refuse HIGH", (NO_SCAN,), LAST, "FAIL SCAN_UNKNOWN"),
    "unsupported, refused at once": ("refuse HIGH", (UNSUPPORTED,), 1, "FAIL SCAN_UNKNOWN"),
    "unsupported, warned at once": ("warn", (UNSUPPORTED,), 1, "warns not scanned"),
    "one of two under way": ("refuse HIGH", (CLEAN, BUSY), 1, "WAIT SCAN_PENDING"),
    "one of two is bad": ("refuse HIGH", (BUSY, of(HIGH=1)), 1, "FAIL SCAN_FINDINGS"),
    "no image yet": ("refuse HIGH", (), 1, ""),
}


@pytest.mark.parametrize(("setting", "scans", "look", "expected"), CASES.values(), ids=CASES.keys())
def test_judged(setting: Any, scans: tuple[Scan, ...], look: int, expected: str) -> None:
    """What is found refuses at once; what is not known is waited for, and then refuses or warns, as was asked."""
    judged = scan.judge(scans, b.settings_of(scan=setting), look)
    said = f"{judged.verdict.state} {judged.verdict.code}" if judged.verdict else ""
    if expected.startswith("warns "):
        assert (said, expected.removeprefix("warns ") in judged.warning) == ("", True)
    else:
        assert (said, judged.warning) == (expected, "")
    assert judged.verdict is None or b.is_bounded(judged.verdict)


@pytest.mark.parametrize("status", [*scan.NEVER, *scan.DONE, "PENDING", "IN_PROGRESS", "FINDINGS_UNAVAILABLE", "", "?"])
@pytest.mark.parametrize("setting", ["warn", "refuse CRITICAL", "refuse LOW"])
def test_it_comes_to_an_end(status: str, setting: Any) -> None:
    """Whatever ECR says, the last look decides."""
    judged = scan.judge((Scan(b.DIGEST, status),), b.settings_of(scan=setting), LAST)
    assert judged.verdict is None or judged.verdict.state == State.FAIL


@pytest.mark.parametrize("found", [of(CRITICAL=2), UNSUPPORTED])
def test_a_refusal_says_what_and_the_way_out(found: Scan) -> None:
    """The digest, what was found or why not, and the setting."""
    verdict = scan.judge((replace(found),), b.settings_of(scan="refuse HIGH"), 1).verdict
    assert verdict
    for part in (b.DIGEST, "services.sample.scan", found.description or "2 CRITICAL"):
        assert part in verdict.reason
