"""What every step runs in.

The wrapper that reads its input and checks its answer, and the World, which makes the AWS clients.
"""
