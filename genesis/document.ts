import { z } from 'zod'

import { compare } from '#base'
import { algorithms } from '#protocol'

import { alloc } from './alloc.ts'
import { genesisFormat, type GenesisValidator, type ScheduledPrecompile } from './genesis.ts'
import {
  type CurvePoint,
  type GovernanceParameters,
  mapped,
  type ParameterName,
} from './governance.ts'
import { limits } from './limits.ts'
import { address, bytes, integer, name, word } from './values.ts'

const u64 = 2n ** 64n - 1n
const gwei = 10n ** 9n
/** Four years, in weeks. */
const longestLock = 208n
const endOfYear9999 = 253_402_300_799n

const precompile: z.ZodType<ScheduledPrecompile, PrecompileDocument> = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'give the name of its folder'),
    version: z
      .string()
      .regex(/^(?:(?:0|[1-9]\d{0,8})\.){2}(?:0|[1-9]\d{0,8})$/, 'give a version such as 1.0.0'),
    specHash: word,
    address,
    from: integer(0n, u64),
    module: z
      .string()
      .regex(/^(?:@[a-z0-9][a-z0-9._-]{0,99}\/)?[a-z0-9][a-z0-9._-]{0,99}$/, 'name an npm package')
      .optional(),
    integrity: z
      .string()
      .regex(/^sha512-[A-Za-z0-9+/]{86}==$/, "give the package's sha512 integrity")
      .optional(),
  })
  .transform((entry) => ({ ...entry, module: entry.module, integrity: entry.integrity }))

interface PrecompileDocument {
  name: string
  version: string
  specHash: string
  address: string
  from: number | string
  module?: string | undefined
  integrity?: string | undefined
}

const { publicKeyBytes, signatureBytes } = algorithms[0x65]

const validator: z.ZodType<
  GenesisValidator,
  { account: string; publicKey: string; stake: number | string; peerId: string; proof: string }
> = z.strictObject({
  account: address,
  publicKey: bytes({ least: publicKeyBytes, most: publicKeyBytes }),
  stake: integer(1n, u64),
  peerId: z.string().regex(/^[A-Za-z0-9]{32,128}$/, 'give the peer id that its node prints'),
  proof: bytes(
    { least: signatureBytes, most: signatureBytes },
    'give the proof that its operator prints with pars validator keys show --draft',
  ),
})

const governance: z.ZodType<
  GovernanceParameters,
  Record<ParameterName, number | string>
> = z.strictObject(mapped(() => integer(0n, 2n ** 256n - 1n)))

const curve: z.ZodType<
  readonly CurvePoint[],
  { weeks: number | string; weight: number | string }[]
> = z
  .array(z.strictObject({ weeks: integer(1n, longestLock), weight: integer(1n, 10_000n) }))
  .min(1, 'give at least one point')
  .max(limits.curvePoints.value, `give at most ${limits.curvePoints.value} points`)

/** The JSON document, parsed strictly: an unknown field is a misspelt one. */
export const genesisSchema = z.strictObject({
  format: z.literal(genesisFormat, `give "${genesisFormat}"`),
  name,
  token: z.strictObject({
    name,
    symbol: z.string().regex(/^[A-Za-z0-9]{1,11}$/, 'give 1 to 11 letters or digits'),
  }),
  chainId: integer(1n, 2n ** 52n - 1n),
  salt: word,
  dev: z.boolean('give true or false'),
  timestamp: integer(0n, endOfYear9999),
  blockGasLimit: integer(0n, BigInt(limits.blockGas.value)),
  targetBlockMs: integer(50n, 60_000n).transform(Number),
  initialBaseFee: integer(gwei, u64),
  feeCollector: address,
  alloc,
  precompiles: z
    .array(precompile)
    .max(limits.precompiles.value, `schedule at most ${limits.precompiles.value}`)
    .transform((entries) =>
      entries.toSorted((a, b) => compare(a.address, b.address) || Number(a.from - b.from)),
    ),
  validators: z
    .array(validator)
    .max(limits.validators.value, `name at most ${limits.validators.value} validators`),
  lockCurve: curve,
  governance,
  allowUnrecoverable: z.boolean('give true or false').default(false),
})

/** A genesis document before it is parsed. */
export type GenesisDocument = z.input<typeof genesisSchema>
