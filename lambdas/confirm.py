"""Confirm: the last look before the word "proven". What was true one state ago may not be true any more.

It is the same look as at target health, so it is the same code: this file gives it a role of its own.
"""

from __future__ import annotations

from check_target_health import run
from landfall.judging import Judged
from landfall.step import step

handler = step(Judged, run)
