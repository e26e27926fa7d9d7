"""Good and bad releases with each strategy on the local AWS, while a client asks 100 times a second."""
