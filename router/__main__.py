"""`python -m router` is `alert-router`."""

from router.cli import main

raise SystemExit(main())
