"""The local AWS: an emulator, a container engine, and traits that make the emulator behave like AWS."""
