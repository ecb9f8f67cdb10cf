// Downloads one file from the hub into the cache: interrupted downloads are resumed, and the file gets its name after
// its checksum was verified.

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { threadId } from "node:worker_threads";
import { fail } from "../core/errors";
import { type HubContext, request, whereOf } from "./request";

/** A file as the hub lists it. */
export interface HubFile {
  path: string;
  bytes: number;
  /** SHA-256 of a large file, Git's SHA-1 of any other: 64 or 40 hexadecimal digits. */
  checksum: string;
}

const running = new Map<string, Promise<void>>();

/**
 * Downloads a file to `blob` unless it exists. Received bytes are kept in a file beside it and survive the process.
 * `onBytes` is called with the number of bytes received so far.
 *
 * Errors: those of `request`; a size or checksum that differs from the hub's list, after which no bytes are kept.
 */
export async function downloadBlob(
  url: string,
  file: HubFile,
  blob: string,
  context: HubContext,
  onBytes: (bytes: number) => void,
): Promise<void> {
  // Only one download of a file runs at a time. The next caller waits, then continues if the first one failed.
  while (running.has(blob)) await running.get(blob)!.catch(() => {});
  if (fs.existsSync(blob) && sizeOf(blob) === file.bytes) return onBytes(file.bytes);
  const work = download(url, file, blob, context, onBytes).finally(() => running.delete(blob));
  running.set(blob, work);
  return work;
}

async function download(
  url: string,
  file: HubFile,
  blob: string,
  context: HubContext,
  onBytes: (bytes: number) => void,
) {
  const part = takePart(blob);
  const resumed = sizeOf(part) > 0;
  await receive(url, file, part, context, onBytes);
  const found = await checksumOf(part, file);
  if (found === file.checksum) return fs.renameSync(part, blob);
  fs.rmSync(part);
  // The part of an earlier process may be corrupt, for example after a crash of the machine.
  if (resumed) return download(url, file, blob, context, onBytes);
  fail(
    `${whereOf(context)}: ${file.path}`,
    `the received file has the checksum ${found}, not ${file.checksum}`,
    `Try again: nothing was kept. If it happens again, ${context.settings.endpoint} serves another file than it lists.`,
  );
}

async function receive(
  url: string,
  file: HubFile,
  part: string,
  context: HubContext,
  onBytes: (bytes: number) => void,
) {
  const handle = await fs.promises.open(part, "a");
  let have = sizeOf(part);
  try {
    let most = have;
    const restart = async () => {
      await handle.truncate(0);
      have = 0;
    };
    const wrongSize = async (found: string): Promise<never> => {
      await restart();
      const where = `${whereOf(context)}: ${file.path}`;
      fail(where, `${found}, but the hub lists ${file.bytes} bytes`, "Try again: nothing was kept.");
    };
    if (have > file.bytes) await restart();
    const headers = () => ({ "Accept-Encoding": "identity", ...(have > 0 ? { Range: `bytes=${have}-` } : {}) });
    const take = async ({ status, headers }: Response, chunks: AsyncIterable<Uint8Array>) => {
      if (have > 0 && !(status === 206 && headers.get("Content-Range")?.startsWith(`bytes ${have}-`))) {
        await restart();
        if (status !== 200) return; // a different range: the next request asks for the whole file
      } else if (have === 0 && status !== 200) await wrongSize(`the server answers ${status}`);
      for await (const chunk of chunks) {
        if (have + chunk.length > file.bytes) await wrongSize(`more than ${file.bytes} bytes were received`);
        await handle.writeFile(chunk);
        most = Math.max(most, (have += chunk.length));
        onBytes(have);
      }
      if (have < file.bytes) await wrongSize(`${have} bytes were received`);
    };
    while (have < file.bytes) await request(url, context, take, { headers, progress: () => most });
    await handle.sync();
  } finally {
    await handle.close();
    if (have === 0 && file.bytes > 0) fs.rmSync(part, { force: true });
  }
}

const owner = `${os.hostname().replace(/[^\w-]/g, "_")}.${process.pid}.${threadId}`;

/** The file for received bytes; if possible, one that an earlier process left behind. */
function takePart(blob: string): string {
  const folder = path.dirname(blob);
  const part = `${blob}.${owner}.incomplete`;
  fs.mkdirSync(folder, { recursive: true });
  if (fs.existsSync(part)) return part;
  for (const name of fs.readdirSync(folder)) {
    if (!name.startsWith(`${path.basename(blob)}.`) || !name.endsWith(".incomplete")) continue;
    try {
      if (isLeft(path.join(folder, name))) {
        fs.renameSync(path.join(folder, name), part);
        break;
      }
    } catch {
      // Another process took it or finished it.
    }
  }
  return part;
}

/**
 * Whether an unfinished file is abandoned: its process on this machine has ended, or it has not changed for an hour.
 */
function isLeft(part: string): boolean {
  const [host, pid] = path.basename(part).split(".").slice(1);
  if (host === owner.split(".")[0] && !isRunning(Number(pid))) return true;
  return Date.now() - fs.statSync(part).mtimeMs > 3_600_000;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const sizeOf = (file: string) => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;

async function checksumOf(part: string, { bytes, checksum }: HubFile): Promise<string> {
  const hash = checksum.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${bytes}\0`);
  for await (const chunk of fs.createReadStream(part, { highWaterMark: 1 << 22 })) hash.update(chunk);
  return hash.digest("hex");
}
