"""The newest links of a chain, each with its faults. `landfall verify-evidence` looks at the whole chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from cli.ui.reading.evidence import LINKS, Chain
from cli.ui.views import page_words
from landfall import chain
from landfall.chain import HASH, PREVIOUS, SIGNATURE, Record
from landfall.chain.signature import is_signed


@dataclass(frozen=True)
class Link:
    """One record. `state` is `whole`, `loose` (open, or from before the chain) or `broken`; `wrong` says why."""

    label: str
    deployment: str
    state: str
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Strip:
    """A chain, the oldest link first, and what it says in words."""

    environment: str
    service: str
    links: tuple[Link, ...]
    state: str
    word: str
    says: str
    wrong: tuple[tuple[str, str], ...]


def strip(found: Chain) -> Strip:
    """Return the strip that shows a chain."""
    at = (found.environment, found.service)
    if found.unread:
        return Strip(*at, (), "unknown", "unknown", f"It could not be read: {found.unread}", ())
    links = tuple(_links(found))
    wrong = [(link.deployment, text) for link in links for text in link.wrong]
    wrong += [("", text) for text in _head(found)]
    if wrong:
        return Strip(*at, links, "failed", "broken", f"{page_words.count(len(wrong), 'finding')}.", tuple(wrong))
    placed = _placed(found)
    if not placed:
        return Strip(*at, links, "unknown", "no chain yet", "No closed record is in a chain.", ())
    if gaps := _gaps(found):
        says = f"Number {gaps[0]} is not among the newest {LINKS}: `landfall verify-evidence` says whether it is there."
        return Strip(*at, links, "unknown", "not all read", says, ())
    signed = sum(SIGNATURE in record for record in placed)
    newest = "the only link" if len(placed) == 1 else f"the newest {len(placed)} links"
    says = f"Of {newest}, {signed} signed and {len(_anchored(found))} anchored."
    return Strip(*at, links, "proven", "whole", says, ())


def headline(strips: Sequence[Strip]) -> str:
    """Return the sentence above the strips."""
    broken = [each for each in strips if each.state == "failed"]
    if broken:
        one = len(broken) == 1
        return f"{page_words.spelled(len(broken)).capitalize()} {'chain is' if one else 'chains are'} broken."
    if any(each.word in ("unknown", "not all read") for each in strips):
        return "Not every chain could be read."
    if not any(each.links for each in strips):
        return "There is no evidence yet: no deployment has ended."
    return "Every link that is shown holds."


def _links(found: Chain) -> list[Link]:
    by_number: dict[int, list[Record]] = {}
    for record in _placed(found):
        by_number.setdefault(chain.number(record), []).append(record)
    anchored, told = _anchored(found), []
    for record in sorted(found.records, key=_place):
        number, name = chain.number(record), str(record["deployment_id"])
        if "outcome" not in record:
            told.append(Link("open", name, "loose"))
        elif chain.is_unchained(record) and not found.begun:
            told.append(Link("old", name, "loose"))
        else:
            wrong = tuple(_wrong(found, record, by_number, anchored.get(number, frozenset())))
            told.append(Link(str(number or "?"), name, "broken" if wrong else "whole", wrong))
    return told


def _place(record: Record) -> tuple[bool, int, str]:
    """Return the sort key: records from before the chain first, then by number in the chain, then open records."""
    return "outcome" not in record, chain.number(record), str(record["deployment_id"])


def _wrong(found: Chain, record: Record, by_number: Mapping[int, Sequence[Record]], anchors: Set[str]) -> list[str]:
    """Return what is wrong with a closed record."""
    number, said = chain.number(record), list[str]()
    if chain.is_unchained(record):
        return []  # the record is from before the chain; only a check of the whole chain can tell whether it should be
    if not number:
        return ["it has an outcome and no place in the chain: Landfall did not close it"]
    if not chain.is_sound(record):
        said.append("its content is not what was sealed: somebody changed it")
    if SIGNATURE in record and not is_signed(record, found.keys):
        said.append("its signature is not of Landfall's key")
    if len(by_number[number]) > 1:
        said.append(f"number {number} is there {len(by_number[number])} times")
    before = by_number.get(number - 1, ())
    if before and all(record.get(PREVIOUS) != each.get(HASH) for each in before):
        said.append(f"it does not follow number {number - 1}")
    if not before and number > 1 and found.whole:
        said.append(f"number {number - 1} is missing before it")
    if anchors and record.get(HASH) not in anchors:
        said.append("its anchor in the report bucket names another record")
    if not anchors and "reported" in record:
        said.append("it has no anchor in the report bucket")
    return said


def _gaps(found: Chain) -> list[int]:
    """Return the numbers that are not among the records, between the first and the last of them."""
    numbers = {chain.number(record) for record in _placed(found)}
    return sorted(set(range(min(numbers, default=0), max(numbers, default=0))) - numbers)


def _placed(found: Chain) -> list[Record]:
    return [record for record in found.records if chain.number(record)]


def _anchored(found: Chain) -> dict[int, set[str]]:
    hashes: dict[int, set[str]] = {}
    for anchor in found.anchors:
        hashes.setdefault(anchor.sequence, set()).add(anchor.hash)
    return hashes


def _head(found: Chain) -> list[str]:
    newest = max(_placed(found), key=chain.number, default=None)
    if newest is None:
        return ["HEAD names a record, and none is there"] if found.head else []
    if found.head is None:
        return ["HEAD is missing: it should name the newest record"]
    number, last = chain.number(newest), max((anchor.sequence for anchor in found.anchors), default=0)
    if chain.head_of(newest) != found.head:
        return [f"HEAD names number {found.head.sequence}, and the newest record that was read is number {number}"]
    return [f"there is an anchor {last}, and no record of that number"] if last > number else []
