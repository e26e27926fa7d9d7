"""What the build of a commit is told, and what its end means. It starts no build."""
