"""The steps of a deployment, in the order in which it took them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cli.ui.views import page_words
from cli.ui.views.step_names import step
from landfall.proof.stages import AT_GATE

AHEAD = ("Accepted", "Preflight", "Revision", "Update", "Rollout", "Targets", "Checks", "Proof", "Record")
"""The steps of a release that goes well."""
BACK = "Going back"


@dataclass(frozen=True)
class Stop:
    """One step. `state` is `done`, `bad`, `back`, `here` or `todo`."""

    label: str
    state: str
    seconds: float | None = None
    looks: int = 1

    @property
    def note(self) -> str:
        """Say how long the step took, and how many looks it needed."""
        looks = f", {self.looks} looks" if self.looks > 1 else ""
        return f"{page_words.seconds(self.seconds)}{looks}" if self.seconds is not None else ""


def lane(entries: Sequence[Mapping[str, Any]], *, open_: bool) -> tuple[Stop, ...]:
    """Return the steps of a timeline. If the deployment is open, the last step is under way, and more follow."""
    found: list[Stop] = []
    for entry in entries:
        now = _stop(entry)
        if found and found[-1].label == now.label:
            found[-1] = _joined(found[-1], now)
        else:
            found.append(now)
    if not open_ or not found:
        return tuple(found)
    found[-1] = replace(found[-1], state="here")
    return (*found, *(Stop(label, "todo") for label in _to_come(found)))


def _stop(entry: Mapping[str, Any]) -> Stop:
    label, answer = step(str(entry.get("state", ""))).label, entry.get("answer")
    if entry.get("code") == AT_GATE:  # a look at the whole deployment between two looks at its gate
        label = step("JudgeGate").label
    state = "bad" if answer in ("FAIL", "ERROR") else "back" if label == BACK else "done"
    took, looks = entry.get("seconds"), entry.get("looks")
    return Stop(label, state, took if isinstance(took, int | float) else None, looks if isinstance(looks, int) else 1)


def _joined(one: Stop, more: Stop) -> Stop:
    took = None if one.seconds is None and more.seconds is None else (one.seconds or 0) + (more.seconds or 0)
    return Stop(one.label, more.state, took, one.looks + more.looks)


def _to_come(found: Sequence[Stop]) -> Sequence[str]:
    """Return the steps that a release still has ahead; a rollback gets none."""
    if any(stop.label == BACK or stop.state == "bad" for stop in found):
        return ()
    reached = [AHEAD.index(stop.label) for stop in found if stop.label in AHEAD]
    return AHEAD[max(reached, default=0) + 1 :]
