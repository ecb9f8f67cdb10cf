// A hub on this machine: the API of Hugging Face for one model, or data set of the same name, with a store of large
// files on an origin of its own.

import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { temporaryFolder } from "./temporary";

type Answer = (request: http.IncomingMessage, response: http.ServerResponse, content: Buffer) => void;

export interface TestHub {
  endpoint: string;
  /** The folder of HF_HOME. */
  home: string;
  commit: string;
  files: Record<string, Buffer>;
  /** What came in: "GET /path", with the range, and "+token" where there was one. */
  seen: string[];
  /** Each answers one request to an address of this form, instead of the right answer. */
  instead: [address: RegExp, answer: Answer][];
  close(): void;
}

export const owner = "tiny/model";
const isLarge = (file: string) => /\.(safetensors|gguf|parquet)$/.test(file);
const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
export const gitSha = (content: Buffer) =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");

/** Sends content, or the part of it that was asked for. */
export const send: Answer = ({ headers }, response, content) => {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  if (start >= content.length && start > 0) return void response.writeHead(416).end();
  if (headers.range) response.setHeader("Content-Range", `bytes ${start}-${content.length - 1}/${content.length}`);
  const part = content.subarray(start);
  response.writeHead(headers.range ? 206 : 200, { "Content-Length": part.length, "Accept-Ranges": "bytes" }).end(part);
};

/** Sends as many bytes as said and then does `then`, which is to break the connection unless said otherwise. */
export const sendFirst =
  (bytes: number, then: (response: http.ServerResponse) => void = response => response.destroy()): Answer =>
  (request, response, content) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const end = content.length - 1;
    if (request.headers.range) response.setHeader("Content-Range", `bytes ${start}-${end}/${content.length}`);
    response.writeHead(request.headers.range ? 206 : 200, { "Content-Length": content.length - start });
    response.write(content.subarray(start, start + bytes), () => then(response));
  };

/** Starts a hub with a repository of these files; the environment points to it until the test ends. */
export async function startHub(t: TestContext, files: Record<string, Buffer | string>, id = owner): Promise<TestHub> {
  const contents = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
  const hub: TestHub = {
    endpoint: "",
    home: temporaryFolder(t),
    commit: "c0ffee".padEnd(40, "0"),
    files: contents,
    seen: [],
    instead: [],
    close: () => {},
  };
  let store = "";
  const answer = (own: (request: http.IncomingMessage, response: http.ServerResponse, path: string) => void) =>
    http.createServer((request, response) => {
      const { pathname } = new URL(request.url!, "http://hub");
      const { range, authorization } = request.headers;
      const extra = [range, authorization && "+token"].filter(Boolean).join(" ");
      hub.seen.push(`${request.method} ${pathname} ${extra}`.trim());
      const at = hub.instead.findIndex(([address]) => address.test(pathname));
      const content = hub.files[pathname.split("/").at(-1)!];
      if (at >= 0) hub.instead.splice(at, 1)[0][1](request, response, content);
      else own(request, response, pathname);
    });
  const api = answer((request, response, pathname) => {
    const path = decodeURIComponent(pathname);
    const json = (value: unknown) =>
      response.writeHead(200, { "Content-Type": "application/json; charset=utf-8" }).end(JSON.stringify(value));
    const deny = (status: number, code: string) => response.writeHead(status, { "X-Error-Code": code }).end();
    const found =
      /^\/(?:api\/models\/|api\/datasets\/|datasets\/)?([^/]+\/[^/]+)\/(revision|tree|resolve)\/(refs\/(?:pr\/1|convert\/parquet)|[^/]+)(?:\/(.*))?$/.exec(
        path,
      );
    if (found?.[1] !== id) return deny(401, "RepoNotFound");
    const [, , kind, revision, file] = found;
    if (!["main", "v1", "refs/pr/1", "refs/convert/parquet", hub.commit].includes(revision))
      return deny(404, "RevisionNotFound");
    if (kind === "revision") return json({ id, sha: hub.commit });
    if (kind === "tree") return json(Object.entries(hub.files).map(entry));
    const content = hub.files[file];
    if (!content) return deny(404, "EntryNotFound");
    response.setHeader("X-Repo-Commit", hub.commit);
    if (!isLarge(file)) {
      response.setHeader("ETag", `"${gitSha(content)}"`);
      return send(request, response, content);
    }
    response
      .writeHead(302, {
        Location: `${store}/${file}`,
        "X-Linked-Size": content.length,
        "X-Linked-ETag": `"${sha256(content)}"`,
        "X-Xet-Hash": sha256(content),
        Link: `<${hub.endpoint}/api/models/${id}/xet-read-token/${hub.commit}>; rel="xet-auth"`,
      })
      .end();
  });
  const largeFiles = answer((request, response, path) => send(request, response, hub.files[path.slice(1)]));
  hub.endpoint = await listen(t, api);
  store = await listen(t, largeFiles);
  hub.close = () => [api, largeFiles].forEach(close);
  const settings = { HF_HOME: hub.home, HF_ENDPOINT: hub.endpoint, HF_HUB_DOWNLOAD_TIMEOUT: "5" };
  environment(t, { ...settings, HF_TOKEN: undefined, HF_HUB_CACHE: undefined, HF_HUB_OFFLINE: undefined });
  return hub;
}

/** One line of a listing. */
function entry([path, content]: [string, Buffer]) {
  const own = { type: "file", path, size: content.length };
  if (!isLarge(path)) return { ...own, oid: gitSha(content) };
  const oid = sha256(content);
  return { ...own, oid: gitSha(Buffer.from(oid)), lfs: { oid, size: content.length, pointerSize: 130 }, xetHash: oid };
}

async function listen(t: TestContext, server: http.Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  t.after(() => close(server));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function close(server: http.Server) {
  server.close();
  server.closeAllConnections();
}

/** Sets environment variables, or takes them away, until the test ends. */
export function environment(t: TestContext, variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    const set = (to?: string) => {
      if (to === undefined) delete process.env[name];
      else process.env[name] = to;
    };
    t.after(() => set(before));
    set(value);
  }
}
