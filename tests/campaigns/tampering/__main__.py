"""Tampers with a chain of 50 records 3000 times, and says what was found and what missed (`make tampering`).

Exits 0 only if all was found, and nothing in the chain that nobody touched. Writes build/tampering.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from landfall.chain.check.verification import verify
from tests.campaigns.tampering import chains, trials

RESULT = Path("build/tampering.json")


def main() -> int:
    """Run the trials."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.tampering", description=__doc__)
    parser.add_argument("--seed", type=int, default=trials.SEED, help="chooses what is done where [%(default)s]")
    seed = parser.parse_args().seed
    chain = chains.of(trials.RECORDS)
    untouched = verify(chain).findings
    told = trials.run(chain, seed)
    for way, tried in told.tried.items():
        codes = ", ".join(f"{code} {times}" for code, times in sorted(told.found_by[way].items()))
        sys.stdout.write(f"{way:<30} {tried:>5} tried   found by {codes}\n")
    tried = sum(told.tried.values())
    sys.stdout.write(f"{tried} in all, {len(told.missed)} missed; {len(untouched)} findings in the untouched chain\n")
    result = {
        "seed": seed,
        "records": trials.RECORDS,
        "tried": told.tried,
        "found_by": told.found_by,
        "missed": told.missed,
        "findings_in_the_untouched_chain": len(untouched),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 1 if told.missed or untouched else 0


if __name__ == "__main__":
    sys.exit(main())
