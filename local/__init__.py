"""The local AWS: an emulator, a container engine, and the traits in which it is mended to behave as AWS does."""
