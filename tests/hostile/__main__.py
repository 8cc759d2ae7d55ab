"""`python -m tests.hostile 100000 [--seed 7]`: so many hostile requests, then every page, export and report."""

import argparse
import os
import sys

import pytest


def main() -> int:
    parser = argparse.ArgumentParser(description="Hostile requests over every door of the API and of the public.")
    parser.add_argument("n", type=int)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    os.environ |= {"CX_HOSTILE_N": str(options.n), "CX_HOSTILE_SEED": str(options.seed)}
    return int(pytest.main(["-q", "-n0", "-s", "--show-capture=no", "tests/hostile/test_hostile.py"]))


if __name__ == "__main__":
    sys.exit(main())
