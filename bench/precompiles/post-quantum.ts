import { concat, fixed, unhex } from '#base'
import type { Precompile, VectorCall } from '#precompiles'

import { type Case, filled } from './case.ts'

/** The vectors of the SLH-DSA and ML-KEM plugins that are signatures and keys, by their sequence. */
export function vectorCases(plugins: readonly Precompile[]): Case[] {
  return ['slhdsa-verify', 'mlkem'].flatMap((name) => {
    const plugin = plugins.find((one) => one.name === name)
    if (plugin === undefined) throw new Error(`no plugin ${name}`)
    return plugin.vectors.sequences.flatMap(({ note, calls }) => {
      const seen = new Map<string, number>()
      return calls.filter(isAccepted).map(({ input }) => {
        const kind =
          name === 'mlkem' ? ` ${input.startsWith('0x00') ? 'check' : 'encapsulate'}` : ''
        const count = (seen.get(kind) ?? 0) + 1
        seen.set(kind, count)
        return { name: `${note}${kind}, ${count}`, to: Number(plugin.address), input: unhex(input) }
      })
    })
  })
}

/** What is refused early pays as much and takes less. */
function isAccepted({ output = '0x' }: VectorCall): boolean {
  return /[^0]/.test(output.slice(2))
}

const operations = [
  ['SHA3-256', 1, [32]],
  ['SHA3-512', 2, [64]],
  ['SHAKE128', 3, [32, 8192]],
  ['SHAKE256', 4, [32, 8192]],
] as const

export function sha3Cases(): Case[] {
  return operations.flatMap(([name, operation, lengths]) =>
    lengths.flatMap((outBytes) =>
      [0, 64, 1024, 102_400].map((size) => ({
        name: `${name} of ${size} B to ${outBytes}`,
        to: 0x0605,
        input: concat(fixed(operation, 1), fixed(outBytes, 2), filled(size)),
      })),
    ),
  )
}
