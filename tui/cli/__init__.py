"""The same desk without a screen: a file per verb."""
