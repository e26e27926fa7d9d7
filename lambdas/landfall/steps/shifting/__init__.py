"""The steps for a service whose traffic ECS shifts: its reads, its gates, and its way back."""
