/** The Debug Adapter Protocol, with Jupyter's requests, for the cells of this kernel. */

import { createBreakpoints } from "./breakpoints";
import { createEvaluator, type ToJavaScript } from "./evaluate";
import { createFrameVariables, describeFrame } from "./frames";
import { connectInspector, type Inspector } from "./inspector";
import { createScripts } from "./scripts";
import { createSources, naming } from "./sources";
import { createStops } from "./stops";
import { createValues } from "./values";

/** The kernel's debugger. */
export interface Debugger {
  /** The content of the debug_reply to a debug_request. */
  answer(content: Record<string, any>): Promise<object>;
  /** A cell is about to run under the name `file`: resolves when its breakpoints are set. */
  run(file: string, code: string): Promise<void>;
  /** Lets a main thread that has stopped go on: it is being interrupted. */
  release(): void;
  close(): void;
}

/** The debugger's connections to the kernel. */
export interface DebuggerActions {
  /** Publishes the content of a debug_event. */
  publish(event: object): void;
  /** Whether the main thread shall announce its cells and wait until their breakpoints are set. */
  watch(on: boolean): void;
  /** Whether the running cell is to end. */
  isInterrupted(): boolean;
  /** Makes JavaScript of an expression in TypeScript. */
  toJavaScript: ToJavaScript;
  /** Makes a name known to the compiler. */
  declare(name: string): void;
}

/** The main thread. */
const threadId = 1;

const capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsEvaluateForHovers: true,
  exceptionBreakpointFilters: [{ filter: "all", label: "Raised Exceptions", default: false }],
};

/** Names that can be copied to the notebook or shown by `richInspectVariables`. */
const isName = (text: unknown): text is string =>
  typeof text === "string" && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);

/** Creates the debugger, which costs nothing until a front end uses it. */
export function createDebugger(actions: DebuggerActions): Debugger {
  let connection: Inspector | undefined;
  let isStarted = false;
  let seq = 0;

  const inspector = (): Inspector => (connection ??= connectInspector((method, event) => void receive(method, event)));
  const publish = (event: string, body: object): void => actions.publish({ type: "event", seq: ++seq, event, body });
  const sources = createSources();
  const scripts = createScripts(sources, inspector);
  const breakpoints = createBreakpoints(sources, scripts, inspector);
  const values = createValues(inspector);
  const variables = createFrameVariables(values, inspector);
  const evaluator = createEvaluator({ inspector, variables, toJavaScript: actions.toJavaScript });
  const stops = createStops({
    inspector,
    scripts,
    isInterrupted: actions.isInterrupted,
    stopped: reason => publish("stopped", { reason, threadId, allThreadsStopped: true }),
    continued() {
      values.clear();
      publish("continued", { threadId, allThreadsContinued: true });
    },
  });

  async function receive(method: string, event: any): Promise<void> {
    if (method === "Debugger.paused") await stops.paused(event);
    if (method !== "Debugger.scriptParsed") return;
    const script = scripts.parsed(event);
    if (script) await breakpoints.apply(script).catch(() => {}); // the connection was closed meanwhile
  }
  async function start(): Promise<object> {
    if (!isStarted) {
      await inspector().send("Debugger.enable");
      actions.watch(true);
      isStarted = true;
    }
    return capabilities;
  }
  function stop(): void {
    actions.watch(false);
    connection?.close();
    connection = undefined;
    isStarted = false;
    for (const part of [stops, breakpoints, values, scripts]) part.clear();
  }
  const frameOf = (id: unknown) => stops.frames().find(frame => frame.id === id);

  /** The requests; each returns the body of its response. */
  const requests: Record<string, (given: any) => object | Promise<object>> = {
    initialize: start,
    attach() {
      publish("initialized", {});
      return {};
    },
    configurationDone: () => ({}),
    disconnect() {
      stop();
      return {};
    },
    debugInfo: () => ({
      ...naming,
      isStarted,
      breakpoints: breakpoints.list(),
      stoppedThreads: stops.frames().length > 0 ? [threadId] : [],
      richRendering: true,
      exceptionPaths: [],
      copyToGlobals: true,
    }),
    dumpCell: ({ code }) => ({ sourcePath: sources.add(String(code)) }),
    async setBreakpoints({ source, breakpoints: wanted = [] }) {
      const lines = await breakpoints.set(
        source.path,
        wanted.map(({ line }: { line: number }) => line),
      );
      return { breakpoints: lines.map((line, i) => ({ id: i, verified: true, line, source })) };
    },
    async setExceptionBreakpoints({ filters = [] }) {
      await inspector().send("Debugger.setPauseOnExceptions", { state: filters.includes("all") ? "all" : "none" });
      return {};
    },
    threads: () => ({ threads: [{ id: threadId, name: "main" }] }),
    stackTrace: () => ({ stackFrames: stops.frames().map(describeFrame), totalFrames: stops.frames().length }),
    scopes({ frameId }) {
      const frame = frameOf(frameId);
      return { scopes: frame ? variables.scopes(frame) : [] };
    },
    variables: async ({ variablesReference, start, count }) => ({
      variables: await values.list(variablesReference, start, count),
    }),
    async evaluate({ expression, frameId }) {
      const frame = frameOf(frameId) ?? stops.frames()[0];
      const { name, value, ...shown } = values.variable("", await evaluator.evaluate(String(expression), frame));
      return { result: value, ...shown };
    },
    source({ source }) {
      const content = sources.text(source.path);
      if (content === undefined) throw new Error("There is no such source.");
      return { content, mimeType: "text/typescript" };
    },
    modules() {
      const modules = scripts.modules().map(({ id, path }) => ({ id, name: path.replace(/^.*[\\/]/, ""), path }));
      return { modules, totalModules: modules.length };
    },
    inspectVariables: async () => ({ variables: await variables.notebook() }),
    async richInspectVariables({ variableName, frameId }) {
      if (!isName(variableName)) return { data: {}, metadata: {} };
      return evaluator.bundle(variableName, frameOf(frameId));
    },
    async copyToGlobals({ srcVariableName, dstVariableName, srcFrameId }) {
      const frame = frameOf(srcFrameId);
      if (!isName(srcVariableName) || !isName(dstVariableName) || !frame)
        throw new Error("copyToGlobals takes the names of two variables and a frame.");
      await evaluator.copy(srcVariableName, dstVariableName, frame);
      actions.declare(dstVariableName);
      return {};
    },
    pause: () => stops.go("Debugger.pause"),
    continue: async () => ({ ...(await stops.go("Debugger.resume")), allThreadsContinued: true }),
    next: () => stops.go("Debugger.stepOver"),
    stepIn: () => stops.go("Debugger.stepInto"),
    stepOut: () => stops.go("Debugger.stepOut"),
  };

  async function answer({ seq: request_seq, command, arguments: given }: Record<string, any>): Promise<object> {
    const response = { type: "response", seq: ++seq, request_seq, command };
    try {
      const find = Object.hasOwn(requests, command) ? requests[command] : undefined;
      if (!find) throw new Error(`The debugger has no request "${command}".`);
      return { ...response, success: true, body: await find(given ?? {}) };
    } catch (error) {
      return { ...response, success: false, message: (error as Error).message, body: {} };
    }
  }
  let last: Promise<unknown> = Promise.resolve();
  return {
    answer(content) {
      const answered = last.then(() => answer(content));
      last = answered;
      return answered;
    },
    async run(file, code) {
      sources.run(file, code);
      if (isStarted) await breakpoints.apply(await scripts.known(file)).catch(() => {}); // it was stopped meanwhile
    },
    release: stops.release,
    close: stop,
  };
}
