"""The checks before anything changes (law 3), each a pure function: the service, the image, the way back.

None of them reads AWS.
"""
