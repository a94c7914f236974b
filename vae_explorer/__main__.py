"""``python -m vae_explorer``: the same as ``vae-explorer``."""

import sys

from vae_explorer.cli import main

if __name__ == "__main__":
    sys.exit(main())
