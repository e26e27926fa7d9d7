"""`landfall affected`: which services a push affects, by the paths that it changes."""

from __future__ import annotations

from typing import Annotated

import pathspec
import typer

from cli import git
from cli.command import At, verb


@verb
def affected(
    at: At,
    *,
    base: Annotated[str, typer.Option(help="The commit before the push.")],
    head: Annotated[str, typer.Option(help="The commit after the push.")] = git.HEAD,
) -> int:
    """List the services that a push affects: those with a build table and a changed file that matches its paths.

    Makes no AWS calls. With --json it prints a list of names, which may be empty.
    """
    changed = git.changed_files(base, head)
    found = [
        service.name
        for service in at.cloud.settings.services
        if service.build and concerned(service.build.paths, changed)
    ]
    for name in found:
        at.out.say(name)
    if not found:
        at.out.say(f"the {len(changed)} changed files affect no service")
    at.out.document(found)
    return 0


def concerned(paths: tuple[str, ...], changed: list[str]) -> bool:
    """Say whether any changed file matches the patterns, which have the syntax of .gitignore.

    Other than in .gitignore, `./x` means `x` at the root of the repository, as in a shell, and `!x/` leaves out all
    that is in the directory, whatever else matches it.
    """
    patterns = (_all_of_a_directory(_from_the_root(path)) for path in paths)
    return any(pathspec.GitIgnoreSpec.from_lines(patterns).match_files(changed))


def _all_of_a_directory(pattern: str) -> str:
    """Return `!x/` as `!x/**`. git would take back the directory alone, and not the files that `**` matches."""
    if not pattern.startswith("!") or not pattern.endswith("/") or pattern.endswith("**/"):
        return pattern
    anywhere = "**/" if "/" not in pattern[1:-1] else ""
    return f"!{anywhere}{pattern[1:]}**"


def _from_the_root(pattern: str) -> str:
    exception, bare = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    parts = bare.split("/")
    if parts[0] != ".":
        return pattern
    rest = "/".join(part for part in parts if part != ".")
    return f"{exception}/{rest.lstrip('/') or '**'}"
