/** What the main thread (runs cells) and the wire thread (owns the sockets) tell each other. */
import type { Outgoing, Request } from "./messages";

export interface Connection {
  transport: string;
  ip: string;
  key: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
}

export interface WireStart {
  connection: Connection;
  flags: Int32Array;
  /** Content of kernel_info_reply: the wire thread answers it alone, also while a cell computes. */
  info: object;
}

export type ToWire =
  | { kind: "publish"; message: Outgoing }
  /** A reply; ends the request, so the idle status follows. */
  | { kind: "reply"; channel: Channel; request: Request; type: string; content: object }
  /** Asks for a `fence` back: every request that had arrived by then has been handed over before it. */
  | { kind: "fence" }
  | { kind: "leave" };

export type FromWire =
  | { kind: "request"; channel: Channel; request: Request }
  | { kind: "fence" }
  | { kind: "interrupt" }
  | { kind: "shutdown" };

export type Channel = "shell" | "control";
