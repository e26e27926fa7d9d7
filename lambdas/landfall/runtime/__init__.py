"""The environment of every step.

It has the wrapper that reads a step's input and checks its answer, and the World, which makes the AWS clients.
"""
