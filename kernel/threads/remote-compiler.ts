/** The compiler as the main thread sees it. */
import type { Worker } from "node:worker_threads";
import type { CellCompiler } from "../cells/execute";
import type { Compiled } from "../language/compile";
import { type PlainMaps, rememberPlain, shareMaps } from "../language/positions";
import { createModuleSession } from "../modules/session";
import type { FromLanguage, ToLanguage } from "./compiler-messages";

/**
 * Compiles in the language thread. The source maps of what it compiled are stored for this thread's stack traces;
 * `share` gets all source maps of this thread.
 */
export function createRemoteCompiler(
  worker: Worker,
  directory: string,
  share: (maps: PlainMaps) => void,
): CellCompiler {
  const session = createModuleSession(directory.replaceAll("\\", "/"));
  shareMaps(share);
  const waiting = new Map<number, { resolve(compiled: Compiled): void; reject(error: Error): void }>();
  const ids = new WeakMap<Compiled, number>();
  let lastId = 0;
  const post = (message: ToLanguage): void => worker.postMessage(message);

  worker.on("message", (message: FromLanguage) => {
    const waits = waiting.get(message.id)!;
    waiting.delete(message.id);
    if (message.kind === "failed") {
      const { message: text, ...more } = message.error;
      waits.reject(Object.assign(new Error(text), more));
      return;
    }
    for (const maps of message.maps) rememberPlain(maps);
    const { defined } = message.compiled;
    if (defined) session.modules.set(defined.file, defined.text);
    ids.set(message.compiled, message.id);
    waits.resolve(message.compiled);
  });
  return {
    session,
    compile: (code, file) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        post({ kind: "compile", id, code, file });
      }),
    keep: compiled => post({ kind: "keep", id: ids.get(compiled)! }),
  };
}
