"""Makes foreign text safe to show, and searches it with patterns. Decides nothing about a release."""
