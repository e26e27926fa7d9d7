"""The state machines: each `.asl.json` is the only copy of one."""
