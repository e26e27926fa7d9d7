"""`python -m stacks.npm ci` is short for `python -m stacks.node npm ci`."""

from __future__ import annotations

import sys

from stacks.node import main

if __name__ == "__main__":
    sys.exit(main("npm", *sys.argv[1:]))
