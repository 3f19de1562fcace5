"""Print `docs/figures.md`: `python -m spine.catalogue > docs/figures.md`, or `make docs-figures`."""

import sys

from spine.catalogue.page import page

if __name__ == "__main__":
    sys.stdout.write(page())
