// Where the demo's tokens come from: the endpoint that only the demo has.

const DEADLINE_MS = 8000;

/** Resolves to {token, user, lifeMs}; rejects with an error whose message can be shown. */
export async function requestToken() {
  const response = await fetch("/demo/token", {
    method: "POST",
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).catch(() => {
    throw new Error("the server cannot be reached");
  });
  if (!response.ok) throw new Error(`the server gave no token (${response.status})`);
  const { token, user, expiresAt } = await response.json();
  return { token, user, lifeMs: life(expiresAt, response.headers.get("date")) };
}

/** How long a token lives, by the clock of the server that wrote both times, else by ours. */
export function life(expiresAt, serverNow, now = Date.now()) {
  const server = Date.parse(serverNow ?? "");
  return Date.parse(expiresAt) - (Number.isNaN(server) ? now : server);
}
