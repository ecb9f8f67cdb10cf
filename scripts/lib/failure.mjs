/** An error that the user can act on: what is wrong, and how to fix it. Shown without a stack trace. */
export function failure(message, remedy) {
  return Object.assign(new Error(message), { remedy });
}

/**
 * Runs a command's main function and sets the exit code. A `failure` is printed as a message, other errors with their
 * stack.
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const told = error.remedy === undefined ? error.stack : `${error.message}\n  What to do: ${error.remedy}`;
    process.stderr.write(`\n${told}\n`);
    process.exitCode = 1;
  }
}
