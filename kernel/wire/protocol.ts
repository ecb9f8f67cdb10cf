/** Messages between the main thread, which runs cells, and the wire thread, which owns the sockets. */
import type { MessagePort } from "node:worker_threads";
import type { Growing } from "./growing";
import type { Header, Outgoing, Request } from "./messages";

/** The connection file, as jupyter_client 8 writes it. */
export interface Connection {
  transport: "tcp" | "ipc";
  ip: string;
  key: string;
  signature_scheme?: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
  /** CurveZMQ keys in Z85. The kernel is the server; front ends use the same pair. */
  curve_publickey?: string;
  curve_secretkey?: string;
}

/** What the wire thread is started with. */
export interface WireStart {
  connection: Connection;
  flags: Int32Array;
  /** Port for answers to `ask`: the main thread waits for them without returning to its event loop. */
  answers: MessagePort;
  /** Port for what goes to the main thread: a loop of a cell can take messages from it. */
  inbox: MessagePort;
  /** Port to the language thread, for questions about code. */
  questions: MessagePort;
  /** File of the cells' history; removed when the kernel is shut down and not restarted. */
  historyFile: string;
  /** Process id of the kernel's parent at the start. */
  parent: number;
  /** Content of kernel_info_reply, which the wire thread sends by itself, even while a cell computes. */
  info: object;
}

/** To the wire thread. */
export type ToWire =
  | { kind: "publish"; message: Outgoing }
  /** A reply. It ends the request, so the idle status follows. */
  | { kind: "reply"; channel: Channel; request: Request; type: string; content: object }
  /** Asks the user for a line of text. The answer is posted to the port `answers`, and `slot.answered` is set. */
  | { kind: "ask"; request: Request; prompt: string; password: boolean }
  /** The main thread waits for a program: text in these files is to be published as output of `parent`. */
  | { kind: "follow"; files: Growing[]; parent: Partial<Header> }
  | { kind: "unfollow" }
  /** The source maps of a cell or module, as `shareMaps` gives them. */
  | { kind: "maps"; maps: object }
  /**
   * A cell is about to run under the name `file`. If a debugger watches, it waits for a `debugged` in return: then its
   * breakpoints are set.
   */
  | { kind: "running"; file: string; code: string }
  /** Asks for a `fence` in return, which follows all requests that have arrived by then. */
  | { kind: "fence" }
  | { kind: "leave" };

/** From the wire thread. */
export type FromWire =
  | { kind: "request"; channel: Channel; request: Request }
  | { kind: "fence" }
  | { kind: "debugged"; file: string }
  /** An interrupt of the cell `seq`, which may have ended by the time that a busy main thread reads this. */
  | { kind: "interrupt"; seq: number }
  | { kind: "shutdown" };

/** A request about code, from the wire thread to the language thread. */
export interface Question {
  id: number;
  type:
    | "complete_request"
    | "inspect_request"
    | "is_complete_request"
    /** Makes JavaScript of an expression: `code`, `names` and `object`, as `expressionToJavaScript` takes them. */
    | "expression"
    /** Later cells may use the variable `name`, of any type. */
    | "declare";
  content: Record<string, any>;
}

/** The content of the reply to a Question. */
export interface Answer {
  id: number;
  content: object;
}

/** The channel of a request, and so of its reply. */
export type Channel = "shell" | "control";
