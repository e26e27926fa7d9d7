"""The checks of service, image and way back before anything changes (law 3), as pure functions.

None of them calls AWS.
"""
