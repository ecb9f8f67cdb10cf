// ACLSum: papers with summaries of three aspects.

import * as path from "node:path";
import * as aq from "arquero";
import { cachePath } from "../src/core/cache";
import { fail } from "../src/core/errors";
import { type Checks, checkOptions, listOf, oneOf, text } from "../src/core/options";
import { readJsonLines } from "../src/tables/files";

export const aclsumAspects = ["challenge", "approach", "outcome"] as const;
export type AclsumAspect = (typeof aclsumAspects)[number];
const aclsumSections = ["abstract", "introduction", "conclusion"] as const;
export type AclsumSection = (typeof aclsumSections)[number];

export interface AclsumOptions {
  /** Aspects whose summaries are taken. Default: all three. */
  aspects?: readonly AclsumAspect[];
  /** Sections of the paper that make up the document, in this order. Default: abstract and conclusion. */
  sections?: readonly AclsumSection[];
  /** The folder with train.jsonl, val.jsonl and test.jsonl. Default: where `npm run setup` puts them. */
  folder?: string;
}

export const aclsumChecks: Checks<AclsumOptions> = {
  aspects: listOf(oneOf(...aclsumAspects)),
  sections: listOf(oneOf(...aclsumSections)),
  folder: text,
};

interface Paper {
  id: string;
  title: string;
  summary: Record<AclsumAspect, string>;
  sentences: Record<AclsumSection, string[]>;
}

/**
 * Papers of computational linguistics with summaries of three aspects (Takeshita et al. 2024; data/README.md). One row
 * for each paper and aspect, with the columns id ("P06-1112/challenge"), paper, aspect, title, document (one sentence a
 * line) and summary. Spaces before punctuation marks, which some papers have, are removed from the document.
 *
 * Errors: no such file (naming the command that fetches it); a malformed line; those of `checkOptions`.
 */
export function aclsum(part: "train" | "val" | "test", options: AclsumOptions = {}): aq.ColumnTable {
  checkOptions("aclsum", options, aclsumChecks);
  const {
    aspects = aclsumAspects,
    sections = ["abstract", "conclusion"],
    folder = cachePath("data", "aclsum"),
  } = options;
  const file = path.join(folder, `${part}.jsonl`);
  const papers = readJsonLines(file, { whenMissing: "Run `npm run setup`." }).objects() as Paper[];
  const rows = papers.flatMap((paper, i) => {
    const where = `${part}.jsonl:${i + 1}`;
    const missing = sections.find(section => !Array.isArray(paper.sentences?.[section]));
    if (missing)
      fail(where, `the paper has no sentences of its ${missing}`, "Fetch the file anew with `npm run setup`.");
    const document = sections.flatMap(section => paper.sentences[section].map(closeUp)).join("\n");
    return aspects.map(aspect => {
      const summary = paper.summary?.[aspect];
      if (typeof summary !== "string")
        fail(where, `the paper has no summary of its ${aspect}`, "Fetch the file anew with `npm run setup`.");
      return { id: `${paper.id}/${aspect}`, paper: paper.id, aspect, title: paper.title, document, summary };
    });
  });
  return aq.from(rows);
}

const closeUp = (sentence: string): string => sentence.replace(/ +([.,;:?!)\]%])/g, "$1").replace(/([([]) +/g, "$1");
