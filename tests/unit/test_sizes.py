"""Modules and folders stay small enough to be read at a sitting: tools/sizes.py counts."""

from __future__ import annotations

from collections import Counter

from tools import sizes

TABLES = {
    "lambdas/landfall/redaction/sentences.py": "the table of secrets in sentences",
    "stacks/acknowledged.py": "the table of answers to cdk-nag",
    "stacks/functions/steps_table.py": "the table of the steps and their rights",
}
"""Modules that are longer, and the table that each one is."""
A_MODULE_EACH = {"lambdas": "a handler for each step of the table stacks/functions/steps_table.py"}
"""Folders that hold one module for each row of a table."""
MOST_MODULES = 38
"""Of a folder of tests: a file for each step or each stack. Folders of the product have about 20."""


def test_no_module_is_longer_than_a_sitting() -> None:
    """Apart from tables and tests, and an entry for a table that became short is left over."""
    product = [path for path in sizes.files(sizes.ROOT) if path.relative_to(sizes.ROOT).parts[0] != "tests"]
    long = {
        str(path.relative_to(sizes.ROOT))
        for path in product
        if sizes.lines_of_code(path.read_text(encoding="utf-8")) > sizes.MOST_LINES
    }
    assert long == TABLES.keys()


def test_no_folder_is_a_heap() -> None:
    """A folder that grows past this is about more than one thing."""
    counted = Counter(
        path.parent.relative_to(sizes.ROOT) for path in sizes.files(sizes.ROOT) if path.name != "__init__.py"
    )
    heaps = {
        str(folder): count
        for folder, count in counted.items()
        if str(folder) not in A_MODULE_EACH
        and count > (MOST_MODULES if folder.parts[:1] == ("tests",) else sizes.MOST_MODULES)
    }
    assert heaps == {}


def test_code_is_counted_without_what_explains_it() -> None:
    """A docstring, a comment and a blank line are no code; a string that is used is."""
    module = '"""Doc.\n\nMore."""\n\nX = """a\nb"""  # why\n\n\n'
    text = module + 'def f() -> None:\n    """Doc."""\n    # why\n    return None\n'
    assert sizes.lines_of_code(text) == 4
    assert list(sizes.functions(text)) == [3]
