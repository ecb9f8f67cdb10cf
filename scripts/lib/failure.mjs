/** An error that a user can act on: what is wrong, and what to do about it. Shown without a stack trace. */
export function failure(message, remedy) {
  return Object.assign(new Error(message), { remedy });
}

/** Runs a command's main function; an expected failure is told in words, any other with its stack. Sets the exit code. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const told = error.remedy === undefined ? error.stack : `${error.message}\n  What to do: ${error.remedy}`;
    process.stderr.write(`\n${told}\n`);
    process.exitCode = 1;
  }
}
