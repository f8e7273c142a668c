"""Collects every commune's task report, checks it, adds it up and delivers the consolidated report."""

__version__ = "0.1.0"
