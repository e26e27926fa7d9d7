"""The CDK app's stacks and constructs.

Importing this package prepares the machine for `aws_cdk`, which every module below it imports: jsii starts a `node`
from PATH on import. The same classes as in the Lambdas read services.toml.
"""

import sys
from pathlib import Path

from stacks import nodejs

ROOT = Path(__file__).parent.parent
LAMBDAS = ROOT / "lambdas"

nodejs.put_on_path()
if str(LAMBDAS) not in sys.path:
    sys.path.insert(0, str(LAMBDAS))
