"""Preflight: what it reads before anything is touched, and the order of its checks."""
