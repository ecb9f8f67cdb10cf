import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect as connectTcp } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as zmq from "zeromq";
import { encode } from "../../../kernel/wire/messages";
import { connect, type KernelOptions, ready, startKernel, type TestKernel } from "../client";

const waysToConnect: Record<string, KernelOptions> = {
  TCP: {},
  IPC: { transport: "ipc" },
  "TCP with CurveZMQ": { curve: true },
  "IPC with CurveZMQ": { transport: "ipc", curve: true },
};
const beats = async (kernel: TestKernel): Promise<boolean> => {
  const { curve_publickey } = kernel.connection;
  const own = curve_publickey && zmq.curveKeyPair(); // jupyter_client's heartbeat has keys of its own
  const secure = own && {
    curveServerKey: curve_publickey,
    curvePublicKey: own.publicKey,
    curveSecretKey: own.secretKey,
  };
  const heart = new zmq.Request({ ...secure, linger: 0, receiveTimeout: 3000 });
  heart.connect(kernel.address("hb"));
  await heart.send("ping");
  const [echo] = await heart.receive();
  heart.close();
  return echo!.toString() === "ping";
};

for (const [way, options] of Object.entries(waysToConnect))
  test(`the kernel listens by ${way}`, async () => {
    const kernel = await startKernel(options);
    try {
      assert.ok(await beats(kernel));
      const { outputs } = await kernel.execute("1 + 1");
      assert.equal(outputs[0]!.content.data["text/plain"], "2");
      if (!options.curve) return;
      // Without the keys nobody is let in, although the signing key is right.
      const { curve_publickey, curve_secretkey, ...open } = kernel.connection;
      const stranger = connect(open);
      const id = await stranger.send("shell", "kernel_info_request", {});
      await assert.rejects(stranger.answer(id, 500), /no such message/);
      stranger.close();
    } finally {
      await kernel.stop();
    }
  });

test("forged, replayed and broken messages are dropped and logged; 1,000 random frames on every socket do no harm", async () => {
  const kernel = await startKernel();
  try {
    await kernel.execute("let evil = 0;");
    const { key, signature_scheme: scheme } = kernel.connection;
    const message = { type: "execute_request", content: { code: "evil++" }, parent: {} };
    const signed = (by: string) => encode([], message, "someone", { key: by, scheme }) as Buffer[];

    await kernel.sockets.shell.send(signed("another key"));
    await kernel.until(({ content }) => content.execution_state === "idle");
    assert.match(await logged(kernel, /dropped a message\. Last on shell: /), /its signature does not match the key/);

    const once = signed(key);
    for (let i = 0; i < 3; i++) await kernel.sockets.shell.send(once);
    assert.match(await logged(kernel, /dropped [2-4] messages/), /it was received before/);
    assert.equal((await kernel.execute("evil")).outputs[0]!.content.data["text/plain"], "1");

    const heart = new zmq.Dealer({ linger: 0 });
    heart.connect(kernel.address("hb"));
    const sinks = [kernel.sockets.shell, kernel.sockets.control, kernel.sockets.stdin, heart];
    for (let i = 0; i < 1000; i++) {
      const frames = Array.from({ length: 1 + (i % 8) }, (_, at) =>
        i % 3 === 0 && at === 1 ? "<IDS|MSG>" : randomBytes(i % 300),
      );
      for (const sink of sinks) await sink.send(frames);
    }
    const raw = ["shell", "control", "stdin", "iopub", "hb"].map(async name => {
      for (let i = 0; i < 10; i++) {
        const socket = connectTcp(kernel.connection[`${name}_port`], "127.0.0.1").on("error", () => {});
        socket.write(randomBytes(1000));
        await sleep(5);
        socket.destroy();
      }
    });
    await Promise.all(raw);
    heart.close();
    assert.ok(await beats(kernel));
    assert.ok(await ready(kernel));
    assert.equal((await kernel.execute("evil")).outputs[0]!.content.data["text/plain"], "1");
    assert.equal((await kernel.request("control", "kernel_info_request")).reply.status, "ok");
    assert.ok(kernel.log().split("\n").length < 20, kernel.log());
  } finally {
    await kernel.stop();
  }
});

async function logged(kernel: TestKernel, pattern: RegExp): Promise<string> {
  for (let waited = 0; waited < 3000; waited += 20) {
    const line = kernel
      .log()
      .split("\n")
      .find(text => pattern.test(text));
    if (line) return line;
    await sleep(20);
  }
  return assert.fail(`not logged: ${pattern}; but: ${kernel.log()}`);
}

test("messages of tens of megabytes go in and out", async () => {
  const kernel = await startKernel();
  try {
    const code = `"${"x".repeat(20_000_000)}".length`;
    const { outputs } = await kernel.execute(code, {}, 60_000);
    assert.equal(outputs[0]!.content.data["text/plain"], "20000000");
  } finally {
    await kernel.stop();
  }
});
