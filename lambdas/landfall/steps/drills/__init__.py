"""Begins a drill, ends it, and checks it again under the lock."""
