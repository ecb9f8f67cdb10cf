import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readJson, writeJson } from "./files.mjs";
import { endGroup, processMark } from "./processes.mjs";

const isRunning = ({ pid, mark }) => processMark(pid) === mark;

/**
 * Acquires the lock of the set-up in `folder`, waiting while another set-up holds it. The lock of a killed set-up is
 * taken over, after ending the command that it left running. Returns { child(pid): records the running command,
 * release() }.
 */
export async function takeLock(folder, { onWait = () => {}, poll = 300 } = {}) {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "lock");
  const own = { pid: process.pid, mark: processMark(process.pid) };
  for (let waits = 0; !create(file, own); waits++) {
    const holder = readJson(file);
    if (holder && isRunning(holder)) {
      if (waits === 0) onWait(holder.pid);
      await sleep(poll);
      continue;
    }
    if (holder?.child && isRunning(holder.child)) await endLeftOver(holder.child);
    rmSync(file, { force: true });
  }
  return {
    child: pid => writeJson(file, { ...own, child: { pid, mark: processMark(pid) } }),
    release: () => rmSync(file, { force: true }),
  };
}

/** Creates the lock with its content atomically: a hard link to a finished file fails if the lock exists. */
function create(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(content));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

async function endLeftOver(child) {
  for (let tries = 0; tries < 50 && isRunning(child); tries++) {
    endGroup(child.pid, tries < 20 ? "SIGTERM" : "SIGKILL");
    await sleep(100);
  }
}
