"""`python -m bashu_daemon` is `bashu`."""

import sys

from bashu_daemon.cli import main

sys.exit(main())
