/** `process.stdin`, and `readline` on it: whoever reads a line asks the user for it, as `input` does. */
import { syncBuiltinESMExports } from "node:module";
import readline from "node:readline";
import readlinePromises from "node:readline/promises";
import { PassThrough, Readable } from "node:stream";
import { promisify } from "node:util";
import type { AskLine } from "./dialogs";

/** A stream of lines that asks while somebody listens. At an error it ends. */
function createStream(ask: AskLine): Readable {
  let isWanted = false;
  function askSoon(): void {
    isWanted = true;
    setImmediate(() => {
      const listens = stream.listenerCount("data") + stream.listenerCount("readable") > 0;
      if (!isWanted || !listens || stream.destroyed) return;
      isWanted = false;
      try {
        stream.push(`${ask("")}\n`);
      } catch (error) {
        stream.push(null);
        throw error;
      }
    });
  }
  const stream = new Readable({ read: askSoon, encoding: undefined });
  stream.on("newListener", event => {
    if (isWanted && (event === "data" || event === "readable")) askSoon();
  });
  return Object.assign(stream, { fd: 0, isTTY: false });
}

/** The options of `createInterface`, which takes streams, too. */
const optionsOf = (given: any[]): { input?: unknown; output?: unknown } =>
  given[0]?.input !== undefined ? given[0] : { input: given[0], output: given[1] };

type Interface = readline.Interface & { getPrompt(): string; closed?: boolean };

/** Has an interface ask. Its lines come from `source`. */
function askIn(lines: Interface, source: PassThrough, ask: AskLine): void {
  let usesPrompt = false;
  let isClosed = false;
  lines.on("close", () => (isClosed = true));
  const enter = (line: string): void => void source.write(`${line}\n`);
  lines.prompt = () => {
    usesPrompt = true;
    setImmediate(enter, ask(lines.getPrompt())); // whoever calls it may add a listener for lines afterwards
  };
  lines[Symbol.asyncIterator] = async function* () {
    while (!isClosed) yield ask("");
  } as unknown as (typeof lines)[typeof Symbol.asyncIterator];
  /** Asks for lines without a prompt while somebody listens. */
  function askOn(): void {
    if (isClosed || usesPrompt || lines.listenerCount("line") === 0) return;
    try {
      enter(ask(""));
    } catch (error) {
      lines.close();
      throw error;
    }
    setImmediate(askOn);
  }
  lines.on("newListener", event => {
    if (event === "line" && lines.listenerCount("line") === 0) setImmediate(askOn);
  });
}

/** Replaces `process.stdin` and the functions of `readline` that read from it. */
export function captureStdin(ask: AskLine): void {
  let stream = createStream(ask);
  const current = (): Readable => {
    if (stream.destroyed || stream.readableEnded) stream = createStream(ask);
    return stream;
  };
  Object.defineProperty(process, "stdin", { get: current, configurable: true, enumerable: true });

  const wrap =
    (create: (options: any) => any, question: (lines: Interface) => unknown) =>
    (...given: any[]): unknown => {
      const options = optionsOf(given);
      if (options.input !== stream) return (create as (...given: any[]) => unknown)(...given);
      const source = new PassThrough();
      const lines = create({ ...options, input: source, terminal: false });
      askIn(lines, source, ask);
      return Object.assign(lines, { question: question(lines) });
    };
  readline.createInterface = wrap(readline.createInterface, () => {
    const question = (query: string, ...more: any[]): void => {
      const answer = ask(query); // an error goes to the caller, who would wait in vain for an answer
      setImmediate(more.at(-1), answer);
    };
    return Object.assign(question, { [promisify.custom]: async (query: string) => ask(query) });
  }) as typeof readline.createInterface;
  readlinePromises.createInterface = wrap(
    readlinePromises.createInterface,
    () => async (query: string) => ask(query),
  ) as typeof readlinePromises.createInterface;
  syncBuiltinESMExports();
}
