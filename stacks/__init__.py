"""The CDK app's stacks and constructs.

Importing this package makes the machine ready for `aws_cdk`, which every module below it imports: jsii starts a
`node` from PATH on import, and services.toml is read by the same classes as in the Lambdas.
"""

import sys
from pathlib import Path

from stacks import nodejs

ROOT = Path(__file__).parent.parent
LAMBDAS = ROOT / "lambdas"

nodejs.put_on_path()
if str(LAMBDAS) not in sys.path:
    sys.path.insert(0, str(LAMBDAS))
