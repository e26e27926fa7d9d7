"""Small inputs taken from public bug reports, each with the value that is right.

A case is a file, JSON or TOML: `how` it is tried (a function of tried.py), its `input`, and what is `expected`.
`python -m tests.cases FILE…` tries any files of that form. The names and forms of `how` do not change.
"""
