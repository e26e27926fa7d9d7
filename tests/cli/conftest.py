"""The command is built once for all its tests: Typer builds every verb anew for each call, 15 ms of CPU time."""

from __future__ import annotations

from functools import cache

import typer.testing
from typer.main import get_command

vars(typer.testing)["_get_command"] = cache(get_command)
