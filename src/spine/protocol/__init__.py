"""The wire protocol: actions in (`actions`, `envelope`), signals out (`forms`, `translate`); knows world events, not the server.

The server process needs only the envelopes, so this package imports none of its modules by itself.
"""
