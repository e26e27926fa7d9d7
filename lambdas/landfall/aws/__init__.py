"""AWS, one file per service. Each adapter only translates shapes: no decision is made here."""
