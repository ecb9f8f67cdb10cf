/** Requests about code, on their way to the language thread and back. */
import type { MessagePort } from "node:worker_threads";
import type { Request } from "./messages";
import type { Answer, Channel, Question } from "./protocol";
import { namesIn, quickCompletions } from "./quick-completions";

/**
 * Milliseconds after which a completion is answered without the compiler, which may still be reading types: front ends
 * wait no longer than a second.
 */
const patience = 650;

const types = ["complete_request", "inspect_request", "is_complete_request"] as const;
const isQuestion = (type: string): type is (typeof types)[number] => (types as readonly string[]).includes(type);

/** Asks the language thread. */
export interface Questions {
  /** Passes a request on and answers it later; false if it is not about code. */
  ask(channel: Channel, request: Request): boolean;
  /** Asks on behalf of this thread itself. */
  consult(type: Question["type"], content: object): Promise<Record<string, any>>;
  /** Learns the names in the code of a cell. */
  learn(code: unknown): void;
}

/** `reply` is called with each request and the content of its reply. */
export function createQuestions(
  port: MessagePort,
  reply: (channel: Channel, request: Request, content: object) => void,
): Questions {
  const waiting = new Map<number, (content: object) => void>();
  const names = new Set<string>();
  let lastId = 0;

  port.on("message", ({ id, content }: Answer) => {
    waiting.get(id)?.(content);
    waiting.delete(id);
  });
  function post(type: Question["type"], content: object, answered: (content: object) => void): number {
    waiting.set(++lastId, answered);
    port.postMessage({ id: lastId, type, content } satisfies Question);
    return lastId;
  }
  return {
    consult: (type, content) => new Promise(resolve => post(type, content, resolve)),
    ask(channel, request) {
      const type = request.header.msg_type;
      if (!isQuestion(type)) return false;
      const { content } = request;
      const quick = (): void => {
        waiting.delete(id);
        reply(channel, request, quickCompletions(content.code, content.cursor_pos, names));
      };
      const isCompletion = type === "complete_request" && typeof content.code === "string";
      const timer = isCompletion ? setTimeout(quick, patience) : undefined;
      const id = post(type, content, answer => {
        clearTimeout(timer);
        reply(channel, request, answer);
      });
      return true;
    },
    learn(code) {
      if (typeof code === "string") for (const name of namesIn(code)) names.add(name);
    },
  };
}
