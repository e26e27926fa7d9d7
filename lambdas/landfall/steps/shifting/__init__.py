"""The steps of a service whose traffic ECS shifts: what is read of it, its gates, and its way back."""
