"""The verbs of the command."""

from __future__ import annotations

from cli.__main__ import app

VERBS = [[str(command.callback.__name__).replace("_", "-")] for command in app.registered_commands if command.callback]
