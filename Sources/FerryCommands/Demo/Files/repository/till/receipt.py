"""Totals and receipts. All amounts are whole cents."""


def euros(cents):
    """The amount as it is printed: 628 is 6.28."""
    return f"{cents // 100}.{cents % 100:02d}"


def total(purchase):
    """The sum of (name, cents) pairs."""
    return sum(cents for _, cents in purchase)


def receipt(purchase):
    """A line for each item, and one for the total."""
    lines = [f"{name:<16}{euros(cents):>8}" for name, cents in purchase]
    lines.append(f"{'Total':<16}{euros(total(purchase)):>8}")
    return "\n".join(lines)
