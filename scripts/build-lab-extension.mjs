import { buildLabExtension } from "./lib/jupyter/lab-extension.mjs";
import { repo } from "./lib/paths.mjs";

// The last step of `npm run build`.
buildLabExtension(repo);
