"""Secrets that checks send: the service gets them, and nobody else ever does."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from typing import Any

import pytest
from moto.secretsmanager.models import SecretsManagerBackend
from moto.sns.models import sns_backends

from landfall.errors import AwsCallFailed
from landfall.model import Failure, Outcome
from landfall.smoke.case import Check
from tests.steps import machine, standin
from tests.steps.site import Site
from tests.support import builders as b

TOKEN, KEY = "s3cr3t-marker+token", "s3cr3t-marker/key"
RELEASE = b.release(service="guarded", repository="landfall/guarded")


@pytest.fixture
def guarded(aws: None) -> str:
    """A service whose own checks send two secrets, which are there."""
    manager = standin.client("secretsmanager")
    manager.create_secret(Name="guarded/smoke", SecretString=json.dumps({"token": TOKEN, "more": "x"}))
    manager.create_secret(Name="guarded/key", SecretString=KEY)
    return standin.make_service("guarded")


def preflight() -> Any:
    """Invoke Preflight."""
    return machine.invoke("preflight", {"release": asdict(RELEASE)})


def smoke_test(site: Site) -> Any:
    """Invoke SmokeTest on what runs now."""
    baseline = b.baseline(base_url=site.url)
    return machine.invoke("smoke_test", asdict(b.judged(release=RELEASE, baseline=baseline)))


def test_the_service_is_sent_them(guarded: str, site: Site) -> None:
    """By the step that looks before and by the one that looks after, with the prefix, next to plain headers."""
    site.sha = b.SHA
    preflight()
    smoke_test(site)
    asked = {(a["path"], a.get("Authorization"), a.get("X-Key"), a.get("X-Plain")) for a in site.asked}
    assert ("/orders", f"Bearer {TOKEN}", None, None) in asked
    assert ("/search", None, KEY, "plain") in asked
    others = [a for a in site.asked if a["path"] not in ("/orders", "/search")]
    assert others
    assert "s3cr3t" not in str(others)


def _everything(answers: list[Any], output: str, caplog: pytest.LogCaptureFixture) -> str:
    """Return all that leaves the pipeline: answers of steps, logs, metrics, records, reports, messages, events."""
    (topic,) = next(iter(sns_backends.values()))[standin.REGION].topics.values()
    stored = [standin.report(key) for key in standin.reports()]
    told = [str(standin.table().scan()["Items"]), str(topic.sent_notifications), str(standin.heard())]
    return "\n".join([json.dumps(answers), output, caplog.text, *stored, *told])


@pytest.mark.parametrize("how", ["echo", "garbled"])
def test_nobody_else_sees_them(
    guarded: str, site: Site, how: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Even where the service tells whoever asks what they sent, in body, headers, or a status line that is none."""
    caplog.set_level(logging.DEBUG, "landfall")
    vars(site)[how] = True
    before, after = preflight(), smoke_test(site)
    failure = Failure("SmokeTest", after["verdict"]["code"], after["verdict"]["reason"])
    checks = tuple(Check(**check) for check in after["checks"])
    ended = b.crashed(Outcome.ROLLED_BACK, release=RELEASE, failure=failure, checks=checks)
    answers = [before, after, machine.invoke("report", asdict(ended))]
    answers.append(machine.invoke("notify", {"ended": asdict(ended), "report": "s3://reports/x"}))
    everything = _everything(answers, "".join(capfd.readouterr()), caplog)

    assert any("s3cr3t-marker" in str(a) for a in site.asked)
    assert "ROLLED_BACK" in everything
    assert "orders" in everything
    assert "s3cr3t" not in everything


def test_a_value_that_was_asked_for_with_a_secret_is_not_shown(guarded: str, site: Site) -> None:
    """It may be the secret, spelt so that nobody would know it: JSON writes one text in many ways."""
    site.sha, site.echo = b.SHA, True
    checks = {c["name"]: c for c in smoke_test(site)["checks"]}
    assert (checks["orders"]["state"], checks["orders"]["seen"]) == ("FAIL", "HTTP 200, token is a different str")
    assert (checks["search"]["state"], checks["search"]["seen"]) == ("PASS", "HTTP 200, no body that matches")


GONE = {
    "gone": (lambda m: m.delete_secret(SecretId="guarded/key", ForceDeleteWithoutRecovery=True), "does not exist"),
    "going": (lambda m: m.delete_secret(SecretId="guarded/key"), "is about to be deleted"),
    "bytes": (lambda m: m.put_secret_value(SecretId="guarded/key", SecretBinary=b"s3cr3t-bytes"), "holds bytes"),
    "two lines": (lambda m: m.put_secret_value(SecretId="guarded/key", SecretString="s3cr3t\nlines"), "can't be sent"),
}


@pytest.mark.parametrize(("lose", "why"), GONE.values(), ids=GONE.keys())
def test_what_can_not_be_read_is_refused_before_anything_is_touched(
    guarded: str, site: Site, lose: Any, why: str
) -> None:
    """By the names of check and secret, with the way out; the service is not even asked (law 3)."""
    lose(standin.client("secretsmanager"))
    verdict = preflight()["verdict"]
    assert (verdict["state"], verdict["code"]) == ("FAIL", "SECRET_UNREADABLE")
    for part in ("check 'search'", "secret 'guarded/key'", why, "services.guarded.smoke.checks"):
        assert part in verdict["reason"]
    assert "s3cr3t" not in verdict["reason"]
    assert site.asked == []


def test_a_secret_lost_on_the_way_is_no_evidence_against_a_release(guarded: str, site: Site) -> None:
    """The check could not be made: it is asked again; in the end the release is not proven, but never called bad."""
    site.sha = b.SHA
    standin.client("secretsmanager").delete_secret(SecretId="guarded/key", ForceDeleteWithoutRecovery=True)
    told = smoke_test(site)
    checks = {c["name"]: c for c in told["checks"]}
    assert (checks["search"]["state"], checks["liveness"]["state"]) == ("RETRY", "PASS")
    assert "secret 'guarded/key' does not exist" in checks["search"]["seen"]


def test_a_throttle_is_no_missing_secret(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the step that failed, and is retried; nobody's release is refused for it (law 8)."""
    monkeypatch.setattr(SecretsManagerBackend, "get_secret_value", standin.throttled)
    with pytest.raises(AwsCallFailed, match="reading secret 'guarded/smoke': ThrottlingException"):
        preflight()


def test_a_rotated_secret_counts_at_once(guarded: str, site: Site) -> None:
    """A warm Lambda keeps none: what is sent is what Secrets Manager has now, asked once for each round."""
    preflight()
    standin.client("secretsmanager").put_secret_value(SecretId="guarded/key", SecretString="another-one")
    site.asked.clear()
    preflight()
    assert {a["X-Key"] for a in site.asked if "X-Key" in a} == {"another-one"}


def test_who_sends_no_secret_asks_for_none(live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever uses none needs no right on any."""
    monkeypatch.setattr(SecretsManagerBackend, "get_secret_value", standin.throttled)
    assert machine.invoke("preflight", {"release": asdict(b.release())})["verdict"]["code"] == "READY"
