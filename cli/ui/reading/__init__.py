"""Asks AWS for what a page shows, within the page's share of reads."""
