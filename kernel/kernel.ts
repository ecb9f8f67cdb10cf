/** The main thread's part of the kernel: takes requests one after the other, runs cells, publishes what they show. */
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
import { createQueue } from "./queue";
import { captureStreams } from "./streams";

export function startKernel(wire: Worker, compiler: Compiler, executor: Executor): void {
  const history = createHistory();
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
        const bundle = cells.run(cell, () => toBundle(result.value));
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

  const addCell = createQueue({
    run: runCell,
    arrived: () =>
      new Promise(resolve => {
        atFence = resolve;
        tell({ kind: "fence" });
      }),
    reply: ({ channel, request }, content) => reply(channel, request, "execute_reply", content),
    abort({ channel, request }) {
      publish("status", { execution_state: "busy" }, request.header);
      reply(channel, request, "execute_reply", { status: "aborted", execution_count: count });
    },
  });

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
    else if (message.request.header.msg_type === "execute_request") addCell(message);
    else answer(message.channel, message.request);
  });
  process.on("SIGINT", () => executor.interrupt());
}
