// The contract's channels, by who may subscribe to them.

export const PUBLIC = ["market:prices", "market:orderbook", "market:trades", "monitor:signals"];
export const PRIVATE = ["user:orders", "user:portfolio", "user:notifications", "user:copy-trade"];
