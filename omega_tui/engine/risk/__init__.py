"""What an order may do to the account: profiles enforced, sizes, caps, previews, liquidation."""
