"""The state machine: deploy.asl.json is its only copy."""
