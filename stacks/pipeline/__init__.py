"""The pipeline stack, and the stack with the alarm on the rollback rate."""
