import assert from "node:assert/strict";
import { test } from "node:test";

import { Session } from "../../services/vezta_stream/demo/static/terminal/session.js";
import { FakeClock, settled } from "./fakes.js";

const LIFE_MS = 900_000;

// A server that takes every token unless told otherwise, and counts what it gave.
function begin({ live = true } = {}) {
  const setup = { clock: new FakeClock(), states: [], presented: [], issued: 0, live, failing: null };
  setup.session = new Session({
    clock: setup.clock,
    changed: (state) => setup.states.push(state),
    requestToken: async () => {
      if (setup.failing) throw new Error(setup.failing);
      setup.issued += 1;
      return { token: `jwt-${setup.issued}`, user: "demo", lifeMs: LIFE_MS };
    },
    authenticate: (token) => {
      if (setup.live) setup.presented.push(token);
      return setup.live;
    },
  });
  setup.phase = () => setup.session.state.phase;
  return setup;
}

async function loggedIn(options) {
  const setup = begin(options);
  await setup.session.logIn();
  setup.session.authenticated();
  return setup;
}

test("nobody is logged in at first", async () => {
  const { session } = begin();
  assert.deepEqual(session.state, { phase: "anonymous", user: null, problem: null });
  assert.equal(await session.handshakeToken(), null);
});

test("logging in presents a token, and is done when the server takes it", async () => {
  const { session, presented, phase } = begin();
  await session.logIn();
  assert.equal(phase(), "logging-in");
  assert.deepEqual(presented, ["jwt-1"]);
  session.authenticated();
  assert.deepEqual(session.state, { phase: "active", user: "demo", problem: null });
});

test("logging in while offline is done by the next handshake", async () => {
  const { session, phase, clock } = begin({ live: false });
  await session.logIn();
  await clock.pass(60_000);
  assert.equal(phase(), "logging-in");
  assert.equal(await session.handshakeToken(), "jwt-1");
  session.opened();
  assert.equal(phase(), "active");
});

test("a second click on log in asks for nothing", async () => {
  const setup = begin();
  await Promise.all([setup.session.logIn(), setup.session.logIn()]);
  assert.equal(setup.issued, 1);
});

test("no token, no login, and the reason is known", async () => {
  const setup = begin();
  setup.failing = "the server cannot be reached";
  await setup.session.logIn();
  assert.deepEqual(setup.session.state, {
    phase: "anonymous",
    user: null,
    problem: "the server cannot be reached",
  });
});

test("a server that does not answer ends the attempt", async () => {
  const { session, clock, phase } = begin();
  await session.logIn();
  await clock.pass(10_000);
  assert.equal(phase(), "anonymous");
  assert.equal(session.state.problem, "the server did not answer");
});

test("a refused token ends the session", async () => {
  const { session, phase } = await loggedIn();
  assert.ok(session.refused({ code: "TOKEN_INVALID", message: "the token is forged" }));
  assert.equal(phase(), "anonymous");
  assert.equal(session.state.problem, "the token is forged");
  assert.equal(await session.handshakeToken(), null);
});

test("errors about anything else are left to others", async () => {
  const { session, phase } = await loggedIn();
  assert.ok(!session.refused({ code: "RATE_LIMITED" }));
  assert.equal(phase(), "active");
});

test("the token is renewed before it expires, again and again", async () => {
  const { session, clock, presented } = await loggedIn();
  await clock.pass(LIFE_MS * 0.75);
  assert.deepEqual(presented, ["jwt-1", "jwt-2"]);
  session.authenticated();
  await clock.pass(LIFE_MS * 0.75);
  assert.deepEqual(presented, ["jwt-1", "jwt-2", "jwt-3"]);
});

test("an expired token is renewed once, though every channel reports it", async () => {
  const setup = await loggedIn();
  for (const channel of ["user:orders", "user:portfolio"]) {
    setup.session.refused({ code: "TOKEN_EXPIRED", channel });
  }
  await setup.clock.pass(0);
  assert.equal(setup.issued, 2);
  assert.equal(setup.phase(), "active");
});

test("a renewal that fails is tried again, ever more slowly, until it works", async () => {
  const setup = await loggedIn();
  setup.failing = "the server cannot be reached";
  setup.session.refused({ code: "TOKEN_EXPIRED" });
  await setup.clock.pass(1000);
  assert.match(setup.session.state.problem, /could not be renewed/);
  setup.failing = null;
  await setup.clock.pass(60_000);
  setup.session.authenticated();
  assert.deepEqual(setup.session.state, { phase: "active", user: "demo", problem: null });
});

test("tokens that are never taken are not asked for without pause", async () => {
  const setup = await loggedIn();
  for (let second = 0; second < 300; second += 1) {
    setup.session.refused({ code: "TOKEN_EXPIRED" });
    await setup.clock.pass(1000);
  }
  assert.ok(setup.issued < 20, `${setup.issued} tokens in five minutes`);
});

test("a handshake never carries a token known to have expired, if there is a newer one", async () => {
  const setup = await loggedIn({ live: true });
  setup.live = false;
  setup.failing = "offline";
  await setup.clock.pass(LIFE_MS);
  setup.failing = null;
  assert.notEqual(await setup.session.handshakeToken(), "jwt-1");
});

test("logging out forgets the token, and an answer that comes later changes nothing", async () => {
  const { session, phase, clock, presented } = begin();
  const attempt = session.logIn();
  session.end();
  await attempt;
  await settled();
  session.authenticated();
  await clock.pass(LIFE_MS);
  assert.equal(phase(), "anonymous");
  assert.deepEqual(presented, []);
  assert.equal(await session.handshakeToken(), null);
});
