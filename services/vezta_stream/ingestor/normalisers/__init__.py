"""Pure functions of (state, record or tick) to publications, one module per raw topic.

Each normaliser has `normalise(record)`, which returns publications or raises `Rejected`
and then leaves its state as it was. None of them knows a clock or does I/O.
"""
