import { buildLabExtension } from "./lib/jupyter/lab-extension.mjs";
import { repo } from "./lib/paths.mjs";

// The last part of `npm run build`.
buildLabExtension(repo);
