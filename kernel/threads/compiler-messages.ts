/** Messages between the main thread and the language thread. */
import type { MessagePort } from "node:worker_threads";
import type { Compiled } from "../language/compile";
import type { PlainMaps } from "../language/positions";

/** What the language thread is started with. */
export interface LanguageStart {
  /** Port on which the wire thread asks. */
  questions: MessagePort;
}

/** To the language thread. */
export type ToLanguage =
  | { kind: "compile"; id: number; code: string; file: string }
  /** The cell that was compiled under this id has run: later cells know its names. */
  | { kind: "keep"; id: number };

/** From the language thread. */
export type FromLanguage =
  | { kind: "compiled"; id: number; compiled: Compiled; maps: PlainMaps[] }
  | { kind: "failed"; id: number; error: { name: string; message: string; stack?: string } };
