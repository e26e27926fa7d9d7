"""History, one deployment, and whether anybody changed a record: the command on a ledger and a bucket in moto."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from landfall.aws.dynamodb.ledger import Ledger
from tests.campaigns.tampering import chains
from tests.cli.evidenced import LENGTH, Run, deployed, documents, key, run
from tests.steps import standin

__all__ = ["run"]  # a fixture


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """A ledger for all these tests: they only read it."""
    with deployed() as made:
        yield made


def test_history_is_newest_first_and_says_what_is_unknown(ledger: Ledger, run: Run) -> None:
    """One line each for people; what is under way is OPEN, what nobody knows is UNKNOWN."""
    lines = run("history").stdout.splitlines()
    assert len(lines) == LENGTH + 2
    assert " OPEN " in lines[0]
    assert lines[1].startswith("2026-01-02T03:12:05  sample  ")
    rows = documents(run("history", "--json"))["deployments"]
    assert [r["deployment_id"] for r in rows] == sorted((r["deployment_id"] for r in rows), reverse=True)
    assert (rows[0]["outcome"], rows[0]["ended_at"], rows[0]["reported"]) == ("OPEN", "UNKNOWN", "UNKNOWN")


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--limit", "2"), [9, 8]),
        (("--since", "2026-01-02T03:10:05Z"), [9, 8, 7, 6]),
        (("--until", "2026-01-02T03:06:05"), [1, 0]),
        (("--since", "2026-01-03"), []),
        (("--outcome", "SUCCEEDED"), [8, 0]),
        (("--outcome", "SUCCEEDED", "--outcome", "NO_CHANGE", "--since", "2026-01-02T03:05:00"), [8, 1]),
        (("--service", "_unknown"), []),
    ],
)
def test_history_by_outcome_time_and_number(
    ledger: Ledger, run: Run, options: tuple[str, ...], numbers: list[int]
) -> None:
    """All that was asked for, and nothing else."""
    rows = documents(run("history", "--json", *options))["deployments"]
    assert [r["deployment_id"] for r in rows] == [chains.record(n)["deployment_id"] for n in numbers]


def test_history_as_csv(ledger: Ledger, run: Run) -> None:
    """The same rows for a spreadsheet, reasons with commas and all."""
    rows = list(csv.DictReader(io.StringIO(run("history", "--csv").stdout)))
    assert rows == documents(run("history", "--json"))["deployments"]


def test_two_formats_at_once_are_refused(ledger: Ledger, run: Run) -> None:
    """Stdout can hold one document."""
    assert run("history", "--csv", "--json").exit_code == 2


@pytest.mark.parametrize("wanted", ["deployment_id", "git_sha", "execution_arn"])
def test_show_by_any_of_its_names(ledger: Ledger, run: Run, wanted: str) -> None:
    """The record in full: where its report lies, its place in the chain, and the documents in it opened."""
    record = ledger.record(**key(3)) or {}
    text = run("show", str(record[wanted])).stdout
    for part in (record["deployment_id"], record["reported"], record["hash"], record["why"]):
        assert str(part) in text
    told = documents(run("show", str(record["deployment_id"]), "--json"))
    assert (told["sequence"], told["ended"]["outcome"]) == (3, record["outcome"])


def test_show_says_what_is_unknown(ledger: Ledger, run: Run) -> None:
    """A deployment under way has no report and no place in the chain yet."""
    text = run("show").stdout
    assert "OPEN" in text
    assert text.count("UNKNOWN") >= 5
    assert run("show", "20990101T000000Z-never").exit_code == 2


def test_an_untouched_ledger_verifies_online_and_as_an_export(ledger: Ledger, run: Run, tmp_path: Path) -> None:
    """Both count the same; the export is verified without settings and without AWS."""
    online = run("verify-evidence", "--service", "sample", "--json")
    assert (online.exit_code, documents(online)["intact"]) == (0, True)
    assert run("history", "--export", str(tmp_path / "out")).exit_code == 0
    assert run("history", "--export", str(tmp_path / "out")).exit_code == 2
    words = ["verify-evidence", str(tmp_path / "out"), "--settings", "nowhere", "--json"]
    key_ = standin.signing().public_key.fingerprint
    alone = CliRunner().invoke(app, [*words, "--key", key_])
    assert alone.exit_code == 0, alone.output
    for others, code in (([], "KEY_NOT_COMPARED"), (["--key", "0" * 64], "KEY_UNKNOWN")):
        doubted = CliRunner().invoke(app, [*words, *others])
        assert doubted.exit_code == 1
        assert code in {f["code"] for f in documents(doubted)["unreadable"]}
    of_sample = next(s for s in documents(alone)["services"] if s["service"] == "sample")
    assert of_sample == documents(online)["services"][0]
    assert (of_sample["chained"], of_sample["before"], of_sample["open"]) == (LENGTH, 1, 1)
    assert "closed before the chain began" in run("verify-evidence").stdout


def test_an_export_that_was_changed_is_found(ledger: Ledger, run: Run, tmp_path: Path) -> None:
    """A line in another spelling, half a line, a missing file, a service that is not in it."""
    out = tmp_path / "out"
    run("history", "--export", str(out))
    records = out / "records.jsonl"
    whole = records.read_bytes()
    for changed in (whole.replace(b":", b": ", 1), whole[:-5], b"[]\n" + whole, b"\xff\n" + whole):
        records.write_bytes(changed)
        told = run("verify-evidence", str(out), "--json")
        assert (told.exit_code, bool(documents(told)["unreadable"])) == (1, True)
        assert "UNREADABLE" in run("verify-evidence", str(out)).stdout
    records.write_bytes(whole)
    assert run("verify-evidence", str(out), "--service", "nope").exit_code == 2
    shutil.rmtree(out)
    assert run("verify-evidence", str(out)).exit_code == 2


def test_a_second_check_goes_on_from_its_checkpoint(ledger: Ledger, run: Run, tmp_path: Path) -> None:
    """It says from where, and when the rest was read last; only a check of everything calls evidence intact."""
    words = ("verify-evidence", "--checkpoint", str(tmp_path / "checkpoint.json"))
    told = [documents(run(*words, "--json", *more)) for more in ((), (), ("--full",))]
    assert [(each["intact"], each["complete"]) for each in told] == [(True, True), (None, False), (True, True)]
    assert [s["since"] for each in told for s in each["services"] if s["service"] == "sample"] == [0, LENGTH, 0]
    again = run(*words)
    assert again.exit_code == 0
    earlier = "the checkpoint says that earlier records were last read on 20"
    assert f"this run began at record {LENGTH}: {earlier}" in again.stdout


def test_a_checkpoint_is_of_a_ledger(ledger: Ledger, run: Run, tmp_path: Path) -> None:
    """With an export there is nothing to go on from."""
    run("history", "--export", str(tmp_path / "out"))
    refused = run("verify-evidence", str(tmp_path / "out"), "--checkpoint", str(tmp_path / "x"), "--json")
    assert (refused.exit_code, documents(refused)["error"]["code"]) == (2, "NO_CHECKPOINT")
