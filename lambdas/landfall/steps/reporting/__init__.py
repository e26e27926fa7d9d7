"""The Report step's reads and writes after the end. They decide nothing."""
