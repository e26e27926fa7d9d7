"""The `landfall` command."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from cli.verbs import (
    abort,
    affected,
    approve,
    audit,
    diff,
    doctor,
    dora,
    drill,
    findings,
    freeze,
    history,
    image,
    images,
    release,
    report,
    rollback,
    show,
    smoke,
    status,
    ui,
    verify_evidence,
    watch,
)

app = typer.Typer(
    name="landfall",
    help="Deploys container images to Amazon ECS and proves each release live, or puts the last proven one back.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"landfall {metadata.version('landfall')}")
        raise typer.Exit


@app.callback()
def _before(
    *,
    _: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None: ...


for command in (
    release.release,
    watch.watch,
    status.status,
    rollback.rollback,
    drill.drill,
    abort.abort,
    approve.approve,
    approve.reject,
    freeze.freeze,
    freeze.unfreeze,
    history.history,
    dora.dora,
    show.show,
    diff.diff,
    report.report,
    verify_evidence.verify_evidence,
    audit.audit,
    findings.findings,
    doctor.doctor,
    affected.affected,
    smoke.smoke,
    ui.ui,
):
    app.command()(command)
app.add_typer(image.app, name="image")
app.add_typer(images.app, name="images")


def main() -> None:
    """Run the command."""
    app(prog_name="landfall")


if __name__ == "__main__":
    main()
