// Downloads from a hub on this machine: whole, broken, slow, refused, wrong; and the cache that is left.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { fetchFromHub } from "../../src/hub/hub";
import { environment, owner, send, sendFirst, startHub, type TestHub } from "../hub-server";

const weights = Buffer.alloc(3_000_000, Buffer.from("0123456789abcdef"));
const model = { "config.json": "{}", "tokenizer.json": '{"model":{}}', "model.safetensors": weights };
const folderOf = (hub: TestHub) => path.join(hub.home, "hub", "models--tiny--model");
const blobs = (hub: TestHub) => fs.readdirSync(path.join(folderOf(hub), "blobs"));

test("a model is fetched into the cache that Python shares, and then found there", async t => {
  const hub = await startHub(t, { ...model, "pytorch_model.bin": "pickle", "README.md": "text", "../evil": "x" });
  const folder = await fetchFromHub(owner);
  assert.equal(folder, path.join(folderOf(hub), "snapshots", hub.commit));
  assert.deepEqual(fs.readdirSync(folder).sort(), Object.keys(model).sort());
  for (const [name, content] of Object.entries(model))
    assert.ok(Buffer.from(content).equals(fs.readFileSync(path.join(folder, name))), name);
  assert.match(fs.readlinkSync(path.join(folder, "model.safetensors")), /^\.\.[\\/]\.\.[\\/]blobs[\\/][0-9a-f]{64}$/);
  assert.equal(fs.readFileSync(path.join(folderOf(hub), "refs", "main"), "utf8"), hub.commit);
  assert.deepEqual(fs.readdirSync(path.join(folderOf(hub), ".no_exist", hub.commit)).sort(), [
    "chat_template.jinja",
    "generation_config.json",
    "tokenizer_config.json",
  ]);
  assert.equal(blobs(hub).length, 3);

  hub.seen.length = 0;
  assert.equal(await fetchFromHub(owner), folder);
  assert.deepEqual(hub.seen, [`GET /api/models/${owner}/revision/main`]);
  assert.equal(await fetchFromHub(`${owner}@${hub.commit}`), folder);
  assert.equal(hub.seen.length, 1, "a commit needs no network");
});

test("without network: a branch is what it was last, a commit is as it is, and what lacks is named", async t => {
  const hub = await startHub(t, model);
  const folder = await fetchFromHub(owner, { revision: "refs/pr/1" });
  hub.close();
  assert.equal(await fetchFromHub(`${owner}@refs/pr/1`, { attempts: 1 }), folder);
  await assert.rejects(
    fetchFromHub(owner, { attempts: 1 }),
    /tiny\/model@main: http:.* cannot be reached after 1 attempts \(/,
  );

  environment(t, { HF_HUB_OFFLINE: "1" });
  hub.seen.length = 0;
  assert.equal(await fetchFromHub(owner, { revision: "refs/pr/1" }), folder);
  fs.rmSync(path.join(folder, "model.safetensors"));
  await assert.rejects(fetchFromHub(`${owner}@${hub.commit}`), /lacks model\.safetensors, and HF_HUB_OFFLINE is set/);
  await assert.rejects(fetchFromHub("gpt2"), /gpt2@main: the cache in .* lacks all of it/);
});

const store = /^\/model\.safetensors$/;
const isWhole = (folder: string) => weights.equals(fs.readFileSync(path.join(folder, "model.safetensors")));

test("a connection that breaks is taken up where it broke", async t => {
  const hub = await startHub(t, model);
  hub.instead.push([store, (_, response) => response.destroy()], [store, sendFirst(1_000_000)]);
  const heard: number[] = [];
  const total = Object.values(model).reduce((sum, content) => sum + content.length, 0);
  const onProgress = (done: number, of: number) => {
    assert.equal(of, total);
    heard.push(done);
  };
  assert.ok(isWhole(await fetchFromHub(owner, { onProgress })));
  assert.deepEqual(
    heard,
    heard.slice().sort((a, b) => a - b),
  );
  assert.equal(heard.at(-1), total);
  const ofStore = hub.seen.filter(line => line.startsWith("GET /model.safetensors"));
  assert.deepEqual(
    ofStore.map(line => line.replace(/=[1-9]\d{4,}-/, "=N-")),
    ["GET /model.safetensors", "GET /model.safetensors", "GET /model.safetensors bytes=N-"],
  );
  assert.equal(blobs(hub).length, 3);
});

test("a process that is killed leaves what it has to the next one", { timeout: 20_000 }, async t => {
  const hub = await startHub(t, model);
  hub.instead.push([store, sendFirst(1_000_000, () => {})]);
  const program = `require(${JSON.stringify(path.join(__dirname, "../../src/hub/hub.js"))})
    .fetchFromHub("${owner}", { onProgress: done => done > 500_000 && console.log(done) })`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "close");
  assert.ok(!fs.existsSync(path.join(folderOf(hub), "refs")));
  assert.equal(blobs(hub).filter(name => name.endsWith(".incomplete")).length, 1);
  assert.ok(isWhole(await fetchFromHub(owner)));
  assert.match(hub.seen.at(-1)!, /bytes=[1-9]\d{5,}-/);
  assert.equal(blobs(hub).length, 3);
});

test("silence ends an attempt, the signal ends the download, and it can go on", { timeout: 20_000 }, async t => {
  const hub = await startHub(t, model);
  environment(t, { HF_HUB_DOWNLOAD_TIMEOUT: "0.3" });
  const silent = sendFirst(1_000_000, () => {});
  hub.instead.push([store, silent]);
  assert.ok(isWhole(await fetchFromHub(owner)));
  assert.match(hub.seen.at(-1)!, /bytes=[1-9]/);

  fs.rmSync(folderOf(hub), { recursive: true });
  environment(t, { HF_HUB_DOWNLOAD_TIMEOUT: "60" });
  hub.instead.push([store, silent]);
  const stop = new AbortController();
  const stopped = fetchFromHub(owner, {
    signal: stop.signal,
    onProgress: done => done > 500_000 && stop.abort(new Error("enough")),
  });
  await assert.rejects(stopped, /^Error: enough$/);
  assert.ok(isWhole(await fetchFromHub(owner)));
  assert.match(hub.seen.at(-1)!, /bytes=[1-9]/);
  await assert.rejects(fetchFromHub(owner, { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("a server that is busy is asked again, one that stays so is named", async t => {
  const hub = await startHub(t, model);
  const busy = (status: number) => (_: unknown, response: { writeHead(status: number): { end(): void } }) =>
    response.writeHead(status).end();
  hub.instead.push([/revision/, busy(500)], [/tree/, busy(429)], [store, busy(403)]);
  assert.ok(isWhole(await fetchFromHub(owner)));
  hub.instead.push([/revision/, busy(503)]);
  const folder = await fetchFromHub(owner, { attempts: 1 });
  assert.ok(isWhole(folder), "the cache is used");
  hub.instead.push([/revision/, busy(503)]);
  await assert.rejects(
    fetchFromHub(`${owner}@v1`, { attempts: 1 }),
    /cannot be reached after 1 attempts \(it answers 503/,
  );
});

test("a server that ignores ranges, or sends others, is asked for all", async t => {
  for (const status of [200, 206, 416]) {
    const hub = await startHub(t, model);
    hub.instead.push(
      [store, sendFirst(1_000_000)],
      [
        store,
        (request, response, content) => {
          if (status === 200) return send({ ...request, headers: {} } as typeof request, response, content);
          response.writeHead(status, status === 206 ? { "Content-Range": "bytes 7-8/9" } : {}).end("xx");
        },
      ],
    );
    assert.ok(isWhole(await fetchFromHub(owner)), `${status}`);
  }
});

test("a wrong size or checksum is refused and not kept; what was damaged on the disk is fetched again", async t => {
  const hub = await startHub(t, model);
  const other = Buffer.from(weights).fill("x", 5, 6);
  for (const [content, message] of [
    [weights.subarray(1), /model\.safetensors: 2999999 bytes were received, but the hub lists 3000000 bytes/],
    [Buffer.concat([weights, weights]), /more than 3000000 bytes were received, but the hub lists 3000000 bytes/],
    [other, /model\.safetensors: the received file has the checksum [0-9a-f]{64}, not [0-9a-f]{64}/],
  ] as const) {
    hub.instead.push([store, (request, response) => send(request, response, content)]);
    await assert.rejects(fetchFromHub(owner), message);
    assert.ok(blobs(hub).every(name => !name.endsWith(".incomplete")));
  }
  hub.instead.push([/resolve\/.*\/config\.json$/, (request, response) => send(request, response, Buffer.from("[]"))]);
  fs.rmSync(folderOf(hub), { recursive: true });
  await assert.rejects(fetchFromHub(owner), /config\.json: the received file has the checksum [0-9a-f]{40}, not/);

  hub.instead.push([store, sendFirst(1_000_000, () => {})]);
  const stop = new AbortController();
  const onProgress = (done: number) => done > 500_000 && stop.abort();
  await assert.rejects(fetchFromHub(owner, { signal: stop.signal, onProgress }));
  const part = blobs(hub).find(name => name.endsWith(".incomplete"))!;
  fs.writeFileSync(path.join(folderOf(hub), "blobs", part), "damaged");
  const folder = await fetchFromHub(owner);
  assert.ok(isWhole(folder));

  fs.truncateSync(path.join(folder, "model.safetensors"), 10);
  fs.rmSync(path.join(folder, "config.json"));
  assert.ok(isWhole(await fetchFromHub(owner)));
});

test("weights in parts, and one named file", async t => {
  const weight_map = { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" };
  const parts = {
    "model-00001-of-00002.safetensors": "one",
    "model-00002-of-00002.safetensors": "two",
    "other.gguf": "G",
  };
  const index = JSON.stringify({ weight_map });
  await startHub(t, { "config.json": "{}", "model.safetensors.index.json": index, ...parts });
  const folder = await fetchFromHub(owner);
  assert.equal(fs.readFileSync(path.join(folder, weight_map.b), "utf8"), "two");
  assert.equal(fs.readdirSync(folder).length, 4);
  assert.equal(await fetchFromHub(owner, { files: ["other.gguf"] }), folder);
  assert.equal(fs.readFileSync(path.join(folder, "other.gguf"), "utf8"), "G");
  await assert.rejects(
    fetchFromHub(owner, { files: ["none.gguf"] }),
    /there is no file none\.gguf\. There are config\.json/,
  );
  fs.rmSync(path.join(folder, weight_map.a));
  environment(t, { HF_HUB_OFFLINE: "yes" });
  await assert.rejects(fetchFromHub(owner), /lacks model-00001-of-00002\.safetensors/);
});

test("names that lead elsewhere are refused", async t => {
  for (const evil of [
    "../evil.safetensors",
    "/evil.safetensors",
    "a/../../evil.safetensors",
    "..\\evil.safetensors",
    "C:evil",
  ]) {
    const index = JSON.stringify({ weight_map: { a: evil } });
    const hub = await startHub(t, { "config.json": "{}", "model.safetensors.index.json": index, [evil]: "evil" });
    await assert.rejects(fetchFromHub(owner), /the file name ".*" leads out of its folder/);
    assert.ok(!JSON.stringify(fs.readdirSync(hub.home, { recursive: true })).includes("evil"));
  }
  for (const id of ["../model", "a/b/c", "a--b/c", "", "a/", "a b"])
    await assert.rejects(fetchFromHub(id), /this is not the name of a model/);
  for (const revision of ["../../x", "/x", "a//b", ""])
    await assert.rejects(fetchFromHub(owner, { revision }), /is not a revision/);
});

test("what cannot be had is said with what to do", async t => {
  const hub = await startHub(t, { "config.json": "{}", "pytorch_model.bin": "pickle" });
  const status =
    (code: number, headers = {}) =>
    (_: unknown, response: any) =>
      response.writeHead(code, headers).end();
  await assert.rejects(
    fetchFromHub("no/model"),
    /no\/model@main: http.* has no such model, or it is private\..*HF_TOKEN/,
  );
  await assert.rejects(fetchFromHub(`${owner}@v9`), /no such revision/);
  await assert.rejects(fetchFromHub(owner), /the weights are a pickle, pytorch_model\.bin, .*refs\/pr\/1/);
  await assert.rejects(fetchFromHub(owner, { files: ["pytorch_model.bin"] }), /are a pickle/);
  hub.instead.push([/revision/, status(403)]);
  await assert.rejects(fetchFromHub(owner), /denies access\. Accept the terms at http.*\/tiny\/model and set HF_TOKEN/);
  hub.instead.push([/revision/, status(401, { "X-Error-Code": "GatedRepo" })]);
  await assert.rejects(fetchFromHub(owner), /denies access/);
  hub.instead.push([
    /revision/,
    (_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("login"),
  ]);
  await assert.rejects(fetchFromHub(owner), /answers with text\/html, not JSON/);
  hub.files = { "config.json": Buffer.from("{}"), "a.gguf": Buffer.from("G") };
  await assert.rejects(fetchFromHub(owner), /Name one, such as "tiny\/model\/a\.gguf"/);
});

test("the token goes to the hub alone, from HF_TOKEN or where the login put it", async t => {
  const hub = await startHub(t, model);
  fs.writeFileSync(path.join(hub.home, "token"), "hf_file\n");
  let token = "";
  hub.instead.push([
    /tree/,
    ({ headers }, response) => {
      token = headers.authorization!;
      response.writeHead(401).end();
    },
  ]);
  await assert.rejects(fetchFromHub(owner), /does not accept the token/);
  assert.equal(token, "Bearer hf_file");
  environment(t, { HF_TOKEN: "secret" });
  hub.seen.length = 0;
  await fetchFromHub(owner);
  for (const line of hub.seen) assert.equal(line.includes("+token"), !/ \/model\.safetensors/.test(line), line);
  environment(t, { HF_TOKEN: "se cret" });
  environment(t, { HF_ENDPOINT: "hub" });
  await assert.rejects(fetchFromHub(owner), /HF_ENDPOINT: "hub" is not the address/);
  environment(t, { HF_ENDPOINT: `${hub.endpoint}/` });
  await assert.rejects(fetchFromHub(owner), /HF_TOKEN: it contains characters/);
});

test("two at the same time fetch a file once", async t => {
  const hub = await startHub(t, model);
  const [one, two] = await Promise.all([fetchFromHub(owner), fetchFromHub(`${owner}@${hub.commit}`)]);
  assert.equal(one, two);
  assert.equal(hub.seen.filter(line => line.endsWith("/model.safetensors")).length, 2, "the hub and the store");
  assert.equal(blobs(hub).length, 3);
});

test("files of a data set that match a pattern; the list is asked for once", async t => {
  const files = {
    "plain/train/0000.parquet": "one",
    "plain/train/0001.parquet": "two",
    "plain/test/0000.parquet": "x",
  };
  const hub = await startHub(t, files);
  const wanted = { kind: "dataset", revision: "refs/convert/parquet", files: /plain\/train\/\d+\.parquet/ } as const;
  const folder = await fetchFromHub(owner, wanted);
  assert.match(folder, /datasets--tiny--model\/snapshots\/c0ffee0+$/);
  assert.deepEqual(fs.readdirSync(path.join(folder, "plain/train")), ["0000.parquet", "0001.parquet"]);
  assert.equal(fs.existsSync(path.join(folder, "plain/test")), false);
  assert.ok(hub.seen.some(line => line.startsWith("GET /api/datasets/tiny/model/tree/")));
  hub.close();
  assert.equal(await fetchFromHub(owner, { ...wanted, attempts: 1 }), folder);
  await assert.rejects(fetchFromHub(owner, { ...wanted, files: /plain\/.*/, attempts: 1 }), /cannot be reached/);
});

test("a data set without the named files", async t => {
  await startHub(t, { "a.parquet": "one" });
  const none = { kind: "dataset", files: /b\.parquet/ } as const;
  await assert.rejects(fetchFromHub(owner, none), /no file matches \/b\\.parquet\/. There are a.parquet/);
  await assert.rejects(fetchFromHub(owner, { kind: "dataset" }), /`files` is missing, which a data set needs/);
  await assert.rejects(fetchFromHub("tiny/other", none), /has no such data set, or it is private/);
});
