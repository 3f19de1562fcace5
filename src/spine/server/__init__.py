"""The live server: FastAPI around one engine process. `life.serve` runs it, `healthcheck` looks at it from outside."""
