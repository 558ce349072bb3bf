"""`python -m server` is `wangge`."""

from server.cli import main

main()
