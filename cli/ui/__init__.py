"""The pages of `landfall ui`: they show what the ledger, ECS and Step Functions say, and change nothing.

`reading/` asks AWS, `views/` decides what a page says, `templates/` and `static/` are how it looks. `guard.py` decides
who may read it, `reads.py` how much a page may read. A new kind of step gets a line in `views/steps.py`, a new kind of
target gets its facts in `views/facts.py`.
"""
