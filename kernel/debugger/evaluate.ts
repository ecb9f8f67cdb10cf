/** Expressions of the user, evaluated where the main thread has stopped or among the names of the notebook. */
import { type Frame, type FrameVariables, notebookNames } from "./frames";
import type { Inspector } from "./inspector";
import type { RemoteObject } from "./values";

/** Makes JavaScript of TypeScript, in which each of `names` is a property of `object`. */
export type ToJavaScript = (code: string, names: string[], object: string) => Promise<string>;

/** Evaluates expressions. */
export interface Evaluator {
  /** Errors: what the expression throws. */
  evaluate(code: string, frame: Frame | undefined): Promise<RemoteObject>;
  /** The MIME bundle of a variable. */
  bundle(name: string, frame: Frame | undefined): Promise<object>;
  /** Makes a variable of the frame one of the notebook. */
  copy(from: string, to: string, frame: Frame): Promise<void>;
}

/** What the evaluator is connected to. */
export interface EvaluatorActions {
  inspector(): Inspector;
  variables: FrameVariables;
  toJavaScript: ToJavaScript;
}

/** Creates an evaluator. */
export function createEvaluator({ inspector, variables, toJavaScript }: EvaluatorActions): Evaluator {
  async function run(expression: string, frame: Frame | undefined, options: object = {}): Promise<RemoteObject> {
    const given = { expression, silent: true, generatePreview: true, ...options };
    const { result, exceptionDetails } = frame
      ? await inspector().send("Debugger.evaluateOnCallFrame", { callFrameId: frame.call.callFrameId, ...given })
      : await inspector().send("Runtime.evaluate", { awaitPromise: true, replMode: true, ...given });
    if (!exceptionDetails) return result;
    const { exception, text } = exceptionDetails;
    throw new Error(exception?.description?.split("\n")[0] ?? String(exception?.value ?? text));
  }
  /** JavaScript in which the notebook's names are found, unless the frame has variables of the same names. */
  async function resolved(code: string, frame: Frame | undefined): Promise<string> {
    const own = frame ? await variables.localNames(frame) : new Set<string>();
    const names = (await variables.notebook()).map(({ name }) => name).filter(name => !own.has(name));
    return toJavaScript(code, names, notebookNames);
  }
  return {
    evaluate: async (code, frame) => run(await resolved(code, frame), frame),
    async bundle(name, frame) {
      const code = `__tokenwise.bundle(${await resolved(`(${name})`, frame)}, ${frame === undefined})`;
      const { value } = await run(code.replace(/;\s*(?=, (?:true|false)\)$)/, ""), frame, { returnByValue: true });
      return value as object;
    },
    async copy(from, to, frame) {
      const expression = (await resolved(`(${from})`, frame)).replace(/;\s*$/, "");
      await run(`void (${notebookNames}[${JSON.stringify(to)}] = ${expression})`, frame);
    },
  };
}
