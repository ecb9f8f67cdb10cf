// The Parquet type of a column, from its values.

import type { SchemaElement } from "hyparquet-writer";
import { fail } from "../core/errors";
import type { Values } from "./columns";

type Leaf = "string" | "int32" | "int64" | "double" | "boolean" | "date" | "json";
/** The structure that all values of a column share; undefined if all values are missing. */
type Form = Leaf | { item: Form } | { fields: Map<string, Form> } | undefined;

const leaves: Record<Leaf, Partial<SchemaElement>> = {
  string: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  int32: { type: "INT32" },
  int64: { type: "INT64" },
  double: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  date: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
  json: { type: "BYTE_ARRAY", converted_type: "JSON" },
};

/**
 * The schema of a column of numbers, texts, booleans or dates, or of lists and records of these, all of which may be
 * missing. A column of mixed types is stored as JSON.
 */
export function parquetSchema(name: string, values: Values): SchemaElement[] {
  if (values instanceof Float32Array) return [element(name, { type: "FLOAT" })];
  if (values instanceof Int32Array) return elements(name, "int32");
  if (ArrayBuffer.isView(values)) return elements(name, "double");
  const form = formOf(values);
  // Other files of the same data may have fractions in this column.
  return elements(name, form === "int32" ? "double" : form);
}

const element = (name: string, own: Partial<SchemaElement>): SchemaElement => ({
  name,
  repetition_type: "OPTIONAL",
  ...own,
});

function elements(name: string, form: Form): SchemaElement[] {
  if (form === undefined) return [element(name, leaves.string)];
  if (typeof form === "string") return [element(name, leaves[form])];
  if ("item" in form)
    return [
      element(name, { converted_type: "LIST", num_children: 1 }),
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      ...elements("element", form.item),
    ];
  const fields = [...form.fields].flatMap(([field, own]) => elements(field, own));
  return [element(name, { num_children: form.fields.size }), ...fields];
}

function formOf(values: Values): Form {
  let form: Form;
  for (let i = 0; i < values.length && form !== "json"; i++) form = joined(form, formOfOne(values[i]));
  return form;
}

function formOfOne(value: unknown): Form {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string" || typeof value === "boolean") return typeof value as "string" | "boolean";
  if (typeof value === "number") return value === (value | 0) ? "int32" : "double";
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? "int64" : tooLong(value);
  if (value instanceof Date) return "date";
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return withoutJson({ item: formOf(value as unknown as Values) });
  if (typeof value !== "object" || Object.keys(value).length === 0) return "json";
  return withoutJson({ fields: new Map(Object.entries(value).map(([field, own]) => [field, formOfOne(own)])) });
}

/** The structure of values of both forms. */
function joined(a: Form, b: Form): Form {
  if (a === undefined || b === undefined || a === b) return a ?? b;
  if (typeof a === "string" || typeof b === "string") {
    const among = (...forms: Form[]) => forms.includes(a) && forms.includes(b);
    if (among("int32", "int64")) return "int64";
    if ([a, b].includes("int64"))
      fail("writeParquet", "integers beyond 2^53 stand beside values of other kinds", "Make them texts.");
    return among("int32", "double") ? "double" : "json";
  }
  if ("item" in a && "item" in b) return withoutJson({ item: joined(a.item, b.item) });
  if (!("fields" in a && "fields" in b)) return "json";
  const fields = new Map(a.fields);
  for (const [field, form] of b.fields) fields.set(field, joined(fields.get(field), form));
  return withoutJson({ fields });
}

const tooLong = (value: bigint): never =>
  fail("writeParquet", `the integer ${value} has more than 64 bits`, "Make it a text.");

/** JSON inside lists would be text for other readers, so the whole value becomes JSON. */
function withoutJson(form: { item: Form } | { fields: Map<string, Form> }): Form {
  const parts = "item" in form ? [form.item] : [...form.fields.values()];
  return parts.includes("json") ? "json" : form;
}
