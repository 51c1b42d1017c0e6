"""What the account did: closed positions built from executions, compared with what the exchange says.

Nothing here asks an exchange or writes a journal.
"""
