"""The cockpit's screen and the dialogs above it."""
