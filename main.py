"""``python main.py``: the same as ``vae-explorer``, from a checkout."""

import sys

from vae_explorer.cli import main

if __name__ == "__main__":
    sys.exit(main())
