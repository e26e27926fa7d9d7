"""Simulated deployments that measure how often the evaluator of traffic is wrong."""
