"""Writes docs/schemas: the JSON schemas of Landfall's output for programs, generated from the classes.

Run `make schemas`. A test fails while the published schemas differ.
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
    """Require every field and forbid others. Docstrings become the descriptions."""
    if "description" in each:
        each["description"] = re.sub(r"(?<!\n)\n(?!\n)", " ", each["description"])
    if "properties" in each:
        each["required"], each["additionalProperties"] = list(each["properties"]), False
    for field in each.get("properties", {}).values():
        field.pop("default", None)


def main() -> None:
    """Write all schemas."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (DIRECTORY / name).write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
