"""Real-time fan-out for prediction-market terminals.

    raw topics ─▶ ingestor ─▶ channel topics ─▶ relay ─▶ bus ─▶ gateway ─▶ clients

- `connector` splits what exchanges send into one raw record per market.
- `ingestor` normalises raw records into publications on the eight channels.
- `relay` moves channel topics to the bus, which gives every publication its position.
- `gateway` serves Socket.IO clients on namespace `/ws` from the bus.
- `log` (Kafka) and `bus` (Redis) are the seams; each has an in-memory twin.
- `core` and `schemas` hold what all of them share and know no event loop, clock or network.
- `simulator` emits the exchanges' raw formats; `demo` runs everything in one process.
"""

__version__ = "0.1.0"
