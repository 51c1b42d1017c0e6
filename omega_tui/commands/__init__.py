"""The command line's trading commands: what `omega-tui quote`, `order`, `cancel` and the like do.

Each opens a trader object, asks or acts once, prints one answer and ends with a number that says how. Flags
are `parser`'s business, orders the trader's.
"""
