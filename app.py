"""The CDK app. `cdk deploy` runs it; `python app.py` synthesises it without the CLI."""

import sys

from landfall.errors import SettingsError

from stacks.build import build
from stacks.layer import LayerError

if __name__ == "__main__":
    try:
        build().synth()
    except (SettingsError, LayerError) as error:
        sys.exit(f"landfall: {error}")
