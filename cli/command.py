"""What all verbs share: options, error messages, exit codes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError

from cli import cloud
from cli.cloud import Cloud
from cli.exits import Exit, Refused
from cli.output import Output
from landfall.errors import AwsCallFailed, LandfallError
from landfall.runtime.environment import ENV_SETTINGS

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
SKEWED = frozenset({"SignatureDoesNotMatch", "RequestTimeTooSkewed", "InvalidSignatureException"})

ServiceName = Annotated[str | None, typer.Option("--service", "-s", help="The service's name in services.toml.")]
OneService = Annotated[str, typer.Argument(help="The service's name in services.toml.", show_default=False)]
AsCsv = Annotated[bool, typer.Option("--csv", help="Write comma-separated values to stdout.")]
Connect = Callable[[Path | None, str | None, str | None], Cloud]
"""Returns the AWS of a settings file, a profile and a region. Whoever calls the app can give one as Typer's `obj`."""
DeploymentName = Annotated[
    str,
    typer.Argument(help="A deployment id, a commit, a digest, or an execution's name or ARN. [default: the newest]"),
]


@dataclass
class At:
    """What a verb gets besides its own options. `reattach` is printed when the command is interrupted.

    `elsewhere` connects to another AWS, of a profile and a region, with the same settings.
    """

    connect: Callable[[], Cloud]
    out: Output
    reattach: list[str] = field(default_factory=list)
    elsewhere: Callable[[str, str], Cloud] | None = None

    @cached_property
    def cloud(self) -> Cloud:
        """Return the AWS that has Landfall. A verb that doesn't ask needs neither settings nor AWS.

        Raises LandfallError.
        """
        return self.connect()


def _common(
    context: typer.Context,
    *,
    settings: Annotated[
        Path | None,
        typer.Option(
            envvar=ENV_SETTINGS, help="The settings file; the local AWS has its own. [default: ./services.toml]"
        ),
    ] = None,
    profile: Annotated[str | None, typer.Option(help="AWS profile.")] = None,
    region: Annotated[str | None, typer.Option(help="AWS region.")] = None,
    local: Annotated[
        bool, typer.Option("--local", help="Use the local AWS (`make local`), over loopback only.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write one JSON document to stdout, the rest to stderr.")
    ] = False,
) -> None: ...


def verb(function: Callable[..., int]) -> Callable[..., None]:
    """Make a command of `function(at, **options) -> exit code`, with the options that all commands have."""
    own = dict(list(inspect.signature(function).parameters.items())[1:])
    shared = dict(inspect.signature(_common).parameters)
    hints = {**get_type_hints(function, include_extras=True), **get_type_hints(_common, include_extras=True)}

    def command(**given: Any) -> None:
        common = {name: given.pop(name) for name in shared}
        connect: Connect = common.pop("context").obj or cloud.on_aws
        out, running = Output(common.pop("as_json")), list[str]()
        try:
            elsewhere = partial(connect, common["settings"])
            code = function(At(partial(_cloud, connect, **common), out, running, elsewhere), **given)
        except (KeyboardInterrupt, typer.Abort):
            code = _interrupted(out, running)
        except (LandfallError, ClientError, BotoCoreError, OSError) as error:
            code = _failed(out, error, running)
        except (typer.Exit, typer.TyperException):
            raise
        except Exception as error:  # Python's own exit code would be 1, which means rolled back
            out.error("FAULT", f"a bug in landfall: {type(error).__name__}: {error}", Exit.UNKNOWN)
            code = Exit.UNKNOWN
        raise typer.Exit(int(code))

    command.__name__, command.__doc__ = function.__name__, function.__doc__
    parameters = [p.replace(annotation=hints[n], kind=p.KEYWORD_ONLY) for n, p in {**own, **shared}.items()]
    vars(command)["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


def _cloud(connect: Connect, settings: Path | None, profile: str | None, region: str | None, local: bool) -> Cloud:
    if not local:
        return connect(settings, profile, region)
    for option, value in (("--profile", profile), ("--region", region)):
        if value is not None:
            raise Refused("NOT_LOCAL", f"{option} {value!r} is for AWS; don't give it with --local")
    return cloud.on_this_machine()


def _interrupted(out: Output, reattach: list[str]) -> Exit:
    out.say()
    out.say("interrupted" + (": the deployment goes on without you" if reattach else ""))
    for line in reattach:
        out.say(line)
    return Exit.INTERRUPTED


def _failed(out: Output, error: Exception, reattach: list[str]) -> Exit:
    """Print an error and return its exit code.

    If something was started, a failed call means "not known", not "refused".
    """
    own = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
    code = str(own or getattr(error, "code", type(error).__name__))
    started = reattach and not isinstance(error, Refused)
    exit_code = Exit.UNKNOWN if started else getattr(error, "exit", Exit.REFUSED)
    way_out = _way_out(code, error)
    out.error(code, f"{str(error).rstrip('.')}{way_out}" if way_out else str(error), exit_code)
    for line in reattach if started else ():
        out.say(line)
    return Exit(exit_code)


def _way_out(code: str, error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, AwsCallFailed) else error
    if code in EXPIRED:
        return "; your credentials have expired: sign in again"
    if code in SKEWED:
        return "; is this machine's clock right? AWS refuses requests that are five minutes off"
    if code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"):
        return "; `landfall doctor` lists what you need"
    if isinstance(cause, NoRegionError):
        return "; give --region, or set AWS_REGION"
    if isinstance(cause, NoCredentialsError):
        return "; sign in first, for instance with `aws sso login`"
    if isinstance(cause, EndpointConnectionError):
        return "; is the region right, and the network there?"
    return ""
