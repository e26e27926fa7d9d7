"""What the roles may do, held against AWS's reference, against what the steps do in tests, and against two packs."""
