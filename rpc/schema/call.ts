import { z } from 'zod'

/**
 * The transaction object of eth_call, eth_estimateGas and eth_sendTransaction. Fields that would
 * change the outcome and that this chain does not have are refused; unknown ones are ignored, as
 * wallets add their own.
 */
import { equal } from '#base'
import type { CallRequest } from '#chain'
import { isAlgorithm } from '#protocol'

import { RpcFault } from '../errors.ts'
import { limits } from '../limits.ts'
import { address, data, hash, quantity, quantity64 } from './params.ts'

const most = limits.accessListKeys.value

const accessList = z
  .array(z.object({ address, storageKeys: z.array(hash).max(most) }))
  .max(most)
  .transform((entries) =>
    entries.map((entry) => [entry.address, entry.storageKeys] as [Uint8Array, Uint8Array[]]),
  )

const absent = (field: string) =>
  z.array(z.unknown()).max(0, `must be empty: calls with ${field} are not supported`).nullish()

const algorithm = quantity64
  .transform(Number)
  .refine(isAlgorithm, 'must be 0x44, 0x65 or 0x87: ML-DSA-44, ML-DSA-65 or ML-DSA-87')

export const callObject = z.object(
  {
    from: address.nullish(),
    to: address.nullish(),
    gas: quantity64.nullish(),
    gasPrice: quantity.nullish(),
    maxFeePerGas: quantity.nullish(),
    maxPriorityFeePerGas: quantity.nullish(),
    value: quantity.nullish(),
    data: data.nullish(),
    input: data.nullish(),
    nonce: quantity64.nullish(),
    chainId: quantity.nullish(),
    accessList: accessList.nullish(),
    authorizationList: absent('authorizations'),
    blobVersionedHashes: absent('blobs'),
    pqAlgorithm: algorithm.nullish(),
    pqPublicKey: data.nullish(),
    nonceKey: quantity.nullish(),
    validUntil: quantity64.nullish(),
  },
  { error: 'must be a transaction object' },
)

const authorization = z.object({
  chainId: quantity,
  address,
  nonce: quantity64,
  yParity: quantity64,
  r: quantity,
  s: quantity,
})

/** Of calls that nobody signs: what a chain cannot do is for the chain to refuse. */
export const messageObject = callObject.extend({
  authorizationList: z.array(authorization).max(limits.callAuthorizations.value).nullish(),
  blobVersionedHashes: z.array(hash).max(limits.callBlobs.value).nullish(),
  maxFeePerBlobGas: quantity.nullish(),
})

type Call = z.output<typeof callObject> | z.output<typeof messageObject>

/** Fields that a request has under the same name. */
const same = [
  'from',
  'to',
  'gas',
  'gasPrice',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'maxFeePerBlobGas',
  'value',
  'nonce',
  'accessList',
  'nonceKey',
  'validUntil',
] as const satisfies (keyof CallRequest)[]

/** Throws `RPC_PARAMS_INVALID` for fields that contradict each other or the chain. */
export function callRequest(call: Call, chainId: bigint): CallRequest {
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = call
  if (isGiven(gasPrice) && (isGiven(maxFeePerGas) || isGiven(maxPriorityFeePerGas))) {
    throw invalid('both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
  }
  if (isGiven(call.chainId) && call.chainId !== chainId) {
    throw invalid(`chainId does not match the node's: have ${call.chainId}, want ${chainId}`)
  }
  const request: Record<string, unknown> = {}
  const fields = call as Partial<z.output<typeof messageObject>>
  for (const name of same) {
    const value = fields[name]
    if (isGiven(value)) request[name] = value
  }
  const input = payload(call)
  if (input !== undefined) request['data'] = input
  if (isGiven(call.pqAlgorithm)) request['algorithm'] = call.pqAlgorithm
  if (isGiven(call.pqPublicKey)) request['publicKey'] = call.pqPublicKey
  const { blobVersionedHashes = [], authorizationList = [] } = fields
  // Lists that are empty are not there.
  if (blobVersionedHashes?.length) request['blobVersionedHashes'] = blobVersionedHashes
  if (authorizationList?.length) request['authorizations'] = authorizationList
  return request
}

function payload({
  data: old,
  input,
}: Pick<z.output<typeof callObject>, 'data' | 'input'>): Uint8Array | undefined {
  if (isGiven(old) && isGiven(input) && !equal(old, input)) {
    throw invalid('both "data" and "input" are set and not equal: use "input"')
  }
  return input ?? old ?? undefined
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null
}

function invalid(reason: string): RpcFault {
  return new RpcFault({ code: 'RPC_PARAMS_INVALID', argument: 0 }, `invalid argument 0: ${reason}`)
}
