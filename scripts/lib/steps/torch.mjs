import path from "node:path";
import { interpreter, isEnvironment, makeEnvironment } from "../environment.mjs";
import { failure } from "../failure.mjs";

const requirements = [
  "torch==2.13.0",
  "transformers==5.23.0",
  "accelerate==1.15.0",
  "trl==1.16.0",
  "peft==0.21.2",
  "datasets==5.2.0",
  "gguf==0.19.0",
  "nltk==3.10.4",
  "numpy",
  "rouge-score==0.1.2",
  "safetensors==0.8.0",
  "tokenizers==0.23.3",
];

/** Step: makes the environment of the PyTorch that benchmarks compare with; `context.peer` becomes its interpreter. */
export async function installTorch(context) {
  if (!context.python) throw failure("The benchmarks' PyTorch peer needs Python.", "see the set-up's message above.");
  const folder = path.join(context.setupFolder, "torch");
  context.peer = interpreter(folder);
  if (isEnvironment(folder, requirements)) return {};
  await makeEnvironment(context, { base: context.python, folder, content: requirements, requirements });
  return { did: requirements.slice(0, 2).join(", ") };
}
