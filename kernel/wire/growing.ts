/** The stream that output belongs to. */
export type StreamName = "stdout" | "stderr";

/** A removed file, open for reading, that a program writes to while the main thread waits for it. */
export interface Growing {
  fd: number;
  name: StreamName;
}
