"""Trait: FilterLogEvents supports a stream's prefix, and regular expressions between two `%`.

AWS (CloudWatch Logs API reference, FilterLogEvents: logStreamNamePrefix; user guide, "Supported regular expressions"):
only streams that begin with the prefix are searched, and `%abc%` matches a line that holds a match of `abc`.
Emulator: it ignores the prefix, and takes the percent signs for text. Here: as AWS.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch_logs

NONE = "\0"
"""A name that no stream has: without names, the emulator would search all streams."""


def apply() -> None:
    """Replace how a pattern is read, and name the streams of a prefix."""
    compiled, filtered = cloudwatch_logs._compile_filter_pattern, cloudwatch_logs._filter_log_events

    def read(raw: str) -> Callable[[str], bool]:
        found = re.fullmatch(r"\s*%(.+)%\s*", raw or "")
        return (lambda line: re.search(found[1], line) is not None) if found else compiled(raw)

    def answered(data: dict[str, Any]) -> Any:
        prefix = data.get("logStreamNamePrefix")
        if prefix and not data.get("logStreamNames"):
            group = cloudwatch_logs._log_groups.get(cloudwatch_logs._resolve_log_group_name(data)) or {"streams": {}}
            names = [name for name in list(group["streams"]) if name.startswith(prefix)]
            data = {**data, "logStreamNames": names or [NONE]}
        return filtered(data)

    cloudwatch_logs._compile_filter_pattern, cloudwatch_logs._filter_log_events = read, answered
