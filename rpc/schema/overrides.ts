import { z } from 'zod'

/**
 * What a caller wants to find instead of what is there: the third and fourth parameter of eth_call,
 * and the blocks of eth_simulateV1.
 *
 * @see https://ethereum.github.io/execution-apis/
 */
import type { BlockOverride, Overrides, StateOverride } from '#chain'

import { address, data, hash, quantity, quantity64 } from './params.ts'

const addressKey = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'must be an address')
const slotKey = z.string().regex(/^0x[0-9a-fA-F]{64}$/, 'must be a slot of 32 bytes')

const slots = z
  .record(slotKey, hash)
  .transform((entries) =>
    Object.entries(entries).map(
      ([slot, value]) => [Uint8Array.fromHex(slot.slice(2)), value] as const,
    ),
  )

const account = z.object({
  balance: quantity.nullish(),
  nonce: quantity64.nullish(),
  code: data.nullish(),
  state: slots.nullish(),
  stateDiff: slots.nullish(),
  movePrecompileToAddress: address.nullish(),
})

export const stateOverrides = z
  .record(addressKey, account, { error: 'must be an object of accounts by address' })
  .transform((accounts) => Object.entries(accounts).map(stateOverride))

function stateOverride([key, override]: [string, z.output<typeof account>]): StateOverride {
  const { movePrecompileToAddress: movePrecompileTo, ...fields } = override
  return { address: Uint8Array.fromHex(key.slice(2)), ...given({ ...fields, movePrecompileTo }) }
}

const none = z.array(z.unknown()).max(0, 'must be empty: nothing is withdrawn').nullish()

export const blockOverrides = z
  .object(
    {
      number: quantity64.nullish(),
      time: quantity64.nullish(),
      gasLimit: quantity64.nullish(),
      feeRecipient: address.nullish(),
      prevRandao: hash.nullish(),
      baseFeePerGas: quantity.nullish(),
      blobBaseFee: quantity.nullish(),
      beaconRoot: hash.nullish(),
      withdrawals: none,
    },
    { error: 'must be an object of block fields' },
  )
  .transform((fields): BlockOverride => {
    const {
      number,
      time,
      gasLimit,
      feeRecipient,
      prevRandao,
      baseFeePerGas,
      blobBaseFee,
      beaconRoot,
    } = fields
    return given({
      number,
      time,
      gasLimit,
      feeRecipient,
      prevRandao,
      baseFeePerGas,
      blobBaseFee,
      beaconRoot,
    })
  })

const noOverrides: Overrides = {}

/** The last two parameters of a call. */
export function overridesOf(
  state: z.output<typeof stateOverrides> | null | undefined,
  block: z.output<typeof blockOverrides> | null | undefined,
): Overrides {
  const isPlain = (state ?? block ?? undefined) === undefined
  return isPlain ? noOverrides : given({ state, block })
}

type Given<Fields> = { readonly [Name in keyof Fields]?: NonNullable<Fields[Name]> }

/** Without the fields that are null or undefined. */
function given<Fields extends object>(fields: Fields): Given<Fields> {
  const found: { [Name in keyof Fields]?: NonNullable<Fields[Name]> } = {}
  for (const name of Object.keys(fields) as (keyof Fields)[]) {
    const value = fields[name] ?? undefined
    if (value !== undefined) found[name] = value
  }
  return found
}
