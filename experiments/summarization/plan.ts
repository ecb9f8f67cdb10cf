// Dry run of the summarization experiment: what a setting needs, before it runs.

import type { ColumnTable } from "arquero";
import { loadSummaries, type SummaryPart, summariesOnHub } from "../../data/summaries";
import { checked, megabytes, type Plan, planLm } from "../lib/plan";
import { checkSummarizationSetting } from "./check-setting";
import { checkModel, checkSizes } from "./plan-checks";
import { planMemory } from "./plan-memory";
import { planSteps, type Sizes } from "./plan-steps";
import type { SummarizationSetting } from "./settings";

/**
 * Checks a setting and computes the memory and the steps of a guided run without loading weights. Data sets of the hub
 * are not fetched: their published sizes are assumed. Memory is that of tensors and of what is cached beside them, by
 * the formulas of docs/summarization.md; the engine itself, texts and the caches of generation come on top.
 *
 * Errors: an option of the setting that does not exist or has a wrong value. Anything else that is wrong is a check of
 * the plan.
 */
export async function planSummarization(setting: SummarizationSetting): Promise<Plan> {
  checkSummarizationSetting("planSummarization", setting);
  const { check: model, facts } = await planLm(setting.lm.model);
  const { check: data, sizes, aspects } = await planData(setting);
  const checks = [
    model,
    data,
    ...(sizes ? checkSizes(setting, sizes) : []),
    ...(facts ? checkModel(setting, facts, aspects) : []),
  ];
  return {
    checks,
    memory: facts && sizes ? planMemory(setting, facts, sizes) : [],
    steps: sizes ? planSteps(setting, sizes) : [],
  };
}

/** Whether the data can be loaded, how large its parts are, and which aspects the training part has. */
async function planData({ data, loading = {}, documents }: SummarizationSetting) {
  let sizes: Sizes | undefined;
  let aspects: string[] = [];
  const { train, pool = train, valid, test } = documents;
  const wanted: Record<SummaryPart, number | undefined> = { train: pool, valid, test };
  const name = typeof data === "string" ? data : Object.values(data).join(", ");
  const eachPart = (size: (part: SummaryPart) => Sizes[SummaryPart]): Sizes => ({
    train: size("train"),
    valid: size("valid"),
    test: size("test"),
  });
  const check = await checked("data", async () => {
    const onHub = summariesOnHub(data, { ...loading, hub: { attempts: 2, ...loading.hub } });
    if (onHub) {
      sizes = eachPart(part => {
        const rows = Math.min(wanted[part] ?? Infinity, loading.rows?.[part] ?? Infinity, onHub.rows[part]);
        return { documents: rows, items: rows };
      });
      const bytes = await onHub.toFetch();
      return bytes > 0
        ? {
            state: "to fetch",
            found: `${name} is not in the cache: ${megabytes(bytes)} to fetch. Published sizes are assumed`,
          }
        : { state: "ready", found: `${name}, in the cache; published sizes are assumed` };
    }
    const tables = await loadSummaries(data, loading);
    sizes = eachPart(part => sizeOf(tables[part], wanted[part]));
    if (tables.train.columnNames().includes("aspect")) aspects = [...new Set(tables.train.array("aspect") as string[])];
    return { state: "ready", found: name };
  });
  if (check.state === "unknown")
    check.found = `${name} is not in the cache, and the hub cannot be reached. Published sizes are assumed`;
  return { check, sizes, aspects };
}

function sizeOf(table: ColumnTable, most = Infinity): Sizes[SummaryPart] {
  const column = table.columnNames().includes("paper") ? "paper" : "document";
  const documents = table.array(column) as string[];
  const first = new Set([...new Set(documents)].slice(0, most));
  return { documents: first.size, items: documents.filter(document => first.has(document)).length };
}
