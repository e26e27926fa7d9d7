"""Which modules are tried, and which tests concern each."""

from __future__ import annotations

from pathlib import Path

JUDGING = (
    "proof/stability.py",
    "proof/stops.py",
    "proof/target_health.py",
    "proof/law1.py",
    "proof/followed.py",
    "proof/shifted.py",
    "proof/stages.py",
    "proof/live_traffic.py",
    "proof/owner_pauses.py",
    "worker/__init__.py",
    "worker/steadiness.py",
    "worker/commit_lines.py",
    "worker/progress.py",
    "migration/run_task.py",
    "migration/judgement.py",
    "after/function_answers.py",
    "after/judgement.py",
    "approval/may_answer.py",
    "approval/judgement.py",
    "abort/may_abort.py",
    "door/identity.py",
    "door/signed.py",
    "gates/evaluator.py",
    "gates/weighing.py",
    "gates/likelihood.py",
    "gates/sides.py",
    "gates/timed.py",
    "gates/lately.py",
    "gates/counted_answers.py",
    "gates/pairs.py",
    "gates/comparison.py",
    "gates/header_strength.py",
    "gates/alarms.py",
    "gates/gate_state.py",
    "change/update_result.py",
    "change/going_back.py",
    "ledger/recovery.py",
    "ledger/deployment_record.py",
    "chain/__init__.py",
    "intake/turn.py",
)
"""The modules that decide outcomes and evidence. Of their mutants at least nine in ten must be noticed."""
CORE = Path("lambdas/landfall")
UNIT = Path("tests/unit")

BESIDE = {
    "proof/law1.py": ("proof/test_proof.py", "proof/test_stability.py"),
    "chain/__init__.py": ("chain/test_record_places.py", "chain/test_chain.py"),
    "change/update_result.py": ("change/test_begun.py",),
    "worker/__init__.py": ("worker/test_progress.py", "worker/test_law1_of_workers.py"),
    "images/removable.py": ("images/test_removable.py", "images/test_clean_worlds.py", "images/test_image_users.py"),
    "model.py": ("test_model.py",),
}
"""Where the tests of a module are not the file of its own name."""


def tests_of(module: str) -> list[str]:
    """Return the test files that concern a module of the core: the file of its own name, else its package's folder."""
    if module in BESIDE:
        return [str(UNIT / name) for name in BESIDE[module]]
    path = Path(module)
    own = UNIT / path.parent / f"test_{path.stem}.py"
    return [str(p) for p in ([own] if own.exists() else sorted((UNIT / path.parent).glob("test_*.py")))]


def dotted(module: str) -> str:
    """Return the name that a module of the core is imported by."""
    return "landfall." + module.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")


OUTSIDE = ("aws", "runtime", "steps")
"""Packages of lambdas/landfall that decide nothing."""


def is_core(module: str) -> bool:
    """Say whether a module belongs to the pure core, and some unit test concerns it."""
    return Path(module).parts[0] not in OUTSIDE and bool(tests_of(module))
