"""`python -m layerforge` is the command `layerforge`."""

import sys

from layerforge.cli.main import main

sys.exit(main())
