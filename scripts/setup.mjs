import { failure, runMain } from "./lib/failure.mjs";
import { readOptions } from "./lib/options.mjs";
import { prepare } from "./lib/prepare.mjs";

const usage = `npm run setup -- [options]
Makes everything ready that the other commands need; does only what is missing. Options:`;

await runMain(async () => {
  const { values, help } = readOptions(process.argv.slice(2), {
    usage,
    options: {
      cpu: { type: "boolean", help: "compute with TensorFlow's C library on the CPU" },
      gpu: { type: "boolean", help: "compute with it on an NVIDIA GPU (default when nvidia-smi answers)" },
      wasm: { type: "boolean", help: "compute with WebAssembly: nothing to compile, slower" },
      with: { type: "string", multiple: true, help: "also fetch an optional model; may be given more than once" },
    },
  });
  if (values.help) return void console.log(help);
  const chosen = ["cpu", "gpu", "wasm"].filter(name => values[name]);
  if (chosen.length > 1) throw failure(`--${chosen.join(" and --")} exclude each other.`, "give one of them.");
  const start = Date.now();
  await prepare({ choice: chosen[0], extra: values.with, again: true, verbose: true });
  console.error(`Set-up is complete (${((Date.now() - start) / 1000).toFixed(1)} s). Next: npm start`);
});
