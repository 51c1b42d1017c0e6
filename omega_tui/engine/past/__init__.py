"""What the account did: closed positions kept up to date, and what stood around them while they were open."""
