# SPDX-License-Identifier: 0BSD
# conftest.py - the tests of bad disks stand on the harness of the boot tests.

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "boot"))
