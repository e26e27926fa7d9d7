"""The parts of the longer handlers in `lambdas/`.

Reads AWS through the World, then asks the core to decide.
"""
