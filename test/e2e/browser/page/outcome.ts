/** What became of a call, in a form that leaves the page. */
export type Outcome<Value> =
  | { readonly value: Value }
  | {
      readonly name: string
      /** Of the Fault, or the number of EIP-1193, and of the errors that it caused. */
      readonly codes: readonly unknown[]
      /** Every message of the causes too: what a developer reads in the console. */
      readonly words: string
    }

export async function outcomeOf<Value>(run: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await run() }
  } catch (error) {
    return { name: (error as Error).name, codes: codesOf(error), words: wordsOf(error) }
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const text = error.message.replaceAll(/0x[0-9a-f]{200,}/g, '0x…')
  return `${text}\n${wordsOf(error.cause)}`
}

function codesOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return []
  return 'code' in error ? [error.code, ...codesOf(error.cause)] : codesOf(error.cause)
}
