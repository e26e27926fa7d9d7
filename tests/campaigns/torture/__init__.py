"""The torture suite: what ECS, ELB and HTTP say over time, and who is fooled by it. See README.md."""
