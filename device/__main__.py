"""`python -m device` is `facet`."""

from device.cli import main

main()
