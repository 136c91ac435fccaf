"""The reports of the command line, a file per subject."""
