"""The order language: text to commands and back, explained and completed.

Pure: it knows prices, sizes and markets from the facts it is handed, no engine, no screen and no clock.
"""
