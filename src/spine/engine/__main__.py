"""The engine process: `python -m spine.engine DESCRIPTOR SETTINGS`, as the server process starts it."""

from spine.engine.loop import main

main()
