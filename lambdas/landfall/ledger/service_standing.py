"""What a service's ledger says of it: what was proven last, what changed it last, what that may have left live.

"Last" means the place in the service's chain, which a record gets in the transaction that closes it. Ids and times do
not order anything here: an id begins with whole seconds of some clock, or a person typed it, and times come from
several clocks. Only records from before there were chains are ordered by them; these come before all chained ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, assert_never

from landfall import chain
from landfall.chain import Record
from landfall.model import PROVEN, UNTOUCHED, Outcome

SEARCHED = 200
"""Records of a service that are looked through where a look is not for one that the chain names."""
PROVEN_BEFORE, CHANGED_BEFORE = "proven_before", "changed_before"
"""Fields of a sealed record: the deployments before it that proved a release last, and that changed the service last.

Absent where nobody knew: in records from before there were these fields, and after them until the first that fits.
"""


def proven(record: Mapping[str, Any]) -> bool:
    """Say whether a deployment proved a release, and of which revision is known."""
    return record.get("outcome") in PROVEN and bool(record.get("task_definition"))


def changed(record: Mapping[str, Any]) -> bool:
    """Say whether a deployment is over and may have changed the service.

    A recovery may record a success that it did not see itself. Such a record names no revision and says nothing here.
    """
    nothing = record.get("outcome") in UNTOUCHED
    heard_of = record.get("outcome") in PROVEN and not record.get("task_definition")
    return bool(record.get("outcome")) and not nothing and not heard_of


LINKS = {PROVEN_BEFORE: proven, CHANGED_BEFORE: changed}
"""Each link with the rule for the records that it leads to."""
_HASH_OF = "{}_hash"


@dataclass(frozen=True)
class Link:
    """Where a record's link leads: to a deployment, and to its record of that hash.

    Without an id there is none before it. Without a hash it is a record's from before they were signed.
    """

    deployment_id: str
    hash: str


def link_of(record: Mapping[str, Any], link: str) -> Link | None:
    """Return where a record's link leads; None where nobody knew when it was closed."""
    to, hash_ = record.get(link), record.get(_HASH_OF.format(link))
    return Link(str(to), str(hash_ or "")) if to is not None else None


def link_to(record: Mapping[str, Any] | None) -> Link:
    """Return the link that leads to a record, or to none."""
    name, hash_ = (record.get(field, "") for field in ("deployment_id", chain.HASH)) if record else ("", "")
    return Link(str(name), str(hash_))


def links(newest: Mapping[str, Any]) -> dict[str, Link]:
    """Return the links of the record that is closed next, as far as they are known.

    `newest` is the record that HEAD names. What it knows of the records before it counts where it says their hashes.
    """
    known = {link: link_to(newest) if fits(newest) else link_of(newest, link) for link, fits in LINKS.items()}
    return {link: to for link, to in known.items() if to and (to.hash or not to.deployment_id)}


def as_fields(links_: Mapping[str, Link]) -> dict[str, str]:
    """Return links as a record holds them."""
    ids = {link: to.deployment_id for link, to in links_.items()}
    return ids | {_HASH_OF.format(link): to.hash for link, to in links_.items()}


def place(record: Mapping[str, Any]) -> tuple[int, str, str]:
    """Return what closed records are ordered by."""
    number = chain.integer(record.get(chain.SEQUENCE)) or 0
    return number, str(record.get("ended_at", "")), str(record.get("deployment_id", ""))


def newest_first(records: Iterable[Record]) -> list[Record]:
    """Return records by their place in the chain, the newest first; before them those that are open."""
    return sorted(records, key=lambda r: ("outcome" not in r, *place(r)), reverse=True)


def last_change(known: Iterable[Record]) -> Record | None:
    """Return the deployment that changed the service last. One that began earlier may have been closed later."""
    return max(filter(changed, known), key=place, default=None)


def to_go_back_to(revision: str, own: Record | None, newest_proven: Iterable[Record]) -> Record | None:
    """Return the proven release that a failed deployment goes back to; None where nothing was ever proven.

    What ran before wins if it was proven, however long ago. `own` is the record of the deployment that the running
    revision says it is of, which is believed only where it proved that very revision. `newest_proven` come newest first
    and are searched for the revision; where it is not among them the first of them is the one.
    """
    if own is not None and proven(own) and own.get("task_definition") == revision:
        return own
    known = list(newest_proven)
    return next((r for r in known if r.get("task_definition") == revision), next(iter(known), None))


def left_by(record: Record) -> frozenset[str]:
    """Return the revisions that a deployment may have left live: one, unless its way back failed.

    None where somebody else deployed over it: that was no deployment of ours.
    """
    # what is no outcome that is known here may have left any of them
    outcome = next((each for each in Outcome if each == record["outcome"]), Outcome.ROLLBACK_FAILED)
    restored = str(record.get("restored_to") or "")
    release, before = str(record.get("task_definition") or ""), str(record.get("baseline_task_definition") or "")
    match outcome:
        case Outcome.SUCCEEDED | Outcome.NO_CHANGE:
            return frozenset({release})
        case Outcome.ROLLED_BACK:
            return frozenset({restored})
        case Outcome.SUPERSEDED:
            return frozenset()
        case Outcome.REJECTED | Outcome.SKIPPED | Outcome.ROLLBACK_FAILED | Outcome.NO_BASELINE:
            return frozenset({release, restored, before} - {""})
    assert_never(outcome)


def recent(by_id: Iterator[Record]) -> list[Record]:
    """Return a service's newest records, of as many as are looked through: those that are open, then the last to end.

    When one ended is told by the clock of the Lambda that closed it. Not by the chain: a record that somebody put there
    is in none, and is to be found.
    """
    key = "ended_at"
    return sorted(islice(by_id, SEARCHED), key=lambda r: ("outcome" not in r, str(r.get(key, ""))), reverse=True)
