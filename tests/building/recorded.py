"""Programs that replay recorded answers, put first on PATH, and remember how they were called."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_PROGRAM = """#!{python} -I
import json, os, pathlib, sys
here = pathlib.Path({directory!r})
call = {{"argv": [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]], "stdin": ""}}
if "--password-stdin" in sys.argv:
    call["stdin"] = sys.stdin.read()
context = pathlib.Path(sys.argv[-1])
if "build" in sys.argv[1:3]:
    files = sorted(p for p in context.rglob("*") if p.is_file())
    call["context"] = [p.relative_to(context).as_posix() for p in files]
    call["contents"] = {{p.relative_to(context).as_posix(): p.read_bytes().decode("utf-8", "replace") for p in files}}
    links = sorted(p for p in context.rglob("*") if p.is_symlink())
    call["links"] = {{p.relative_to(context).as_posix(): os.readlink(p) for p in links}}
    given = [dict(pair.split("=", 1) for pair in word.split(",")) for word in sys.argv if word.startswith("id=")]
    call["secrets"] = {{each["id"]: pathlib.Path(each["src"]).read_text() for each in given}}
    call["modes"] = [oct(pathlib.Path(each["src"]).stat().st_mode & 0o777) for each in given]
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(call) + "\\n")
answers = json.loads((here / "answers").read_text())
words = call["argv"]
number = next((n for n, a in enumerate(answers) if words[: len(a["to"])] == a["to"]), None)
if number is None:
    sys.exit("no recorded answer to: " + " ".join(words))
answer = answers[number]
del answers[number]
(here / "answers").write_text(json.dumps(answers))
for option, text in answer["writes"].items():
    pathlib.Path(words[words.index(option) + 1]).write_text(text)
sys.stdout.write(answer["stdout"])
sys.stderr.write(answer["stderr"])
sys.exit(answer["exit"])
"""


@dataclass(frozen=True)
class Answer:
    """What a program once said to a call that begins with `to`, and wrote to the files its options name. Given once."""

    to: Sequence[str]
    stdout: str = ""
    stderr: str = ""
    exit: int = 0
    writes: dict[str, str] = field(default_factory=dict)


@dataclass
class Recorded:
    """A directory of such programs."""

    directory: Path
    names: Sequence[str] = ("aws", "docker")
    answers: list[Answer] = field(default_factory=list)

    def install(self) -> Path:
        """Write the programs and return the directory to put on PATH."""
        programs = self.directory / "bin"
        programs.mkdir(parents=True)
        for name in self.names:
            program = programs / name
            program.write_text(_PROGRAM.format(python=sys.executable, directory=str(self.directory)))
            program.chmod(0o755)
        (self.directory / "answers").write_text(json.dumps([asdict(a) for a in self.answers]))
        return programs

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Return the calls so far: `argv`, `stdin`, and for a build the files of its context and its secrets."""
        log = self.directory / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def to(self, *words: str) -> list[dict[str, Any]]:
        """Return the calls that begin with these words."""
        return [call for call in self.calls if tuple(call["argv"][: len(words)]) == words]
