"""What the handlers in `lambdas/` are made of where one is long.

Reads AWS through the World, then asks the core to decide.
"""
