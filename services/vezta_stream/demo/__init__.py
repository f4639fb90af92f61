"""The whole service in one process, on in-memory twins, with a terminal page at `/`."""
