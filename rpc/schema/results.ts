import { z } from 'zod'

/** What methods answer: for the reference and for tests, never run per call. */
import type { Hex } from '#base'

function hexadecimal(form: RegExp): z.ZodType<Hex> {
  return z.string().regex(form) as unknown as z.ZodType<Hex>
}

export const quantity = hexadecimal(/^0x(?:0|[1-9a-f][0-9a-f]*)$/)
export const data = hexadecimal(/^0x(?:[0-9a-f]{2})*$/)
export const address = hexadecimal(/^0x[0-9a-f]{40}$/)
export const hash = hexadecimal(/^0x[0-9a-f]{64}$/)
const bytes8 = hexadecimal(/^0x[0-9a-f]{16}$/)
const bytes256 = hexadecimal(/^0x[0-9a-f]{512}$/)

export const log = z.strictObject({
  address,
  topics: z.array(hash).max(4),
  data,
  blockNumber: quantity,
  blockHash: hash,
  blockTimestamp: quantity,
  transactionHash: hash,
  transactionIndex: quantity,
  logIndex: quantity,
  removed: z.literal(false),
})

/** Fields beside these are the profile's. */
export const transaction = z.looseObject({
  blockHash: hash.nullable(),
  blockNumber: quantity.nullable(),
  blockTimestamp: quantity.nullable(),
  transactionIndex: quantity.nullable(),
  hash,
  from: address,
  to: address.nullable(),
  type: quantity,
  nonce: quantity,
  gas: quantity,
  gasPrice: quantity,
  value: quantity,
  input: data,
  signature: z.never().optional(),
})

export const receipt = z.strictObject({
  blockHash: hash,
  blockNumber: quantity,
  contractAddress: address.nullable(),
  cumulativeGasUsed: quantity,
  effectiveGasPrice: quantity,
  from: address,
  gasUsed: quantity,
  logs: z.array(log),
  logsBloom: bytes256,
  to: address.nullable(),
  transactionHash: hash,
  transactionIndex: quantity,
  type: quantity,
  status: quantity.optional(),
  root: hash.optional(),
  blobGasUsed: quantity.optional(),
  blobGasPrice: quantity.optional(),
})

export const block = z.strictObject({
  hash,
  parentHash: hash,
  sha3Uncles: hash,
  miner: address,
  stateRoot: hash,
  transactionsRoot: hash,
  receiptsRoot: hash,
  logsBloom: bytes256,
  difficulty: quantity,
  number: quantity,
  gasLimit: quantity,
  gasUsed: quantity,
  timestamp: quantity,
  extraData: data,
  mixHash: hash,
  nonce: bytes8,
  size: quantity,
  transactions: z.union([z.array(hash), z.array(transaction)]),
  uncles: z.array(hash),
  baseFeePerGas: quantity.optional(),
  withdrawalsRoot: hash.optional(),
  withdrawals: z
    .array(
      z.strictObject({
        index: quantity,
        validatorIndex: quantity,
        address,
        amount: quantity,
      }),
    )
    .optional(),
  blobGasUsed: quantity.optional(),
  excessBlobGas: quantity.optional(),
  parentBeaconBlockRoot: hash.optional(),
  requestsHash: hash.optional(),
})

export const simulatedBlock = block.extend({
  calls: z.array(
    z.strictObject({
      returnData: data,
      logs: z.array(log),
      gasUsed: quantity,
      maxUsedGas: quantity,
      status: quantity,
      error: z
        .strictObject({ code: z.number(), message: z.string(), data: data.optional() })
        .optional(),
    }),
  ),
})

const accessList = z.array(z.strictObject({ address, storageKeys: z.array(hash) }))

export const createdAccessList = z.strictObject({
  accessList,
  gasUsed: quantity,
  error: z.string().optional(),
})

export const filledTransaction = z.strictObject({
  tx: z.strictObject({
    type: quantity,
    chainId: quantity,
    nonceKey: quantity.optional(),
    nonce: quantity,
    to: address.nullable(),
    gas: quantity,
    value: quantity,
    input: data,
    maxPriorityFeePerGas: quantity,
    maxFeePerGas: quantity,
    gasPrice: quantity,
    accessList,
    validUntil: quantity.optional(),
  }),
})

export const ruleSet = z.strictObject({
  activationTime: z.number(),
  blobSchedule: z.strictObject({
    target: z.number(),
    max: z.number(),
    baseFeeUpdateFraction: z.number(),
  }),
  chainId: quantity,
  forkId: data,
  precompiles: z.record(z.string(), address),
  systemContracts: z.record(z.string(), address),
})

export const config = z.strictObject({
  current: ruleSet,
  next: ruleSet.nullable(),
  last: ruleSet.nullable(),
})

const resource = z.strictObject({ disabled: z.boolean(), oldestBlock: quantity })

export const capabilities = z.strictObject({
  head: z.strictObject({ number: quantity, hash }),
  state: resource,
  tx: resource,
  logs: resource,
  receipts: resource,
  blocks: resource,
  stateproofs: resource,
})

export const proof = z.strictObject({
  address,
  accountProof: z.array(data),
  balance: quantity,
  codeHash: hash,
  nonce: quantity,
  storageHash: hash,
  storageProof: z.array(
    z.strictObject({
      key: z.string().regex(/^0x[0-9a-f]{1,64}$/),
      value: quantity,
      proof: z.array(data),
    }),
  ),
})

export const feeHistory = z.strictObject({
  oldestBlock: quantity,
  baseFeePerGas: z.array(quantity),
  gasUsedRatio: z.array(z.number()),
  reward: z.array(z.array(quantity)).optional(),
  baseFeePerBlobGas: z.array(quantity).optional(),
  blobGasUsedRatio: z.array(z.number()).optional(),
})

/** By place: the nonce in decimal, behind `nonceKey:` on other lanes than 0. */
const byPlace = <Item extends z.ZodType>(item: Item) =>
  z.record(z.string().regex(/^(?:0x[1-9a-f][0-9a-f]*:)?\d+$/), item)

export const pooledFrom = z.strictObject({
  pending: byPlace(transaction),
  queued: byPlace(transaction),
})

export const pooled = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    pending: z.record(address, byPlace(item)),
    queued: z.record(address, byPlace(item)),
  })
