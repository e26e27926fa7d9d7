"""Writes docs/schemas: the published shapes of what Landfall leaves for programs, made from the classes themselves.

`make schemas`; a test fails while what is published is not what is written.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from landfall.telling import finding_event, report

DIRECTORY = Path(__file__).resolve().parents[1] / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Return each published schema by its file's name."""
    return {
        "report.schema.json": _schema(report.Report, f"Landfall's report of a deployment, version {report.SCHEMA}"),
        "finding.schema.json": _schema(
            finding_event.Event, f"The detail of Landfall's event `Finding`, version {finding_event.SCHEMA}"
        ),
    }


def _schema(kind: type[Any], title: str) -> dict[str, Any]:
    made = TypeAdapter(kind).json_schema(mode="serialization")
    for each in (made, *made.get("$defs", {}).values()):
        _strict(each)
    return {"$schema": DIALECT, **made, "title": title}


def _strict(each: dict[str, Any]) -> None:
    """Every field is always written, and no other. Docstrings are the descriptions."""
    if "description" in each:
        each["description"] = re.sub(r"(?<!\n)\n(?!\n)", " ", each["description"])
    if "properties" in each:
        each["required"], each["additionalProperties"] = list(each["properties"]), False
    for field in each.get("properties", {}).values():
        field.pop("default", None)


def main() -> None:
    """Write them all."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (DIRECTORY / name).write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
