"""Long proofs of the server, one program each; `make` targets run them, docs/reliability.md holds their last figures."""
