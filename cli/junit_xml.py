"""Smoke results as JUnit XML, which CI systems show: https://github.com/testmoapp/junitxml describes what they read."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from landfall.smoke.case import FAIL, RETRY, SKIP, Check
from landfall.text import foreign

ELEMENTS = {FAIL: "failure", RETRY: "error", SKIP: "skipped"}
"""A check without an answer is an error, not a failure: it says nothing about the service."""


def document(name: str, checks: Sequence[Check]) -> str:
    """Return a test suite of that name."""
    count = {element: sum(c.state == state for c in checks) for state, element in ELEMENTS.items()}
    suite = ElementTree.Element(
        "testsuite",
        name=foreign.xml(name),
        tests=str(len(checks)),
        failures=str(count["failure"]),
        errors=str(count["error"]),
        skipped=str(count["skipped"]),
    )
    for check in checks:
        case = ElementTree.SubElement(suite, "testcase", classname="landfall.smoke", name=foreign.xml(check.name))
        if check.state in ELEMENTS:
            message = check.seen if check.state == SKIP else f"expected {check.expected}, got {check.seen}"
            ElementTree.SubElement(case, ELEMENTS[check.state], message=foreign.xml(message))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
