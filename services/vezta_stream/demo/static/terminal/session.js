// Whose terminal this is: logging in, keeping the token fresh, logging out.
//
// Decides only; time and requests are passed in. A token is renewed on the live connection well before it
// expires. One that expired all the same (a laptop that slept) is renewed as soon as anyone notices.

const ANSWER_MS = 10_000;
const RETRY_MS = 2000;
const RETRY_MAX_MS = 60_000;
const RENEW_AT = 0.75; // of the token's life
const LEAST_LIFE_MS = 1000;

export class Session {
  #state = { phase: "anonymous", user: null, problem: null };
  #grant = null; // {token, user, lifeMs, expiresAt: ms of our clock}
  #failures = 0;
  #attempt = 0; // login attempts; an answer to an older one is ignored
  #cancelTimer = () => {};
  #requestToken;
  #authenticate;
  #changed;
  #clock;

  /**
   * `requestToken()` resolves to {token, user, lifeMs}; `authenticate(token)` sends it on the live connection
   * and says whether there is one; `changed(state, previous)` hears of {phase, user, problem}, where phase is
   * anonymous, logging-in or active. `clock` has `now()` and `after(ms, callback)`, which returns a cancel.
   */
  constructor({ requestToken, authenticate, changed, clock }) {
    this.#requestToken = requestToken;
    this.#authenticate = authenticate;
    this.#changed = changed;
    this.#clock = clock;
  }

  get state() {
    return this.#state;
  }

  /** Fetch a token and present it; the outcome is a change of state. */
  async logIn() {
    if (this.#state.phase !== "anonymous") return;
    this.#become("logging-in");
    await this.#obtain((problem) => this.end(problem));
  }

  /** Become anonymous, giving up the token. */
  end(problem = null) {
    this.#attempt += 1;
    this.#cancelTimer();
    this.#grant = null;
    this.#failures = 0;
    this.#become("anonymous", problem);
  }

  /** The token for a handshake, renewed first if it has expired; null when anonymous. */
  async handshakeToken() {
    if (this.#grant && this.#grant.expiresAt <= this.#clock.now()) {
      const grant = await this.#fetch().catch(() => null);
      if (this.#grant && grant) this.#grant = grant;
    }
    return this.#grant?.token ?? null;
  }

  /** A connection opened, its handshake carried what `handshakeToken` gave. */
  opened() {
    if (this.#grant) this.#accepted();
  }

  /** The server took the token that was presented on the live connection. */
  authenticated() {
    if (this.#grant) this.#accepted();
  }

  /** Whether this error was about the token, and is therefore taken care of. */
  refused({ code, message }) {
    if (code !== "TOKEN_EXPIRED" && code !== "TOKEN_INVALID") return false;
    if (code === "TOKEN_EXPIRED" && this.#state.phase === "active") this.#renewSoon();
    else if (this.#grant) this.end(message ?? "the server refused the token");
    return true;
  }

  #accepted() {
    this.#failures = 0;
    this.#cancelTimer();
    const renewIn = Math.max(RENEW_AT * (this.#grant.expiresAt - this.#clock.now()), LEAST_LIFE_MS);
    this.#cancelTimer = this.#clock.after(renewIn, () => this.#renew());
    this.#become("active");
  }

  // Several channels end at once when a token expires: one timer serves them all.
  #renewSoon() {
    this.#cancelTimer();
    const delay = this.#failures === 0 ? 0 : RETRY_MS * 2 ** (this.#failures - 1);
    this.#cancelTimer = this.#clock.after(Math.min(delay, RETRY_MAX_MS), () => this.#renew());
  }

  #renew() {
    this.#failures += 1;
    return this.#obtain((problem) => {
      this.#become("active", `the session could not be renewed: ${problem}`);
      this.#renewSoon();
    });
  }

  async #obtain(failed) {
    const attempt = this.#attempt;
    try {
      const grant = await this.#fetch();
      if (attempt !== this.#attempt) return;
      this.#grant = grant;
    } catch (error) {
      if (attempt === this.#attempt) failed(error.message);
      return;
    }
    this.#cancelTimer();
    if (!this.#authenticate(this.#grant.token)) return; // the next handshake presents it
    this.#cancelTimer = this.#clock.after(ANSWER_MS, () => failed("the server did not answer"));
  }

  async #fetch() {
    const grant = await this.#requestToken();
    return { ...grant, expiresAt: this.#clock.now() + grant.lifeMs };
  }

  #become(phase, problem = null) {
    const previous = this.#state;
    this.#state = { phase, problem, user: this.#grant?.user ?? null };
    this.#changed(this.#state, previous);
  }
}
