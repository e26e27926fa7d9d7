"""The CloudWatch metrics of a load balancer's target groups: what the fronts saw, by the minute.

AWS ("CloudWatch metrics for your Application Load Balancer"): the load balancer reports in intervals of 60 seconds, and
only while requests flow through it. These metrics are simulated, each with the dimensions TargetGroup and LoadBalancer:
RequestCount counts requests for which a target was chosen; HTTPCode_Target_2XX_Count (3XX, 4XX, 5XX) count the
targets' own answers, and there is no data point where there is nothing to count; TargetConnectionErrorCount counts
connections that failed; TargetResponseTime is the time in seconds until the target begins to answer, with percentiles.
They exclude health checks. Our reading: a minute is available as soon as it is over (AWS does not say; its data are
sometimes later), and its time stamp is its beginning.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import StreamingResponse, get_account_id, get_region, request_scope
from ministack.services import cloudwatch

NAMESPACE = "AWS/ApplicationELB"
MINUTE = 60
Key = tuple[str, str, str, str, int]  # account, region, load balancer, target group, minute


@dataclass
class Minute:
    """The measurements of one target group in one minute."""

    requests: int = 0
    unconnected: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    seconds: Counter[float] = field(default_factory=Counter)


@dataclass
class Request:
    """One request, while it is under way."""

    began: float
    status: int = 0

    def answered(self, reply: Any) -> None:
        """Note the answer. An answer that isn't streamed did not come from a target."""
        self.status = int(reply[0]) if isinstance(reply[2], StreamingResponse) else 0


class Book:
    """The minutes that are not over yet."""

    def __init__(self) -> None:
        self._minutes: defaultdict[Key, Minute] = defaultdict(Minute)
        self._lock = threading.Lock()

    def start(self) -> None:
        """Publish each minute when it is over, from now on."""
        threading.Thread(target=self._run, daemon=True, name="alb-metrics").start()

    @contextmanager
    def request(self, balancer: str, group: str) -> Iterator[Request]:
        """Measure a request to a target group until its answer begins. Without a group nothing is measured."""
        under_way = Request(time.monotonic())
        yield under_way
        if not group:
            return
        took = round(time.monotonic() - under_way.began, 3)
        key = (get_account_id(), get_region(), balancer, group, int(time.time()) // MINUTE * MINUTE)
        with self._lock:
            minute = self._minutes[key]
            minute.requests += 1
            if under_way.status:
                minute.codes[f"{under_way.status // 100}XX"] += 1
                minute.seconds[took] += 1
            else:
                minute.unconnected += 1

    def _run(self) -> None:
        while True:
            time.sleep(MINUTE - time.time() % MINUTE + 0.5)
            self.publish(int(time.time()) // MINUTE * MINUTE)

    def publish(self, before: int) -> None:
        """Put the minutes that began before a time into CloudWatch."""
        with self._lock:
            over = {key: self._minutes.pop(key) for key in list(self._minutes) if key[4] < before}
        for (account, region, balancer, group, began), minute in over.items():
            names = {"TargetGroup": dimension(group), "LoadBalancer": dimension(balancer)}
            with request_scope(account, region):
                _put(names, began, minute)


def dimension(arn: str) -> str:
    """Return a load balancer or target group as CloudWatch names it: app/NAME/ID, targetgroup/NAME/ID."""
    return arn.rpartition(":")[2].removeprefix("loadbalancer/")


def _put(names: dict[str, str], began: int, minute: Minute) -> None:
    counts = {"RequestCount": minute.requests, "TargetConnectionErrorCount": minute.unconnected}
    counts |= {f"HTTPCode_Target_{code}_Count": count for code, count in minute.codes.items()}
    for name, count in counts.items():
        if count:
            cloudwatch._store_datum(NAMESPACE, name, names, began, "Count", count, None, None, None)
    if minute.seconds:
        values, repeats = list(minute.seconds), list(minute.seconds.values())
        cloudwatch._store_datum(NAMESPACE, "TargetResponseTime", names, began, "Seconds", None, values, repeats, None)


BOOK = Book()
