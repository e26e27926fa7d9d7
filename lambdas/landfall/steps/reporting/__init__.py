"""What Report writes after the end, and what it reads for that. It decides nothing."""
