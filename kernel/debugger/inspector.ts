/** V8's debugger of the main thread, which a worker can use also while the main thread computes or stands still. */
import { Session } from "node:inspector";

/** A connection to the main thread. Methods and events are those of the Chrome DevTools Protocol. */
export interface Inspector {
  /** Errors: the protocol's own; the connection was closed. */
  send(method: string, parameters?: object): Promise<any>;
  /** Removes all breakpoints and lets the main thread go on. */
  close(): void;
}

/** Connects to the main thread. `receive` is called with each event. */
export function connectInspector(receive: (method: string, parameters: any) => void): Inspector {
  const session = new Session();
  session.connectToMainThread();
  session.on("inspectorNotification", ({ method, params }: any) => receive(method, params));
  return {
    send: (method, parameters) =>
      new Promise((resolve, reject) =>
        session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result))),
      ),
    close: () => session.disconnect(),
  };
}
