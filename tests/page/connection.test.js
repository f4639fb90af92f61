import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection } from "../../services/vezta_stream/demo/static/terminal/connection.js";
import { FakeClock, FakeSocket } from "./fakes.js";

function connected({ token = null } = {}) {
  const setup = { socket: new FakeSocket(), clock: new FakeClock(), heard: [], opened: () => {} };
  const hear = (what) => (body) => setup.heard.push([what, body]);
  setup.connection = new Connection({
    io: (url, options) => {
      Object.assign(setup, { url, options });
      return setup.socket;
    },
    origin: "http://localhost:3001",
    handshakeToken: async () => token,
    clock: setup.clock,
    listener: {
      opened: () => setup.opened(),
      status: hear("status"),
      data: hear("data"),
      authenticated: hear("authenticated"),
      refused: hear("refused"),
    },
  });
  setup.lastStatus = () => setup.heard.findLast(([what]) => what === "status")[1];
  return setup;
}

test("it connects as the reference says", () => {
  const { url, options } = connected();
  const { auth, ...rest } = options;
  assert.equal(url, "http://localhost:3001/ws");
  assert.deepEqual(rest, {
    transports: ["websocket"],
    reconnection: true,
    reconnectionDelay: 1000,
    reconnectionDelayMax: 30000,
  });
  assert.equal(typeof auth, "function");
});

test("every attempt carries the token of that moment", async () => {
  const { options } = connected({ token: "jwt" });
  assert.deepEqual(await new Promise(options.auth), { token: "jwt" });
});

test("channels are asked for when the connection opens, and again when it reopens", () => {
  const { socket, connection } = connected();
  connection.subscribe(["market:prices", "market:trades"]);
  assert.deepEqual(socket.takeSubscribed(), []);
  socket.receive("connect");
  assert.deepEqual(socket.takeSubscribed(), ["market:prices", "market:trades"]);
  socket.receive("disconnect", "transport close");
  socket.receive("connect");
  assert.deepEqual(socket.takeSubscribed(), ["market:prices", "market:trades"]);
});

test("a channel wanted while open is asked for at once", () => {
  const { socket, connection } = connected();
  socket.receive("connect");
  connection.subscribe(["user:orders"]);
  assert.deepEqual(socket.takeSubscribed(), ["user:orders"]);
});

test("what is wanted as the connection opens is asked for once", () => {
  const setup = connected();
  setup.opened = () => setup.connection.subscribe(["user:orders"]);
  setup.socket.receive("connect");
  assert.deepEqual(setup.socket.takeSubscribed(), ["user:orders"]);
});

test("a forgotten channel is not asked for again", () => {
  const { socket, connection } = connected();
  connection.subscribe(["user:orders"]);
  connection.forget(["user:orders"]);
  socket.receive("connect");
  assert.deepEqual(socket.takeSubscribed(), []);
});

test("a lost connection says why, and that it is coming back", () => {
  const { socket, lastStatus } = connected();
  socket.receive("connect");
  socket.receive("disconnect", "ping timeout");
  assert.deepEqual(lastStatus(), { state: "reconnecting", reason: "the server stopped answering" });
});

test("a connection that the server ended stays away", () => {
  const { socket, lastStatus } = connected();
  socket.active = false;
  socket.receive("disconnect", "io server disconnect");
  assert.equal(lastStatus().state, "disconnected");
});

test("a refused handshake hands on the server's error", () => {
  const { socket, heard, lastStatus } = connected();
  const data = { statusCode: 401, code: "TOKEN_INVALID", message: "the token is forged" };
  socket.active = false;
  socket.receive("connect_error", Object.assign(new Error("refused"), { data }));
  assert.deepEqual(lastStatus(), { state: "disconnected", reason: "the token is forged" });
  assert.deepEqual(heard.at(-1), ["refused", data]);
});

test("a server that cannot be reached is no error of the session", () => {
  const { socket, heard, lastStatus } = connected();
  socket.receive("connect_error", new Error("websocket error"));
  assert.deepEqual(lastStatus(), { state: "reconnecting", reason: "the server cannot be reached" });
  assert.ok(!heard.some(([what]) => what === "refused"));
});

test("a channel refused for the moment is asked for again, one refused for good is not", async () => {
  const { socket, connection, clock } = connected();
  connection.subscribe(["market:trades", "user:orders"]);
  socket.receive("connect");
  socket.takeSubscribed();
  socket.receive("error", { code: "UNAVAILABLE", channel: "market:trades" });
  socket.receive("error", { code: "FORBIDDEN", channel: "user:orders" });
  await clock.pass(60_000);
  assert.deepEqual(socket.takeSubscribed(), ["market:trades"]);
});

test("a token goes to the live connection, or waits for the next handshake", () => {
  const { socket, connection } = connected();
  assert.equal(connection.authenticate("jwt"), false);
  socket.receive("connect");
  assert.equal(connection.authenticate("jwt"), true);
  assert.deepEqual(socket.emitted, [["authenticate", { token: "jwt" }]]);
});

test("reconnecting leaves and comes back without calling it a loss", () => {
  const { socket, connection, heard } = connected();
  socket.receive("connect");
  connection.reconnect();
  assert.deepEqual(socket.calls, ["disconnect", "connect"]);
  assert.deepEqual(
    heard.map(([, { state }]) => state),
    ["connecting", "connected", "connecting"],
  );
});
