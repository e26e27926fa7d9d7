"""Runs the `landfall` command in processes that start with its modules loaded.

Loading them takes a second and a half of CPU time, more than most commands take themselves. Each command still has a
process of its own: its own directory, environment, output, signals and exit code. `python -m cli` from nothing is run
by tests/wheel, and by tests/building in a workflow.

`python -m tests.e2e.warm` reads one request a line, forks, and answers with the process's id and then its exit code.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cli.__main__ import main as landfall

ROOT = Path(__file__).parents[2]


class Commands:
    """The process that forks, while it lasts."""

    def __init__(self) -> None:
        env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'lambdas'}"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.warm"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=30)

    def run(
        self,
        arguments: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        heard: Callable[[int, str], None],
        *,
        errors: bool,
    ) -> int:
        """Run a command and return its exit code. `heard` gets the process's id and each line, as it is printed.

        With `errors`, lines of standard error are among them; otherwise they are dropped.
        """
        with TemporaryDirectory() as scratch:
            pipe = Path(scratch) / "output"
            os.mkfifo(pipe)
            wanted = (list(arguments), str(directory), dict(environment), str(pipe), errors)
            pid = int(self._asked(json.dumps(wanted)))
            with pipe.open(encoding="utf-8") as output:
                for line in output:
                    heard(pid, line)
        return int(self._answer())

    def _asked(self, line: str) -> str:
        assert self._process.stdin
        print(line, file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout
        answer = self._process.stdout.readline()
        assert answer, "the process that runs the commands has ended"
        return answer


def serve() -> None:
    """Fork for each request until there are no more."""
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _child(*json.loads(line))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _child(arguments: list[str], directory: str, environment: dict[str, str], pipe: str, errors: Any) -> None:
    """Be the command, and end."""
    code = 1
    try:
        output = os.open(pipe, os.O_WRONLY)
        nowhere = os.open(os.devnull, os.O_RDWR)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(directory)
        for file, number in ((nowhere, 0), (output, 1), (output if errors else nowhere, 2)):
            os.dup2(file, number)
        os.close(output)
        sys.argv[1:] = arguments
        landfall()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # as Python itself ends a program
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
