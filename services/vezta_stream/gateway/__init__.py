"""The gateway: Socket.IO clients on namespace `/ws`, served from the bus.

- `app` composes the ASGI application, `server` runs it under uvicorn;
- `namespace` and `peer` are the conversation with one client: commands in, answers out;
- `hub` knows who on this node receives what, and subscribes to the bus accordingly;
- `engine`, `engine_socket`, `websocket` and `http` are Engine.IO and what carries it, bounded
  and quiet;
- `packets` and `codec` are the Socket.IO protocol as pure functions;
- `tokens` verifies access tokens, `expiry` ends what they granted.
"""
