/** The main thread's part of the kernel: takes requests one after the other, runs cells, publishes what they show. */
import { randomUUID } from "node:crypto";
import type { Worker } from "node:worker_threads";
import { type Cell, cells } from "./cell";
import type { Compiler } from "./compile";
import { describeError } from "./errors";
import type { Executor } from "./execute";
import { createHistory } from "./history";
import { setHost } from "./host";
import { completeReply, inspectReply, isCompleteReply } from "./language";
import type { Header, Request } from "./messages";
import { type MimeBundle, toBundle } from "./mime";
import { isFigureBundle, libraryBundle } from "./mime-figure";
import type { Channel, FromWire, ToWire } from "./protocol";
import { captureStreams } from "./streams";

export function startKernel(wire: Worker, compiler: Compiler, executor: Executor): void {
  const history = createHistory();
  const waiting: { channel: Channel; request: Request }[] = [];
  let busy = false;
  let count = 0;
  let seq = 0;
  let lastParent: Partial<Header> = {};
  let libraryShown = false;
  let atFence: () => void = () => {};

  const tell = (message: ToWire): void => wire.postMessage(message);
  const publish = (type: string, content: object, parent = cells.getStore()?.header ?? lastParent): void =>
    tell({ kind: "publish", message: { type, content, parent } });
  const reply = (channel: Channel, request: Request, type: string, content: object): void =>
    tell({ kind: "reply", channel, request, type, content });

  captureStreams((name, text) => publish("stream", { name, text }));

  /** The first figure of a session brings the library along. */
  function bringLibrary(bundle: MimeBundle): void {
    if (libraryShown || !isFigureBundle(bundle)) return;
    libraryShown = true;
    publish("display_data", { ...libraryBundle(), transient: {} });
  }
  setHost({
    bundle: toBundle,
    show(bundle, { id, update }) {
      bringLibrary(bundle);
      publish(update ? "update_display_data" : "display_data", { ...bundle, transient: { display_id: id } });
    },
    signal: () => cells.getStore()?.abort.signal,
  });

  async function runCell(request: Request): Promise<Record<string, unknown>> {
    const { header, content } = request;
    const stored = content.store_history !== false && !content.silent;
    if (stored) history.add(++count, content.code);
    lastParent = header;
    publish("status", { execution_state: "busy" }, header);
    if (!content.silent) publish("execute_input", { code: content.code, execution_count: count }, header);
    const file = stored ? `In[${count}]` : `Unnumbered[${seq + 1}]`;
    const cell: Cell = { seq: ++seq, file, header, abort: new AbortController(), interrupted: false };
    try {
      const result = await executor.run(content.code, cell);
      if ("value" in result && !content.silent) {
        const bundle = cells.run(cell, () => toBundle(result.value, randomUUID()));
        bringLibrary(bundle);
        publish("execute_result", { execution_count: count, ...bundle }, header);
      }
      return { status: "ok", execution_count: count, payload: [], user_expressions: {} };
    } catch (error) {
      const described = describeError(error, { file: cell.file, line: executor.line() });
      if (!content.silent) publish("error", described, header);
      return { status: "error", execution_count: count, ...described };
    }
  }

  /** The requests that have reached the kernel by now, taken off the queue. */
  async function takeWaiting(): Promise<typeof waiting> {
    await new Promise<void>(resolve => {
      atFence = resolve;
      tell({ kind: "fence" });
    });
    return waiting.splice(0);
  }

  /** A failed cell ends exactly those requests that were sent before its reply; later ones are meant to run. */
  async function runNext({ channel, request }: (typeof waiting)[number]): Promise<void> {
    const content = await runCell(request);
    const stops = content.status === "error" && request.content.stop_on_error !== false;
    const aborted = stops ? await takeWaiting() : [];
    reply(channel, request, "execute_reply", content);
    for (const other of aborted) {
      publish("status", { execution_state: "busy" }, other.request.header);
      reply(other.channel, other.request, "execute_reply", { status: "aborted", execution_count: count });
    }
  }

  async function runWaiting(): Promise<void> {
    if (busy) return;
    busy = true;
    for (let next = waiting.shift(); next; next = waiting.shift()) await runNext(next);
    busy = false;
  }

  const answers: Record<string, (content: Record<string, any>) => object> = {
    complete_request: content => completeReply(compiler, content),
    inspect_request: content => inspectReply(compiler, content),
    is_complete_request: content => isCompleteReply(compiler, content),
    history_request: content => history.reply(content),
    comm_info_request: () => ({ status: "ok", comms: {} }),
  };
  function answer(channel: Channel, request: Request): void {
    const type = request.header.msg_type;
    publish("status", { execution_state: "busy" }, request.header);
    const find = answers[type];
    if (!find) {
      publish("status", { execution_state: "idle" }, request.header); // unknown requests have no reply in the protocol
      return;
    }
    try {
      reply(channel, request, type.replace("_request", "_reply"), find(request.content));
    } catch (error) {
      const described = describeError(error, { file: "", line: 0 });
      reply(channel, request, type.replace("_request", "_reply"), { status: "error", ...described });
    }
  }

  wire.on("message", (message: FromWire) => {
    if (message.kind === "fence") atFence();
    else if (message.kind === "interrupt") executor.interrupt();
    else if (message.kind === "shutdown") process.exit(0);
    else if (message.kind === "request") {
      const { channel, request } = message;
      if (request.header.msg_type !== "execute_request") return answer(channel, request);
      waiting.push({ channel, request });
      void runWaiting();
    }
  });

  process.on("SIGINT", () => executor.interrupt());
}
