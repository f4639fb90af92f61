// The live connection, written as the reference says: one socket, `subscribe`, `data`.
//
// The Socket.IO client reconnects by itself; what it cannot know is which channels to ask for again.

// What a refused subscription may be asked for again after: the server was busy, or was starting.
const PASSING = new Set(["UNAVAILABLE", "RATE_LIMITED"]);
const RETRY_MS = 3000;

const REASONS = {
  "transport close": "the connection was lost",
  "transport error": "the connection failed",
  "ping timeout": "the server stopped answering",
  "parse error": "the server sent something unreadable",
  "io server disconnect": "the server ended the session",
};

export class Connection {
  #socket;
  #wanted = new Set();
  #open = false;
  #listener;
  #clock;

  /**
   * `io` is the Socket.IO client's. `handshakeToken` resolves to the token to connect with, or null; it is
   * asked on every attempt. The listener's methods: `opened()`, `status({state, reason})` with state
   * connecting, connected, reconnecting or disconnected, `data(message)`, `authenticated(body)`,
   * `refused(error)` for an `error` event or for a handshake refused with one.
   */
  constructor({ io, origin, handshakeToken, listener, clock }) {
    this.#listener = listener;
    this.#clock = clock;
    this.#socket = io(`${origin}/ws`, {
      transports: ["websocket"],
      auth: (send) => handshakeToken().then((token) => send({ token })),
      reconnection: true,
      reconnectionDelay: 1000,
      reconnectionDelayMax: 30000,
    });
    this.#listen();
    listener.status({ state: "connecting", reason: null });
  }

  /** Ask for these channels now, and again after every reconnection. */
  subscribe(channels) {
    for (const channel of channels) {
      this.#wanted.add(channel);
      this.#ask(channel);
    }
  }

  /** Ask for these channels no more; what is subscribed to ends with the connection. */
  forget(channels) {
    for (const channel of channels) this.#wanted.delete(channel);
  }

  /** Use this token on the live connection. Without one, the next handshake carries it. */
  authenticate(token) {
    if (this.#open) this.#socket.emit("authenticate", { token });
    return this.#open;
  }

  /** Leave and come back, with whatever token there is then. */
  reconnect() {
    this.#open = false;
    this.#socket.disconnect();
    this.#socket.connect();
    this.#listener.status({ state: "connecting", reason: null });
  }

  #listen() {
    const socket = this.#socket;
    socket.on("connect", () => this.#opened());
    socket.on("disconnect", (reason) => this.#closed(reason));
    socket.on("connect_error", (error) => this.#failed(error));
    socket.on("data", (message) => this.#listener.data(message));
    socket.on("authenticated", (body) => this.#listener.authenticated(body));
    socket.on("error", (error) => this.#refused(error));
  }

  #opened() {
    this.#listener.opened();
    this.#open = true;
    for (const channel of this.#wanted) this.#ask(channel);
    this.#listener.status({ state: "connected", reason: null });
  }

  #closed(reason) {
    this.#open = false;
    if (reason === "io client disconnect") return; // our own doing, see `reconnect`
    this.#listener.status({
      state: this.#socket.active ? "reconnecting" : "disconnected",
      reason: REASONS[reason] ?? reason,
    });
  }

  #failed(error) {
    const reason = error.data?.message ?? "the server cannot be reached";
    const state = this.#socket.active ? "reconnecting" : "disconnected";
    this.#listener.status({ state, reason });
    if (error.data?.code) this.#listener.refused(error.data);
  }

  #refused(error) {
    if (PASSING.has(error?.code) && this.#wanted.has(error.channel)) {
      this.#clock.after(RETRY_MS, () => this.#ask(error.channel));
    }
    this.#listener.refused(error ?? {});
  }

  #ask(channel) {
    if (this.#open && this.#wanted.has(channel)) this.#socket.emit("subscribe", { channel });
  }
}
