"""`landfall report`: where a report is, whether its bytes are what its name says, saved for its owner alone."""

from __future__ import annotations

import hashlib
import json
import stat
import webbrowser
from pathlib import Path
from typing import Any

import pytest

from cli.command import At
from tests.cli.world import SERVICE, A, landed, landfall, record
from tests.steps import standin

PAGE = b"<!doctype html><title>x</title>"
NAME = f"report-{hashlib.sha256(PAGE).hexdigest()}.html"
ID = "20260101T000000Z-x"


@pytest.fixture
def told(at: At) -> str:
    """Return the URI of the page of a deployment."""
    landed("20260101T000000Z", A, "f:1")
    return stored(NAME, PAGE)


def stored(name: str, body: bytes) -> str:
    """Put a report into the bucket, and say so in the record."""
    key = f"{SERVICE.name}/{ID}/{name}"
    standin.client("s3").put_object(Bucket=standin.BUCKET, Key=key, Body=body)
    standin.ledger().mark(SERVICE.name, ID, reported=f"s3://{standin.BUCKET}/{key}")
    return f"s3://{standin.BUCKET}/{key}"


def report(*words: str) -> tuple[int, str, Any]:
    """Run the command for people, and for programs."""
    people, programs = (landfall(["report", *words, *more]) for more in ([], ["--json"]))
    return people.exit_code, people.output, json.loads(programs.stdout)


def test_where_it_is(told: str) -> None:
    """Its URI and the hash of its bytes, which its name holds; nothing is saved unasked."""
    code, text, document = report()
    assert code == 0
    assert told in text
    assert document == {
        "service": SERVICE.name,
        "deployment_id": ID,
        "outcome": "SUCCEEDED",
        "report": told,
        "sha256": NAME[7:71],
        "as_named": True,
        "saved": None,
        "opened": False,
    }


def test_it_is_saved_for_its_owner(told: str, tmp_path: Path) -> None:
    """Byte for byte, and nobody else on the machine may read it."""
    path = tmp_path / "report.html"
    assert report(ID, "--to", str(path))[2]["saved"] == str(path)
    assert path.read_bytes() == PAGE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("there", [True, False])
def test_it_is_opened(told: str, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """In the web browser, from a temporary file; where there is none, the command says where the file is."""
    asked: list[str] = []

    def browse(url: str) -> bool:
        asked.append(url)
        return there

    monkeypatch.setattr(webbrowser, "open", browse)
    code, text, document = report("--open")
    path = Path(document["saved"])
    assert (code, document["opened"], asked[-1]) == (0, there, path.as_uri())
    assert (path.read_bytes(), path.suffix, stat.S_IMODE(path.stat().st_mode)) == (PAGE, ".html", 0o600)
    assert ("open the file yourself" in text) is not there
    for url in asked:
        Path(url.removeprefix("file://")).unlink()


def test_other_bytes_are_neither_saved_nor_opened(told: str, tmp_path: Path) -> None:
    """Whoever changed the page may want it to be seen."""
    stored(NAME, PAGE + b"!")
    code, text, document = report("--open", "--to", str(tmp_path / "report.html"))
    assert (code, document["as_named"], document["saved"], document["opened"]) == (1, False, None, False)
    assert "these are other bytes than its name says" in text
    assert not (tmp_path / "report.html").exists()


def test_a_report_without_a_page(told: str, tmp_path: Path) -> None:
    """An older one is Markdown, whose name holds no hash: it is saved, and nothing is said to be proven."""
    stored("report.md", b"# SUCCEEDED")
    code, _, document = report("--to", str(tmp_path / "report.md"))
    assert (code, document["as_named"], document["saved"]) == (0, None, str(tmp_path / "report.md"))


def test_none_yet_and_none_any_more(told: str) -> None:
    """The words say which it is, and what to do."""
    record("20260102T000000Z", A)
    result = landfall(["report", "20260102T000000Z-x"])
    assert (result.exit_code, "landfall watch 20260102T000000Z-x" in result.output) == (2, True)
    standin.client("s3").delete_object(Bucket=standin.BUCKET, Key=told.removeprefix(f"s3://{standin.BUCKET}/"))
    result = landfall(["report", ID])
    assert (result.exit_code, "landfall findings" in result.output) == (2, True)
