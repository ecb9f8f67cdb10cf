export type StreamName = "stdout" | "stderr";

/** A nameless file that grows while the main thread waits for a program, open for reading, and the stream that its text belongs to. */
export interface Growing {
  fd: number;
  name: StreamName;
}
