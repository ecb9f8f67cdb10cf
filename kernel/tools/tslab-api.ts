/** The package `tslab` for cells: its own functions, which show their values through this kernel. */
import { randomUUID } from "node:crypto";
import { host } from "../host";

/** What tslab wants to publish. */
interface DisplayData {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

const isJson = (type: string): boolean => type === "application/json" || type.endsWith("+json");

/** tslab gives JSON as text; in a message it is a value. */
function contentOf([type, value]: [string, unknown]): [string, unknown] {
  try {
    return [type, isJson(type) && typeof value === "string" ? JSON.parse(value) : value];
  } catch {
    return [type, value];
  }
}

function publish({ data, metadata, transient }: DisplayData, update?: boolean): void {
  const shown = { data: Object.fromEntries(Object.entries(data).map(contentOf)), metadata };
  host()?.show(shown, { id: transient.display_id ?? randomUUID(), update: update === true });
}

/** The exports of "tslab". */
export function tslabApi(): unknown {
  const jupyter = require("tslab/dist/jupyter") as { lastWriteDisplayData: typeof publish | null };
  jupyter.lastWriteDisplayData = publish;
  return require("tslab");
}

/** Modules that the kernel supplies to cells, whatever is installed near the notebook. */
export const suppliedModules = { tslab: tslabApi };
