"""Adds up a purchase and prints the receipt."""

from till.receipt import receipt, total

__all__ = ["receipt", "total"]
