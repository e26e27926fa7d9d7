"""The fleet's account behaves as AWS publishes it, and a small fleet lands."""

from __future__ import annotations

import pytest

from bench import rollouts
from bench.buckets import Account, Bucket, Quota
from bench.clock import Timeline
from bench.fleet import play


def test_a_bucket_gives_what_it_holds_and_then_what_comes_back() -> None:
    """Twenty at once, then one a second, and never more than it holds (RegisterTaskDefinition's)."""
    bucket = Bucket(Quota(20, 1, frozenset({"RegisterTaskDefinition"})))
    assert sum(bucket.take(0.0) for _ in range(30)) == 20
    assert [bucket.take(at) for at in (0.5, 1.0, 1.5, 2.0)] == [False, True, False, True]
    assert sum(bucket.take(1000.0) for _ in range(30)) == 20


def test_an_account_takes_as_long_as_its_slowest_bucket() -> None:
    """A thousand deployments register a thousand revisions: 980 seconds, whatever else they ask for."""
    calls = {"RegisterTaskDefinition": 1000, "UpdateService": 1000, "DescribeServices": 3000}
    assert Account().floor(calls) == 980
    assert Account().floor({"RegisterTaskDefinition": 1}) == 0


def test_who_sleeps_shortest_goes_next() -> None:
    """Functions run side by side in virtual time, one at a time, and time never goes back."""
    timeline, seen = Timeline(), []

    def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            timeline.sleep_until(timeline.now + nap)
            seen.append((name, timeline.now))

    timeline.run([(0.0, lambda: sleeper("a", 3, 3)), (1.0, lambda: sleeper("b", 1, 3)), (0.0, lambda: None)])
    assert seen == [("b", 2.0), ("a", 3.0), ("b", 5.0), ("a", 6.0)]


def test_a_small_fleet_lands_but_for_what_is_bad() -> None:
    """The real machine and steps, four services at once, one of them with a release that serves another commit."""
    fleet = play(4, seed=1, bad=0.25)
    assert fleet.count(False, "SUCCEEDED") == 3
    assert fleet.count(True, "ROLLED_BACK") == 1
    assert fleet.seconds < 2 * fleet.floor + 600


@pytest.mark.parametrize(("size", "calls", "transitions"), [(2, 74, 104), (500, 148, 104)])
def test_a_rollout_takes_no_more_calls_than_it_did(size: int, calls: int, transitions: int) -> None:
    """All deployments of an account share its quotas: a call at each look, or for each task, is felt by all of them."""
    assert rollouts.rollout(size) == (calls, transitions)
