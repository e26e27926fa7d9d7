"""Runs a module's tests against a mutant of it, in a fork of a process that has imported all the rest already.

A new Python takes 2 s before the first test of a file, a fork a tenth of that. Nothing is written to disk: the mutant's
source stands in for the module when it is imported.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

import pytest
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).parents[3]
PASSED, FAILED, BROKEN = 0, (1, 2, 3), (4, 5)
"""Exit codes of pytest. 2 and 3: the mutant can't be imported. 4 and 5: no test was found, which is our own mistake."""
CPU_SECONDS = 60
"""Of a mutant's tests: one that needs more runs for ever. It is the process's own time: a busy machine adds none."""
PROFILE = "mutants"
PLUGINS = ("xdist.plugin", "_hypothesis_pytestplugin")


class Broken(Exception):
    """The tests did not pass on the module as it is, or none was found."""


def prepare() -> None:
    """Make every run alike: the same examples each time, and none made smaller once one has failed."""
    settings.register_profile(
        PROFILE,
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    os.environ.update(HYPOTHESIS_PROFILE=PROFILE, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


class Quickest:
    """A pytest plugin: the first run tells how long each test takes, and the others begin with the quickest."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long a test took."""
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the quickest first."""
        items.sort(key=lambda item: self.seconds.get(item.nodeid, 0.0))


def preload(module: str, tests: Sequence[str], quickest: Quickest) -> None:
    """Run the tests on the module as it is, in this process, which fills every cache; then forget the module.

    All that rests on it is forgotten too: a fork imports it anew. Raises Broken where a test fails.
    """
    if code := _run(tests, quickest):
        raise Broken(f"{', '.join(tests)}: pytest ends with {code} on {module} as it is")
    ours = {name: m for name, m in sys.modules.items() if _file(m)}
    needs = {name: _imports(Path(_file(m))) for name, m in ours.items()}
    stale = {module}
    while more := {n for n in needs if n not in stale and (needs[n] & stale or n.rpartition(".")[0] in stale)}:
        stale |= more
    for name in stale:
        sys.modules.pop(name, None)
        parent, _, child = name.rpartition(".")
        if parent in sys.modules:
            vars(sys.modules[parent]).pop(child, None)


def survives(
    module: str, path: str, source: str, tests: Sequence[str], quickest: Quickest, *, seconds: int = CPU_SECONDS
) -> bool | None:
    """Say whether the tests pass on a mutant; None where they took all of the CPU `seconds` and were stopped.

    Raises Broken where there are no tests.
    """
    pid = os.fork()
    if pid == 0:
        _child(module, path, source, tests, quickest, seconds=seconds)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code in BROKEN:
        raise Broken(f"pytest found no tests in {', '.join(tests)}")
    return None if code in (-signal.SIGXCPU, -signal.SIGKILL) else code == PASSED


def _child(module: str, path: str, source: str, tests: Sequence[str], quickest: Quickest, *, seconds: int) -> None:
    """Run the tests, and end this process with pytest's exit code."""
    code = 3
    try:
        _limit(seconds)
        sys.meta_path.insert(0, _StandsIn(module, ROOT / path, source))
        code = _run(tests, quickest)
    finally:
        os._exit(code)


def _limit(seconds: int) -> None:
    """End this process once it has used so many more seconds of CPU."""
    used = int(time.process_time()) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, used + seconds + 1))


def _run(tests: Sequence[str], quickest: Quickest) -> int:
    """Run tests until one fails, in silence. Returns pytest's exit code."""
    plugins = [part for name in PLUGINS for part in ("-p", name)]
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        options = ["-p", "no:cacheprovider", "--assert=plain", "--tb=no", "-x"]
        return int(pytest.main([*plugins, *options, *tests], plugins=[quickest]))
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)


class _StandsIn(SourceFileLoader):
    """Finds and loads one module: from the mutant's source instead of from its file."""

    def __init__(self, module: str, path: Path, source: str) -> None:
        super().__init__(module, str(path))
        self.mutant = source

    def find_spec(self, fullname: str, path: object, target: object = None, /) -> ModuleSpec | None:  # noqa: ARG002
        if fullname != self.name:
            return None
        inside = [str(Path(self.path).parent)] if self.path.endswith("__init__.py") else None
        return importlib.util.spec_from_file_location(
            fullname, self.path, loader=self, submodule_search_locations=inside
        )

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return compile(self.mutant, self.path, "exec", dont_inherit=True)


def _file(module: ModuleType) -> str:
    """Return the file of a module of this repository; nothing for any other."""
    path = getattr(module, "__file__", None) or ""
    own = (str(ROOT / "lambdas"), str(ROOT / "tests"), str(ROOT / "cli"), str(ROOT / "stacks"))
    return path if path.startswith(own) else ""


def _imports(path: Path) -> set[str]:
    """Return the names of the modules that a file may import, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found
