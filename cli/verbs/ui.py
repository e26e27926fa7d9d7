"""`landfall ui`: pages in the browser that say what is live, and how that is known."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from cli.command import At, verb
from cli.exits import Refused

if TYPE_CHECKING:
    from cli.ui.environments import Environment
    from cli.ui.site import Site


@verb
def ui(
    at: At,
    *,
    from_: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="PROFILE/REGION",
            help="An environment, which is a column. May be repeated; replaces --profile and --region.",
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on loopback. [default: a free one]")] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Print the address; don't open a browser.")] = False,
) -> int:
    """Show what is live, in the browser: read-only pages on loopback, with your own credentials. Ctrl-C ends it."""
    from cli.ui import server  # imports Starlette and uvicorn, which no other verb needs

    site = _site(at, from_ or [], f"/{server.token()}")
    with server.bound(port) as listening:
        number = int(listening.getsockname()[1])
        address = server.address(site, number)
        at.out.say(f"{address}  (only this machine can read it; Ctrl-C ends it)")
        at.out.document({"address": address})

        def opened() -> None:
            if not no_open and at.out.console.is_terminal:
                webbrowser.open(address)

        server.serve(server.application(site, number), listening, opened)
    return 0


def _site(at: At, wanted: list[str], root: str) -> Site:
    from cli.ui.environments import named
    from cli.ui.site import Site

    if not wanted:
        return Site([_own(at)], root, [_options(at)])
    found, options = [], []
    for each in dict.fromkeys(wanted):
        profile, region = named(each)
        found.append(_of(at, profile, region))
        options.append(f" --profile {profile} --region {region}")
    return Site(found, root, options)


def _options(at: At) -> str:
    """Return the options by which a command finds the same AWS."""
    if at.cloud.local:
        return " --local"
    profile = at.cloud.session.profile_name
    return (f" --profile {profile}" if profile != "default" else "") + f" --region {at.cloud.region}"


def _own(at: At) -> Environment:
    from cli.ui.environments import Environment

    return Environment("local" if at.cloud.local else at.cloud.region, at.cloud)


def _of(at: At, profile: str, region: str) -> Environment:
    from cli.ui.environments import Environment

    if at.elsewhere is None:
        raise Refused("BAD_OPTIONS", "--from is for the command line")
    return Environment(f"{profile} · {region}", at.elsewhere(profile, region))
