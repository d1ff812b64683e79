import { z } from 'zod'

import { compare, empty, hex } from '#base'
import { algorithms, isAlgorithm } from '#protocol'

import type { AccountKey, GenesisAccount } from './genesis.ts'
import { limits } from './limits.ts'
import { address, bytes, integer, word } from './values.ts'

const key: z.ZodType<AccountKey, { algorithm: number | string; publicKey: string }> = z
  .strictObject({
    algorithm: integer(0n, 255n),
    publicKey: bytes({ least: 0, most: algorithms[0x87].publicKeyBytes }),
  })
  .transform(({ algorithm, publicKey }, context) => {
    const code = Number(algorithm)
    if (!isAlgorithm(code)) {
      context.addIssue('name the algorithm by 0x44, 0x65 or 0x87')
      return z.NEVER
    }
    if (publicKey.length !== algorithms[code].publicKeyBytes) {
      context.addIssue(`give the ${algorithms[code].publicKeyBytes} bytes of the public key`)
      return z.NEVER
    }
    return { algorithm: code, publicKey }
  })

const account = z.strictObject({
  balance: integer(0n, 2n ** 256n - 1n),
  /** EIP-2681. */
  nonce: integer(0n, 2n ** 64n - 2n).optional(),
  code: bytes({ least: 1, most: limits.codeBytes.value }).optional(),
  storage: z
    .record(z.string(), word)
    .refine(atMost(limits.storageSlots.value), `give at most ${limits.storageSlots.value} slots`)
    .optional(),
  key: key.optional(),
})

/** Accounts by address, read into the order of their addresses. */
export const alloc: z.ZodType<
  readonly GenesisAccount[],
  Record<string, z.input<typeof account>>
> = z
  .record(z.string(), account)
  .refine(atMost(limits.accounts.value), `allocate to at most ${limits.accounts.value} accounts`)
  .transform((entries, context) => {
    const accounts = Object.entries(entries).flatMap(([text, entry]): GenesisAccount[] => {
      const at = parsed(address, text, [text], context)
      const slots = storage(entry.storage ?? {}, [text, 'storage'], context)
      if (at === undefined) return []
      const code = entry.code ?? empty
      // EIP-161: a contract starts with nonce 1.
      const nonce = entry.nonce ?? (code.length === 0 ? 0n : 1n)
      return [{ address: at, balance: entry.balance, nonce, code, storage: slots, key: entry.key }]
    })
    return unique(accounts, (one) => one.address, [], context)
  })

function atMost(count: number): (entries: object) => boolean {
  return (entries) => Object.keys(entries).length <= count
}

function storage(
  entries: Readonly<Record<string, Uint8Array>>,
  path: readonly string[],
  context: z.RefinementCtx,
): GenesisAccount['storage'] {
  const slots = Object.entries(entries).flatMap(([text, value]) => {
    const slot = parsed(word, text, [...path, text], context)
    return slot === undefined ? [] : [[slot, value] as const]
  })
  return unique(slots, ([slot]) => slot, path, context)
}

/** What stands in the key of an object, reported at its own path. */
function parsed(
  type: z.ZodType<Uint8Array, string>,
  text: string,
  path: readonly string[],
  context: z.RefinementCtx,
): Uint8Array | undefined {
  const { data, error } = type.safeParse(text)
  for (const { message } of error?.issues ?? []) {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
  return data
}

/** In the order of their ids. JSON tells keys apart by the case of their digits, Pars does not. */
function unique<Item>(
  items: readonly Item[],
  idOf: (item: Item) => Uint8Array,
  path: readonly string[],
  context: z.RefinementCtx,
): readonly Item[] {
  const sorted = items.toSorted((a, b) => compare(idOf(a), idOf(b)))
  for (const [index, item] of sorted.entries()) {
    const next = sorted[index + 1]
    if (next === undefined || compare(idOf(item), idOf(next)) !== 0) continue
    context.addIssue({ code: 'custom', path: [...path, hex(idOf(item))], message: 'give it once' })
  }
  return sorted
}
