"""Amazon DynamoDB: the ledger, and what else stands in its table."""
