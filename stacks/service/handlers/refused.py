"""The one error with which a request of CloudFormation is refused."""

from __future__ import annotations


class Refused(Exception):
    """The request would harm what is live. The message says how, and the way out."""
