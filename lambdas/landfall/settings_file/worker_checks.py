"""Checks the worker settings of services.toml beyond their types."""

from __future__ import annotations

from landfall.settings import Service
from landfall.settings.smoke import Smoke
from landfall.settings.worker import SHA, Metric, Progress, Worker
from landfall.settings_file.problem import Problems, compiled, limits
from landfall.text.linear_search import Linear, PatternRefused
from landfall.worker.commit_lines import EXAMPLE, Expression

Where = tuple[str, ...]
MOST_SECONDS = 3600
"""The longest steady time, and the longest time for progress: the lock is held meanwhile."""
LEAST_METRIC_SECONDS = 60
"""A metric has one data point for each minute."""
MOST_DIMENSIONS, MOST_NAME = 30, 255
"""CloudWatch API reference, Metric and Dimension."""


def check(service: Service, where: Where, problem: Problems) -> None:
    """Check the worker table of a service. Raises SettingsError."""
    worker = service.worker
    if worker is None:
        return
    _no_address(service, where, problem)
    here = (*where, "worker")
    if not (service.logs.group or service.stack):
        raise problem.at(here, "each task must log the commit: set logs.group to the log group of its tasks")
    _seconds(worker.steady_seconds, (*here, "steady_seconds"), problem)
    _commit_filter(worker, (*here, "commit_filter"), problem)
    if worker.progress is not None:
        _progress(worker.progress, (*here, "progress"), problem)


def _no_address(service: Service, where: Where, problem: Problems) -> None:
    way_out = f"a worker has no address to ask: remove it, or remove [{'.'.join(where)}.worker]"
    if service.base_url is not None:
        raise problem.at((*where, "base_url"), f"is {service.base_url!r}; {way_out}")
    if service.smoke != Smoke():
        raise problem.at((*where, "smoke"), f"there is a smoke table; {way_out}")
    if service.stack and service.stack.certificate_arn:
        what = f"is {service.stack.certificate_arn!r}; a worker has no load balancer, so it needs no certificate"
        raise problem.at((*where, "stack", "certificate_arn"), f"{what}: remove it")
    if service.stack and service.stack.load_balancer == "network":
        raise problem.at((*where, "stack", "load_balancer"), f"is 'network'; {way_out}")


def _commit_filter(worker: Worker, where: Where, problem: Problems) -> None:
    text = worker.commit_filter
    if SHA not in text:
        raise problem.at(where, f"is {text!r}; it needs {SHA}, which stands for the commit, as in 'version={SHA}'")
    compiled(lambda _: Expression(text, EXAMPLE), PatternRefused, text, where, problem)
    if Expression(text, EXAMPLE).found_in(""):
        raise problem.at(where, f"{text!r} also matches an empty line; give an expression that needs the commit")


def _progress(progress: Progress, where: Where, problem: Problems) -> None:
    _seconds(progress.within_seconds, (*where, "within_seconds"), problem)
    if (progress.log is None) == (progress.metric is None):
        raise problem.at(where, "give 'log', an expression for a line, or 'metric': one of them")
    if progress.log is not None:
        compiled(Linear, PatternRefused, progress.log, (*where, "log"), problem)
        if Linear(progress.log).found_in(""):
            why = f"{progress.log!r} also matches an empty line; give one that only a line about work matches"
            raise problem.at((*where, "log"), why)
    if progress.metric is not None:
        _metric(progress.metric, (*where, "metric"), problem)
        if progress.within_seconds < LEAST_METRIC_SECONDS:
            why = f"is {progress.within_seconds}; a metric has one data point a minute: give at least 60"
            raise problem.at((*where, "within_seconds"), why)


def _metric(metric: Metric, where: Where, problem: Problems) -> None:
    for key in ("namespace", "name"):
        if not 0 < len(getattr(metric, key)) <= MOST_NAME:
            raise problem.at((*where, key), f"is {getattr(metric, key)!r}; it takes 1 to {MOST_NAME} characters")
    if len(metric.dimensions) > MOST_DIMENSIONS:
        why = f"there are {len(metric.dimensions)}; CloudWatch takes at most {MOST_DIMENSIONS}"
        raise problem.at((*where, "dimensions"), why)


def _seconds(value: int, where: Where, problem: Problems) -> None:
    limits({where[-1]: value}, where[:-1], problem)
    if value > MOST_SECONDS:
        raise problem.at(where, f"is {value}; it takes at most {MOST_SECONDS} seconds, while the lock is held")
