"""The pages of `landfall ui`. They show what the ledger, ECS and Step Functions say, and they change nothing.

`reading/` asks AWS, `views/` decides what a page says, and `templates/` and `static/` decide how it looks. `guard.py`
decides who may read the pages, and `reads.py` how much a page may read. A new kind of step gets a line in
`views/step_names.py`; a new kind of target gets its facts in `views/facts.py`.
"""
