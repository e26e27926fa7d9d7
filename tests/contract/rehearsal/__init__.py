"""One hour on a real account, of which the replies are kept: `make rehearsal`."""
