import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./modules.mjs";

const { backoffMs, MOST_FAILURES, Transport } = await load("transport.js");
const { unfolded } = await load("channels.js");

/** Let everything that is ready happen. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

class FakeSocket {
  readyState = 0;
  sent = [];
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  receive(part) {
    this.onmessage?.({ data: JSON.stringify(part) });
  }
  send(data) {
    this.sent.push(JSON.parse(data));
  }
  close() {
    this.readyState = 3;
    this.onclose?.();
  }
}

/** A transport with a network that the test plays, and an owner that wants `want`. */
function played(want, answer = () => Promise.reject(new TypeError("no network"))) {
  const world = { sockets: [], timers: new Map(), requests: [], told: [], want, reloads: 0 };
  let timer = 0;
  const owner = {
    want: () => world.want,
    prepare: async () => world.prepared?.(),
    hear: (heard) => {
      world.told.push(heard);
      if (world.want?.ask) world.want = { ...want, ask: null, follow: { turn: heard.turn, after: heard.seq } };
      if (world.want?.follow) world.want.follow = { turn: heard.turn, after: heard.seq };
      if (heard.part.type === "finish") world.want = null;
    },
    refuse: (id, part) => {
      world.told.push({ id, code: part.code });
      world.want = null;
    },
    connection: (status) => {
      world.connection = status;
    },
    reload: async () => {
      world.reloads += 1;
      world.want = null;
    },
    giveUp: () => {
      world.gaveUp = true;
    },
  };
  const transport = new Transport(owner, {
    socket: () => {
      const socket = new FakeSocket();
      world.sockets.push(socket);
      return socket;
    },
    send: (path, init) => {
      world.requests.push([init?.method ?? "GET", path, init]);
      return answer(path, init);
    },
    after: (run, ms) => {
      timer += 1;
      world.timers.set(timer, { run, ms });
      return timer;
    },
    cancel: (which) => world.timers.delete(which),
    random: () => 0.5,
  });
  /** Let the wait of so many milliseconds pass. */
  world.pass = async (ms) => {
    for (const [key, waiting] of [...world.timers]) {
      if (waiting.ms !== ms) continue;
      world.timers.delete(key);
      waiting.run();
    }
    await settled();
  };
  return { transport, world };
}

const ask = { conversation: null, ask: { id: "q1", text: "Hi", page: {} }, follow: null };
const follow = { conversation: "C", ask: null, follow: { turn: "T", after: 4 } };
const part = (seq, type = "text-delta") => ({ type, id: "t1", delta: "x", seq, turn: "T" });
const stream = (text, status = 200) => async () => new Response(text, { status, headers: { "Content-Type": "text/event-stream" } });
const json = (body, status = 200) => Response.json(body, { status });

test("a question goes over a socket, which stays open for the next", async () => {
  const { transport, world } = played(ask);
  transport.run();
  await settled();
  world.sockets[0].open();
  await settled();
  assert.deepEqual(world.sockets[0].sent, [{ type: "ask", id: "q1", conversation: null, text: "Hi", page: {} }]);
  world.sockets[0].receive(part(1));
  world.sockets[0].receive(part(2, "finish"));
  await settled();
  assert.deepEqual(world.told.map(({ seq, fresh }) => [seq, fresh]), [[1, true], [2, false]]);
  world.want = { ...ask, ask: { ...ask.ask, id: "q2" } };
  transport.run();
  await settled();
  assert.equal(world.sockets.length, 1);
  assert.equal(world.sockets[0].sent[1].id, "q2");
});

test("a question that was asked before the history was read goes into the conversation that the history names", async () => {
  const { transport, world } = played(ask);
  world.prepared = () => {
    world.want = { ...ask, conversation: "C" };
  };
  transport.run();
  await settled();
  world.sockets[0].open();
  await settled();
  assert.equal(world.sockets[0].sent[0].conversation, "C");
});

test("after a loss the turn is followed from its last part, on a new socket", async () => {
  const { transport, world } = played(ask);
  transport.run();
  await settled();
  world.sockets[0].open();
  await settled();
  world.sockets[0].receive(part(1));
  world.sockets[0].receive(part(2));
  world.sockets[0].close();
  await settled();
  assert.equal(world.connection, "waiting");
  await world.pass(backoffMs(1, 0.5));
  world.sockets[1].open();
  await settled();
  assert.deepEqual(world.sockets[1].sent, [{ type: "resume", turn: "T", after: 2 }]);
});

test("a question that was not taken up is sent again under the same id", async () => {
  const { transport, world } = played(ask);
  transport.run();
  await settled();
  world.sockets[0].open();
  await settled();
  world.sockets[0].close();
  await settled();
  await world.pass(backoffMs(1, 0.5));
  world.sockets[1].open();
  await settled();
  assert.equal(world.sockets[1].sent[0].id, "q1");
});

test("where sockets are refused the question goes as a request, with every part numbered", async () => {
  const body = 'id: 1\ndata: {"type":"start","messageMetadata":{"turn":"T"}}\n\nid: 2\ndata: {"type":"finish"}\n\ndata: [DONE]\n\n';
  const { transport, world } = played(ask, stream(body));
  transport.run();
  await settled();
  world.sockets[0].close();
  await settled();
  await settled();
  assert.deepEqual(world.told.map(({ turn, seq, part }) => [turn, seq, part.type]), [["T", 1, "start"], ["T", 2, "finish"]]);
  world.want = ask;
  transport.run();
  await settled();
  assert.equal(world.sockets.length, 1, "the way that works is remembered");
});

for (const [where, refused] of [
  ["no such address", () => new Response("", { status: 404 })],
  ["a server that speaks WSGI", () => json({ code: "no_streaming", detail: "Later.", retry_after: null }, 501)],
]) {
  test(`where streams are not served the answer comes in one piece: ${where}`, async () => {
    const parts = [{ type: "text", text: "Hi" }];
    const reply = { turn: "T", conversation: "C", message: "m", ending: "complete", parts };
    const { transport, world } = played(ask, async (path) => (path === "api/answers/" ? json(reply) : refused()));
    transport.run();
    await settled();
    world.sockets[0].close();
    await settled();
    await settled();
    assert.deepEqual(world.told.map(({ part }) => part?.type), ["start", "text-delta", "finish"]);
  });
}

test("sockets that open and die without a word are given up for requests", async () => {
  const { transport, world } = played(ask, stream('id: 1\ndata: {"type":"start","messageMetadata":{"turn":"T"}}\n\nid: 2\ndata: {"type":"finish"}\n\ndata: [DONE]\n\n'));
  transport.run();
  for (const failures of [1, 2]) {
    await settled();
    world.sockets.at(-1).open();
    await settled();
    world.sockets.at(-1).close();
    await settled();
    await world.pass(backoffMs(failures, 0.5));
  }
  world.sockets.at(-1).open();
  await settled();
  await settled();
  assert.equal(world.told.at(-1).part.type, "finish");
});

test("a network that is down is no reason to give up on sockets", async () => {
  const { transport, world } = played(ask);
  transport.run();
  await settled();
  world.sockets[0].close();
  await settled();
  assert.equal(world.connection, "waiting");
  await world.pass(backoffMs(1, 0.5));
  assert.equal(world.sockets.length, 2);
});

test("a stream that breaks off is resumed with its last number", async () => {
  const broken = 'id: 7\ndata: {"type":"start","messageMetadata":{"turn":"T"}}\n\n';
  const answers = [stream(broken), stream('id: 8\ndata: {"type":"finish"}\n\ndata: [DONE]\n\n')];
  const { transport, world } = played({ ...ask, conversation: "C" }, (path, init) => answers.shift()(path, init));
  transport.run();
  await settled();
  world.sockets[0].close();
  await settled();
  await settled();
  await world.pass(backoffMs(1, 0.5));
  await settled();
  const [method, path, init] = world.requests[1];
  assert.deepEqual([method, path, init.headers["Last-Event-ID"]], ["GET", "api/chat/C/stream", "7"]);
  assert.equal(world.told.at(-1).part.type, "finish");
});

test("a turn that the server no longer runs is looked up in the history", async () => {
  const { transport, world } = played(follow);
  transport.run();
  await settled();
  world.sockets[0].open();
  await settled();
  world.sockets[0].receive({ type: "error", code: "not_found", errorText: "", turn: "T" });
  await settled();
  assert.equal(world.reloads, 1);
  const over = played(follow, async () => new Response(null, { status: 204 }));
  over.transport.run();
  await settled();
  over.world.sockets[0].close();
  await settled();
  await settled();
  assert.equal(over.world.reloads, 1);
});

test("a refusal is told with its code, whichever way it came", async () => {
  const { transport, world } = played(ask);
  transport.run();
  await settled();
  world.sockets[0].open();
  await settled();
  world.sockets[0].receive({ type: "error", code: "rate_limited", errorText: "Slowly.", id: "q1" });
  await settled();
  assert.deepEqual(world.told, [{ id: "q1", code: "rate_limited" }]);
  const other = played(ask, async () => json({ code: "rate_limited", detail: "Slowly.", retry_after: 3 }, 429));
  other.transport.run();
  await settled();
  other.world.sockets[0].close();
  await settled();
  await settled();
  assert.deepEqual(other.world.told, [{ id: "q1", code: "rate_limited" }]);
});

test("a turn that falls silent gets a new connection", async () => {
  const { transport, world } = played(ask);
  transport.run();
  await settled();
  world.sockets[0].open();
  await settled();
  world.sockets[0].receive(part(1));
  await world.pass(20_000);
  await world.pass(backoffMs(1, 0.5));
  assert.equal(world.sockets[0].readyState, 3);
  world.sockets[1].open();
  await settled();
  assert.deepEqual(world.sockets[1].sent, [{ type: "resume", turn: "T", after: 1 }]);
});

test("a socket that neither opens nor closes is given up after five seconds", async () => {
  const { transport, world } = played(ask, stream("data: [DONE]\n\n"));
  transport.run();
  await settled();
  await world.pass(5_000);
  assert.equal(world.requests.length, 1);
});

test("a server that stays away is given up in the end, and asked again on demand", async () => {
  const { transport, world } = played(ask);
  transport.run();
  for (let failures = 1; failures <= MOST_FAILURES + 1; failures += 1) {
    await settled();
    world.sockets.at(-1).close();
    await settled();
    await settled();
    await world.pass(backoffMs(failures, 0.5));
  }
  assert.equal(world.gaveUp, true);
  const before = world.sockets.length;
  transport.run();
  await settled();
  assert.equal(world.sockets.length, before + 1);
});

test("after closing nothing is told and no timer is left", async () => {
  const { transport, world } = played(ask);
  transport.run();
  await settled();
  const [socket] = world.sockets;
  socket.open();
  await settled();
  transport.close();
  await settled();
  socket.receive(part(1));
  assert.deepEqual([world.told.length, socket.readyState, world.timers.size], [0, 3, 0]);
});

test("a socket that was opened ahead is used for the question", async () => {
  const { transport, world } = played(ask);
  transport.warm();
  transport.run();
  await settled();
  assert.equal(world.sockets.length, 1);
  world.sockets[0].open();
  await settled();
  assert.equal(world.sockets[0].sent.length, 1);
});

test("stopping goes over the open socket, else as a request", async () => {
  const { transport, world } = played(ask, async () => new Response(null, { status: 204 }));
  await transport.stop("T", "C");
  assert.deepEqual(world.requests[0].slice(0, 2), ["POST", "api/chat/C/stop"]);
  transport.run();
  await settled();
  world.sockets[0].open();
  await settled();
  await transport.stop("T", "C");
  assert.deepEqual(world.sockets[0].sent.at(-1), { type: "stop", turn: "T" });
});

test("waits grow, have full jitter and a ceiling", () => {
  assert.deepEqual([1, 2, 3, 20].map((failures) => backoffMs(failures, 0.999)), [500, 999, 1998, 14985]);
  assert.equal(backoffMs(5, 0), 0);
});

test("a reply in one piece becomes the parts that would fold into it", () => {
  const reply = {
    turn: "T",
    conversation: "C",
    message: "m",
    ending: "stopped",
    parts: [{ type: "text", text: "See" }, { type: "data-product", id: "A", data: {} }],
  };
  assert.deepEqual(unfolded(reply).map((each) => each.type), ["start", "text-delta", "data-product", "abort"]);
});
