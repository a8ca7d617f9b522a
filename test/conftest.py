# SPDX-License-Identifier: 0BSD
# conftest.py - what all tests start from.

import signal

# Whoever starts the tests may ignore SIGHUP, as nohup(1) does; what they start
# would do so, too, and some tests send it one.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
