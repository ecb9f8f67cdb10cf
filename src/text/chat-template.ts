/** The template in a tokenizer_config.json: a text, or one of several by name, of which "default" is taken. */
export function templateOf(config: Record<string, unknown>): string | undefined {
  const { chat_template: given } = config;
  if (typeof given === "string") return given;
  if (!Array.isArray(given)) return undefined;
  return given.find(own => own?.name === "default")?.template ?? given[0]?.template;
}
