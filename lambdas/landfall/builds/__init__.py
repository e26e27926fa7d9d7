"""The environment of a commit's build, and the meaning of the build's end. It starts no build."""
