// Small real stand-ins for what the page gets from the browser.

/** Time that only moves when told to. */
export class FakeClock {
  #now = 0;
  #timers = new Set();

  now = () => this.#now;

  after = (ms, callback) => {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Let this much time pass, running what falls due in order, and what that awaits. */
  async pass(ms) {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      await settled();
    }
    this.#now = end;
    await settled();
  }
}

/** Resolves when everything that is already under way has come as far as it can. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The side of a Socket.IO socket that the page uses; `receive` plays the server. */
export class FakeSocket {
  active = true;
  emitted = [];
  calls = [];
  #handlers = new Map();

  on(event, handler) {
    this.#handlers.set(event, handler);
  }

  emit(...packet) {
    this.emitted.push(packet);
  }

  connect() {
    this.calls.push("connect");
  }

  disconnect() {
    this.calls.push("disconnect");
    this.receive("disconnect", "io client disconnect");
  }

  receive(event, ...body) {
    this.#handlers.get(event)(...body);
  }

  /** The channels asked for since the last call. */
  takeSubscribed() {
    const channels = this.emitted.filter(([event]) => event === "subscribe").map(([, body]) => body.channel);
    this.emitted = [];
    return channels;
  }
}
