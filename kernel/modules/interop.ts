/** How modules of the two kinds see each other. */
import { types } from "node:util";

/** What an import asks of a module: its members as they are, its default export, or its namespace. */
export type Kind = "default" | "*" | undefined;

const isEsModule = (exports: any): boolean => types.isModuleNamespaceObject(exports) || exports?.__esModule === true;

const namespaces = new WeakMap<object, object>();

/** The namespace of a CommonJS module: its members, and all of it as the default export. */
function namespaceOf(exports: any): object {
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return { default: exports };
  const known = namespaces.get(exports);
  if (known) return known;
  const namespace = {};
  namespaces.set(exports, namespace);
  for (const name of Object.getOwnPropertyNames(exports))
    if (name !== "default" && !(typeof exports === "function" && name in Function.prototype))
      Object.defineProperty(namespace, name, { get: () => exports[name], enumerable: true });
  Object.defineProperty(namespace, "default", { value: exports, enumerable: true });
  return namespace;
}

/** The exports of a module as an import sees them. */
export function asImported(exports: any, kind: Kind): any {
  if (kind === undefined || isEsModule(exports)) return exports;
  return kind === "default" ? { default: exports } : namespaceOf(exports);
}
