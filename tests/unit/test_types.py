"""Nothing here imports what mypy skips: every type of such a module is Any, and no error is seen."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from tools.packages import imported
from tools.sizes import files

ROOT = Path(__file__).resolve().parents[2]


@cache
def overrides(follow: str) -> list[str]:
    """Return the patterns of modules whose imports pyproject.toml has mypy follow in this way."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tables: list[dict[str, Any]] = document["tool"]["mypy"]["overrides"]
    return [name for table in tables if table.get("follow_imports") == follow for name in table["module"]]


def skipped(module: str) -> bool:
    """Say whether mypy skips it: a name without a star goes before a pattern (mypy, per-module options)."""
    matches = any(fnmatchcase(module, pattern) or module == pattern.removesuffix(".*") for pattern in overrides("skip"))
    return matches and module not in overrides("normal")


def test_every_module_that_is_imported_is_read() -> None:
    """A service of CDK's that is used for the first time belongs into the list."""
    tops = {pattern.partition(".")[0] for pattern in overrides("skip")}
    using = [path for path in files(ROOT) if any(top in path.read_text(encoding="utf-8") for top in tops)]
    wrong = sorted(
        f"{path.relative_to(ROOT)}: {module}"
        for path in using
        for each in imported(path)
        for module in modules(each)
        if skipped(module)
    )
    assert wrong == []
    assert skipped("aws_cdk.aws_quicksight")
    assert not skipped("aws_cdk.aws_ecs")


def modules(name: str) -> list[str]:
    """Return the modules that an imported name can mean: itself, and what it is taken from."""
    top, _, rest = name.partition(".")
    service = rest.partition(".")[0]
    return [top, f"{top}.{service}"] if service.startswith("aws_") else [top]
