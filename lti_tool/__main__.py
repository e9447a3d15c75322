"""`python -m lti_tool` is `quatrefoil`."""

from lti_tool.cli import main

main()
