/** What cells show, on its way to the wire thread. */

import { describeError } from "../language/errors";
import type { MimeBundle } from "../values/mime-bundle";
import { figureOf, libraryBundle } from "../values/mime-figure";
import type { Header } from "../wire/messages";
import type { ToWire } from "../wire/protocol";
import { type Cell, cells } from "./cell";
import { addPicture } from "./pictures";

export interface Outputs {
  /** Publishes a message of the cell to which this piece of work belongs, or of `parent`. */
  publish(
    type: string,
    content: object,
    parent?: Partial<Header>,
    more?: { metadata?: object; buffers?: Uint8Array[] },
  ): void;
  /** Shows or updates a display; one that is still being described holds back later versions of itself. */
  display(bundle: MimeBundle | Promise<MimeBundle>, display: { id: string; update: boolean }): void;
  result(bundle: MimeBundle | Promise<MimeBundle>, count: number): Promise<void>;
  /** Empties the running cell's output: at once, or when its next output comes. */
  clearOutput(wait: boolean): void;
  /** Resolves when everything that the running cell has displayed is published, figures with their pictures. */
  settle(): Promise<void>;
  /** The message that caused this piece of work. */
  parent(): Partial<Header>;
  /** Names the message whose outputs those are that no cell caused. */
  adopt(header: Header): void;
}

/** Nobody watches a cell whose front end cannot be asked for input (nbclient, nbconvert, papermill): what it shows is read later. */
const isWatched = (cell: Cell | undefined): boolean => cell?.request.content.allow_stdin !== false;

export function createOutputs(tell: (message: ToWire) => void): Outputs {
  let last: Partial<Header> = {};
  let libraryShown = false;
  /** Displays that are being described, by their ids. */
  const pending = new Map<string, Promise<void>>();
  /** The newest figure of each display of a cell that nobody watches. */
  const figures = new Map<string, MimeBundle>();

  const parent = (): Partial<Header> => cells.getStore()?.request.header ?? last;
  const publish: Outputs["publish"] = (type, content, cause = parent(), more) =>
    tell({ kind: "publish", message: { type, content, parent: cause, ...more } });

  function send(bundle: MimeBundle, { id, update }: { id: string; update: boolean }): void {
    if (!isWatched(cells.getStore())) {
      if (figureOf(bundle)) figures.set(id, bundle);
      else figures.delete(id);
    }
    publish(update ? "update_display_data" : "display_data", { ...bundle, transient: { display_id: id } });
  }
  async function sendLater(
    before: Promise<void> | undefined,
    bundle: MimeBundle | Promise<MimeBundle>,
    place: { id: string; update: boolean },
  ): Promise<void> {
    try {
      await before;
      send(await bundle, place);
    } catch (error) {
      const { traceback } = describeError(error, { file: "", line: 0 });
      publish("stream", { name: "stderr", text: `${traceback.join("\n")}\n` });
    }
  }
  /** The picture of a figure that nobody watches; where none can be made, the first brings Plotly along, to be drawn when it is read. */
  async function lasting(bundle: MimeBundle): Promise<MimeBundle> {
    if (!figureOf(bundle)) return bundle;
    const lasting = await addPicture(bundle);
    if (lasting === bundle && !libraryShown) {
      libraryShown = true;
      publish("display_data", { ...libraryBundle(), transient: {} });
    }
    return lasting;
  }
  return {
    publish,
    parent,
    display(bundle, place) {
      const before = pending.get(place.id);
      if (before || bundle instanceof Promise) pending.set(place.id, sendLater(before, bundle, place));
      else send(bundle, place);
    },
    async result(bundle, count) {
      const described = await bundle;
      const shown = isWatched(cells.getStore()) ? described : await lasting(described);
      publish("execute_result", { execution_count: count, ...shown });
    },
    clearOutput: wait => publish("clear_output", { wait }),
    async settle() {
      await Promise.all(pending.values());
      pending.clear();
      const drawn = [...figures];
      figures.clear();
      for (const [id, bundle] of drawn) {
        const shown = await lasting(bundle);
        if (shown !== bundle) publish("update_display_data", { ...shown, transient: { display_id: id } });
      }
    },
    adopt(header) {
      last = header;
    },
  };
}
