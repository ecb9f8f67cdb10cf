/**
 * Language thread: compiles cells, and completes and inspects code for the wire thread, also while a cell keeps the
 * main thread busy.
 */
import { writeSync } from "node:fs";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createCompiler } from "../language/compile";
import { describeError } from "../language/errors";
import { expressionToJavaScript } from "../language/expression";
import { type PlainMaps, shareMaps } from "../language/positions";
import { completeReply, inspectReply, isCompleteReply } from "../language/replies";
import type { Answer, Question } from "../wire/protocol";
import type { FromLanguage, LanguageStart, ToLanguage } from "./compiler-messages";

const { questions } = workerData as LanguageStart;
const port = parentPort!;
const compiler = createCompiler();
let maps: PlainMaps[] = [];
shareMaps(shared => maps.push(shared));
let last: { id: number; compiled: ReturnType<typeof compiler.compile> } | undefined;

function compile(id: number, code: string, file: string): FromLanguage {
  maps = [];
  try {
    const compiled = compiler.compile(code, file);
    last = { id, compiled };
    return { kind: "compiled", id, compiled, maps };
  } catch (error) {
    const { name, message, stack, ...more } = error as Error;
    return { kind: "failed", id, error: { name, message, stack, ...more } };
  }
}

port.on("message", (message: ToLanguage) => {
  if (message.kind === "compile") port.postMessage(compile(message.id, message.code, message.file));
  else if (message.id === last?.id) compiler.keep(last.compiled);
});

const answers: Record<Question["type"], (content: Record<string, any>) => object> = {
  complete_request: content => completeReply(compiler, content),
  inspect_request: content => inspectReply(compiler, content),
  is_complete_request: content => isCompleteReply(compiler, content),
  expression: ({ code, names, object }) => ({ code: expressionToJavaScript(code, names, object) }),
  declare({ name }) {
    compiler.declare(name);
    return {};
  },
};
function answer({ type, content }: Question): object {
  try {
    return answers[type](content);
  } catch (error) {
    return { status: "error", ...describeError(error, { file: "", line: 0 }) };
  }
}
(questions as MessagePort).on("message", (question: Question) => {
  questions.postMessage({ id: question.id, content: answer(question) } satisfies Answer);
});

// A watch of files may fail at any time; the compiler goes on without it.
process.on("uncaughtException", error => void writeSync(2, `tokenwise kernel: the compiler: ${error.stack}\n`));

setTimeout(compiler.warmUp, 0); // after the requests that have already arrived
