// Special tokens around a text or a pair of texts.

import { fail } from "../core/errors";

/** Special tokens, or the first or the second text. */
type Part = { typeId: number } & ({ ids: number[] } | { sequence: "A" | "B" });

/** The order of special tokens and texts, for one text and for a pair. */
export interface Templates {
  single: Part[];
  pair: Part[];
}

const first = { sequence: "A", typeId: 0 } as const;
const second = (typeId: number) => ({ sequence: "B", typeId }) as const;

/**
 * The templates of the post-processor of a tokenizer.json. Without one (null), there are no special tokens, and the
 * second text has type 1.
 * Errors: an unknown kind; a template with special tokens that are not defined.
 */
export function readTemplates(config: any, where: string): Templates {
  if (config == null || config.type === "ByteLevel") return { single: [first], pair: [first, second(1)] };
  switch (config.type) {
    case "TemplateProcessing":
      return { single: readTemplate(config.single, config, where), pair: readTemplate(config.pair, config, where) };
    case "BertProcessing": {
      const [cls, sep] = [config.cls[1], config.sep[1]];
      const single: Part[] = [{ ids: [cls], typeId: 0 }, first, { ids: [sep], typeId: 0 }];
      return { single, pair: [...single, second(1), { ids: [sep], typeId: 1 }] };
    }
    case "RobertaProcessing": {
      const [cls, sep] = [config.cls[1], config.sep[1]];
      const single: Part[] = [{ ids: [cls], typeId: 0 }, first, { ids: [sep], typeId: 0 }];
      return { single, pair: [...single, { ids: [sep], typeId: 0 }, second(0), { ids: [sep], typeId: 0 }] };
    }
    case "Sequence": {
      const steps = config.processors.filter(({ type }: { type: string }) => type !== "ByteLevel"); // it changes no ids
      if (steps.length > 1) fail(where, "it adds special tokens in several steps", "Use one template.");
      return readTemplates(steps[0], where);
    }
    default:
      return fail(
        where,
        `it adds special tokens by "${config.type}"`,
        "Known are TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel and a Sequence of one of them " +
          "with ByteLevel.",
      );
  }
}

function readTemplate(template: any[], { special_tokens }: any, where: string): Part[] {
  return template.map(({ Sequence, SpecialToken }) => {
    if (Sequence) return { sequence: Sequence.id, typeId: Sequence.type_id };
    const ids = special_tokens?.[SpecialToken?.id]?.ids;
    if (!ids) fail(where, `its template has "${SpecialToken?.id}", whose ids are missing`, "Fetch the file again.");
    return { ids, typeId: SpecialToken.type_id };
  });
}

/** Ids and type ids of texts in a template. */
export function fillTemplate(
  template: Part[],
  texts: { A: number[]; B?: number[] },
): { ids: number[]; typeIds: number[] } {
  const parts = template.map(part => ({ ids: "ids" in part ? part.ids : texts[part.sequence]!, typeId: part.typeId }));
  return { ids: parts.flatMap(({ ids }) => ids), typeIds: parts.flatMap(({ ids, typeId }) => ids.map(() => typeId)) };
}
