"""The environments of the pages: each is one AWS that has Landfall, and a column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from cli.cloud import Cloud
from cli.exits import Refused
from cli.ui.reads import MOST, Reads
from landfall.errors import LandfallError
from landfall.images.commit_details import Told

_T = TypeVar("_T")
FAILURES = (LandfallError, BotoCoreError, ClientError, OSError)
"""The errors that reading may raise. A page shows the error in place of the data."""


@dataclass
class Environment:
    """One AWS. `name` is what people call it. `builds` caches what each image says of its commits, by digest.

    Pages read it one after the other: boto3's tables are not safe to share, and each page has its own count.
    """

    name: str
    cloud: Cloud
    reads: Reads = field(init=False)
    builds: dict[str, Told] = field(default_factory=dict, repr=False)
    _turn: Lock = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        self.reads = Reads(self.cloud.session.events)

    @contextmanager
    def page(self, items: int = MOST) -> Iterator[Cloud]:
        """Begin a page, which may read at most this many items."""
        with self._turn, self.reads.page(items):
            yield self.cloud

    @contextmanager
    def aside(self) -> Iterator[Cloud]:
        """Read data that is in no table, for the page that was just read. The page's count goes on."""
        with self._turn, self.reads.at_most(0):
            yield self.cloud


def named(wanted: str) -> tuple[str, str]:
    """Return the profile and the region that `PROFILE/REGION` names. Raises Refused."""
    profile, slash, region = wanted.rpartition("/")
    if not (slash and profile and region):
        raise Refused("BAD_OPTIONS", f"--from {wanted!r} is not PROFILE/REGION, such as production/eu-west-1")
    return profile, region


def of_each(environments: Sequence[Environment], read: Callable[[Environment], _T]) -> list[_T]:
    """Read all environments at the same time, and return the results in the order of the environments."""
    with ThreadPoolExecutor(max(1, len(environments))) as pool:
        return list(pool.map(read, environments))
