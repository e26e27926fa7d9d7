"""Compares the roles' rights with AWS's reference, with the steps' calls in tests, and with two cdk-nag packs."""
