"""The CDK app. `cdk deploy` runs it; `python app.py` synthesises it without the CLI.

Context: `settings` names another services.toml.
"""

import sys

from stacks.app import WRONG_INPUT, build

if __name__ == "__main__":
    try:
        build().synth()
    except WRONG_INPUT as error:
        sys.exit(f"landfall: {error}")
