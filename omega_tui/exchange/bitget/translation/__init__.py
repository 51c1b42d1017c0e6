"""Between Bitget's vocabulary and the domain's; the only place where both meet. Pure."""
