"""The payloads of the contract as types, one module per channel family."""
