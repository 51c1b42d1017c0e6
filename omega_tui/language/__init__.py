"""The order grammar: text to explained intents and back. Pure; nothing is sent from here."""
