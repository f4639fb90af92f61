// A client written to the public reference, nothing else. Prints one JSON line per event
// and ends with 0 once every channel asked for has delivered, with 1 at the deadline.
//
//   node reference_client.cjs '{"url", "token"?, "transports"?, "channels", "seconds"}'
const { createRequire } = require("node:module");
const { join } = require("node:path");

const page = join(__dirname, "../../services/vezta_stream/demo/package.json");
const { io } = createRequire(page)("socket.io-client");

const asked = JSON.parse(process.argv[2]);
const say = (event, body) => console.log(JSON.stringify({ event, body }));

const socket = io(`${asked.url}/ws`, {
  transports: asked.transports ?? ["websocket"],
  auth: { token: asked.token },
  reconnection: true,
  reconnectionDelay: 1000,
  reconnectionDelayMax: 30000,
});

const waiting = new Set(asked.channels);
const finish = (code) => {
  say("transport", socket.io.engine?.transport?.name);
  socket.close();
  process.exit(code);
};

socket.on("connect", () => {
  say("connect", socket.id);
  for (const channel of asked.channels) {
    socket.emit("subscribe", { channel }, (answer) => say("ack", answer));
  }
});
socket.on("connect_error", (error) => {
  say("connect_error", { message: error.message, data: error.data });
  finish(2);
});
for (const event of ["subscribed", "unsubscribed", "error"]) {
  socket.on(event, (body) => say(event, body));
}
socket.on("data", (body) => {
  say("data", body);
  waiting.delete(body.channel);
  if (waiting.size === 0) {
    finish(0);
  }
});
setTimeout(() => finish(1), asked.seconds * 1000);
