"""The command `plausiwidgets` as ``python -m plausiwidgets``, for an environment whose scripts are not on the path."""

import sys

from plausiwidgets.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
