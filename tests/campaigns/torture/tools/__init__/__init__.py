"""What people use today, sent through the scenarios: two tools for real, four as predicates."""
