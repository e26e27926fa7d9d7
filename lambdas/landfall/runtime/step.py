"""The only wrapper around a step: it reads JSON into a typed value, writes the answer as JSON, logs and measures.

Lambda itself traces each invocation (active tracing): what X-Ray's SDK would add is in the history and in the logs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from landfall import wire
from landfall.redaction import Redacts, standard
from landfall.runtime import patience, safe_errors
from landfall.runtime.safe_errors import SafeFormatter
from landfall.runtime.world import World

I = TypeVar("I")  # noqa: E741
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

logger = Logger(service="landfall", logger_formatter=SafeFormatter(use_rfc3339=True))
NAMESPACE, SERVICE = "Landfall", "landfall"
metrics = Metrics(namespace=NAMESPACE, service=SERVICE)


def step(kind: type[I], run: Callable[[I, World], Any]) -> Handler:
    """Make a Lambda handler of `run`, which takes a `kind` and the world and returns a dataclass."""
    world = World()

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            _bind(event, context)
            answer = asdict(run(wire.parse(kind, event), world))
            _bind({**event, **answer}, context)
            _record(answer)
            return wire.fitting(answer)
        except Exception as error:
            wrong = patience.spent(error, event, world.now())
        # outside the block above: otherwise the original error would be the context of the new one
        raise safe_errors.safe(wrong, _kinds(world))

    return handler


def _kinds(world: World) -> Sequence[Redacts]:
    """Return the kinds to redact in an error; only the standard kinds if the settings can't be read."""
    try:
        return world.settings.redaction.strictest
    except Exception:
        return standard()


def gauge(name: str, counts: Mapping[str, int], dimension: str) -> None:
    """Write a metric of the number in all, zero included, and of the number of each kind that occurs."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=sum(counts.values()))
    metrics.flush_metrics()
    for sort, number in counts.items():
        dimensions = {"service": SERVICE, dimension: sort}
        with single_metric(name, MetricUnit.Count, number, namespace=NAMESPACE, default_dimensions=dimensions):
            pass


def _bind(event: Mapping[str, Any], context: Any) -> None:
    """Put execution, service and digest on every line; never the input itself."""
    ended = event.get("ended")
    release = ended.get("release") if isinstance(ended, Mapping) else event.get("release", event.get("build"))
    known = release if isinstance(release, Mapping) else {}
    logger.append_keys(
        step=getattr(context, "function_name", ""),
        execution_id=known.get("execution_arn") or _nested(event, "execution", "arn"),
        deployment_id=known.get("deployment_id") or _nested(event, "execution", "deployment_id"),
        landfall_service=known.get("service", ""),
        image_digest=known.get("image_digest", ""),
    )


def _record(answer: Mapping[str, Any]) -> None:
    verdict = answer.get("verdict")
    if not isinstance(verdict, Mapping):
        return
    logger.info("verdict", extra={"verdict": verdict})
    metrics.add_metric(name=f"Verdict{str(verdict['state']).title()}", unit=MetricUnit.Count, value=1)
    metrics.flush_metrics()


def _nested(event: Mapping[str, Any], key: str, inner: str) -> str:
    value = event.get(key)
    return str(value.get(inner, "")) if isinstance(value, Mapping) else ""
