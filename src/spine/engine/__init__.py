"""The engine process: one world, its run state, its clients' streams, its persistence."""
