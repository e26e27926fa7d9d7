"""`landfall ui --from … --from …` over two local AWSs: two columns, each with its own releases, proofs and evidence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.stage.landfall_stage import Stage, commit, staged
from tests.browser.local_releases import A_RELEASE, UNHURRIED, tampered
from tests.browser.opening import expect, opened
from tests.e2e import laws

pytestmark = [pytest.mark.browser, pytest.mark.long]

SERVICE = "twofold"
NAMES = ("staging", "production")


@dataclass(frozen=True)
class Two:
    """Both AWSs, by their names, and the address of their pages."""

    stages: dict[str, Stage]
    address: str

    def released(self, name: str, release: str) -> str:
        """Release to one of them, wait for the end, and return the deployment's id."""
        stage, sha, before = self.stages[name], commit(f"{SERVICE} {release}"), datetime.now(UTC)
        stage.push(SERVICE, sha)
        ending = stage.ended(stage.started_by_push(SERVICE, sha, before), SERVICE, A_RELEASE / 1000)
        laws.hold(stage, ending, SERVICE, "SUCCEEDED")
        return str(ending.record["deployment_id"])


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Start two local AWSs with Landfall, and the pages of both, as a person starts them."""
    states = [tmp_path_factory.mktemp(name) for name in NAMES]
    with ExitStack() as both, ThreadPoolExecutor() as pool:

        def begun(state: Path) -> Stage:
            return both.enter_context(staged(state, (SERVICE,), overrides={SERVICE: UNHURRIED}))

        stages = dict(zip(NAMES, pool.map(begun, states), strict=True))
        with _pages(stages, states[0]) as address:
            yield Two(stages, address)


@contextmanager
def _pages(stages: dict[str, Stage], state: Path) -> Iterator[str]:
    """Run the verb with a profile for each AWS, whose endpoint is the profile's (AWS SDKs guide, endpoint_url)."""
    config = state / "aws-config"
    keys = "aws_access_key_id = test\naws_secret_access_key = test\nregion = us-east-1\n"
    profiles = [f"[profile {n}]\n{keys}endpoint_url = {s.aws.endpoint}\n" for n, s in stages.items()]
    config.write_text("\n".join(profiles), encoding="utf-8")
    settings = next(iter(stages.values())).settings
    columns = [part for name in stages for part in ("--from", f"{name}/us-east-1")]
    command = [sys.executable, "-m", "cli", "ui", "--json", "--no-open", "--settings", str(settings), *columns]
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | {
        "AWS_CONFIG_FILE": str(config),
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield str(json.loads(_document(running.stdout))["address"])
        finally:
            running.terminate()


def _document(lines: Any) -> str:
    """Return the JSON that the verb prints first, which may take several lines."""
    said = ""
    for line in lines:
        said += line
        if line.startswith("}") or said.strip().endswith("}"):
            break
    return said


def test_two_environments_side_by_side(two: Two, chromium: Any) -> None:
    """Each column is proven by its own proof, and a record that was changed in one breaks no chain of the other."""
    with ThreadPoolExecutor() as pool:  # a release mostly waits
        new, old = pool.map(two.released, NAMES, ("newer", "older"))

    page = opened(chromium, two.address, viewport={"width": 1440, "height": 900})
    expect(page.locator("h1")).to_have_text("All two places are proven live.")
    assert page.locator("thead th").all_inner_texts()[1:] == [f"{name} · us-east-1" for name in NAMES]
    cells = page.locator("td[data-env]").all_inner_texts()
    assert [commit(f"{SERVICE} {release}")[:7] in cell for release, cell in zip(("newer", "older"), cells, strict=True)]
    links = page.eval_on_selector_all("td a[href*='/deployment/']", "all => all.map(each => each.href)")
    assert {link.partition("#")[0].rpartition("/")[2] for link in links} == {old, new}

    shown = opened(chromium, next(link for link in links if new in link), viewport={"width": 390, "height": 900})
    served = shown.locator("table:has(th:text('serves')) td.mono").all_inner_texts()
    assert sum(f"{commit(f'{SERVICE} newer')[:7]} ✓" == text for text in served) == 2

    tampered(two.stages["production"], SERVICE, old)
    evidence = opened(chromium, f"{two.address}evidence")
    expect(evidence.locator("h1")).to_have_text("One chain is broken.")
    assert evidence.locator(".broken").count() == 1
    for each in (page, shown, evidence):
        assert each.said == []
        assert all(url.startswith(two.address) for url in each.asked)
