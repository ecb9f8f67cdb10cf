/**
 * The main thread's part of the kernel: takes requests from the wire thread, runs cells one after the other and answers
 * the others at once.
 */
import type { MessagePort, Worker } from "node:worker_threads";
import { createComms } from "./cells/comms";
import { installDialogs } from "./cells/dialogs";
import type { Executor } from "./cells/execute";
import type { History } from "./cells/history";
import { createQueue } from "./cells/queue";
import { createCellRunner } from "./cells/run-cell";
import { captureStdin } from "./cells/standard-input";
import type { Ask } from "./cells/stdin";
import { setHost } from "./host";
import { describeError } from "./language/errors";
import { cells } from "./output/cell";
import { createOutputs } from "./output/outputs";
import { captureStreams } from "./output/streams";
import { shownBundle } from "./values/mime";
import { slot } from "./wire/interrupt";
import type { Request } from "./wire/messages";
import type { Channel, FromWire, ToWire } from "./wire/protocol";

/** What the kernel is put together from. */
export interface Parts {
  wire: Worker;
  /** Messages of the wire thread. */
  inbox: MessagePort;
  executor: Executor;
  history: History;
  ask: Ask;
  flags: Int32Array;
  /** Ends the process. */
  leave(): void;
}

/** Connects the parts: from now on requests of the wire thread are handled. */
export function startKernel({ wire, inbox, executor, history, ask, flags, leave }: Parts): void {
  const post = (message: ToWire): void => wire.postMessage(message);
  const outputs = createOutputs(post);
  const busy = ({ header }: Request): void => outputs.publish("status", { execution_state: "busy" }, header);
  const reply = (channel: Channel, request: Request, type: string, content: object): void =>
    post({ kind: "reply", channel, request, type, content });

  captureStreams((name, text) => outputs.publish("stream", { name, text }), {
    check: executor.check, // a signal that came before the program started would not end it
    begin(files) {
      Atomics.store(flags, slot.program, 1);
      if (files.length > 0) post({ kind: "follow", files, parent: outputs.parent() });
    },
    end() {
      Atomics.store(flags, slot.program, 0);
      post({ kind: "unfollow" });
    },
  });
  const askLine = (prompt: string): string => ask(cells.getStore(), prompt, false);
  installDialogs(askLine);
  captureStdin(askLine);
  const runner = createCellRunner(executor, outputs, history.add);
  const comms = createComms(outputs);
  setHost({
    bundle: shownBundle,
    show: outputs.display,
    clearOutput: outputs.clearOutput,
    signal() {
      const cell = cells.getStore();
      return cell && executor.signal(cell);
    },
    input: (prompt, password) => ask(cells.getStore(), prompt, password),
    comms,
  });

  let atFence: () => void = () => {};
  const addCell = createQueue({
    run: runner.run,
    arrived: () =>
      new Promise(resolve => {
        atFence = resolve;
        post({ kind: "fence" });
      }),
    reply: ({ channel, request }, content) => reply(channel, request, "execute_reply", content),
    abort({ channel, request }) {
      busy(request);
      reply(channel, request, "execute_reply", { status: "aborted", execution_count: runner.count() });
    },
  });

  const answers: Record<string, (content: Record<string, any>) => object> = {
    history_request: content => history.reply(content),
    comm_info_request: content => comms.info(content),
  };
  function answer(channel: Channel, request: Request): void {
    const type = request.header.msg_type;
    busy(request);
    const find = answers[type];
    if (!find) {
      // The protocol has no reply to messages of comms and unknown ones.
      const idle = (): void => outputs.publish("status", { execution_state: "idle" }, request.header);
      const work = comms.receive(request);
      if (work) void work.then(idle);
      else idle();
      return;
    }
    try {
      reply(channel, request, type.replace("_request", "_reply"), find(request.content));
    } catch (error) {
      const described = describeError(error, { file: "", line: 0 });
      reply(channel, request, type.replace("_request", "_reply"), { status: "error", ...described });
    }
  }

  inbox.on("message", (message: FromWire) => {
    if (message.kind === "debugged") return; // main.ts waits for it
    if (message.kind === "fence") atFence();
    else if (message.kind === "interrupt") executor.interrupt(message.seq);
    else if (message.kind === "shutdown") leave();
    else if (message.request.header.msg_type === "execute_request") addCell(message);
    else answer(message.channel, message.request);
  });
  process.on("SIGINT", () => executor.interrupt(Atomics.exchange(flags, slot.signalled, 0)));
}
