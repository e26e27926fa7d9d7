"""DORA's figures of delivery, from the ledger's records. docs/dora.md defines each one.

What is UNKNOWN is left out of a figure, and counted beside it. Never reads the table: `figures` takes records.
"""
