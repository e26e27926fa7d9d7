"""Checks the path patterns of a build: in .gitignore's syntax, and none that no path can match.

Such a pattern would leave pushes undeployed, and nobody would notice. Source: https://git-scm.com/docs/gitignore.
"""

from __future__ import annotations

from collections.abc import Iterable

from landfall.settings_file.problem import Problems
from landfall.text.lazy_pattern import Later

_ESCAPED = Later(r"^\\[#!]|\\ ")
"""Where a backslash is .gitignore's own. Anywhere else it is a separator of Windows."""
_BRACES = Later(r"\{[^/{}]*,[^{}]*\}")


def check(paths: Iterable[str], where: tuple[str, ...], problem: Problems) -> None:
    """Check the path patterns of a build. Raises SettingsError for a pattern that no path can match."""
    if not any(path.strip() and not path.startswith("!") for path in paths):
        raise problem.at(where, "needs at least one pattern without '!'; leave it out to match every path")
    for path in paths:
        if not path.strip() or path.startswith("#"):
            raise problem.at(where, f"{path!r} matches nothing (patterns have the syntax of .gitignore); leave it out")
        bare = _ESCAPED.sub("", path.removeprefix("!"))
        parts = bare.removeprefix("./").removeprefix("/").split("/")
        if ".." in parts or "." in parts[1:] or "" in parts[:-1] or bare == "/" or "\\" in bare:
            way_out = "give it relative to the root of the repository, with '/'"
            raise problem.at(where, f"{path!r} matches no path of the repository; {way_out}")
        if _BRACES.search(bare):
            way_out = ".gitignore's syntax has no braces: give one pattern for each"
            raise problem.at(where, f"{path!r} matches only a path that has braces in its name; {way_out}")
