import type { CallRequest, ChainFace } from '#chain'
import { type Fees, feesWithRoom } from '#sdk'

import { suggestTip } from './fee-suggestion.ts'
import type { Context } from './method.ts'
import { known } from './methods/known.ts'
import { metered, workOf } from './methods/metered.ts'
import { succeeded } from './methods/succeeded.ts'
import type { DevSigner, SignRequest } from './signer.ts'

interface Request extends CallRequest {
  readonly from: Uint8Array
}

/**
 * `request` with every field that its sender left open: nonce from the pool, gas estimated, fees.
 *
 * @param signer Knows which algorithm it will sign with; else the registered one is taken.
 */
export async function complete(
  { chain, reads, spend }: Pick<Context, 'chain' | 'reads' | 'spend'>,
  signer: DevSigner | undefined,
  request: Request,
): Promise<SignRequest> {
  const { nonceKey = 0n } = request
  const nonce = request.nonce ?? chain.pool.pendingNonce(request.from, nonceKey)
  const fees = await feesOf(chain, request)
  const gas = request.gas ?? (await estimate({ reads, spend }, signer, { ...request, nonce }))
  return {
    from: request.from,
    ...(request.to === undefined ? {} : { to: request.to }),
    nonceKey,
    nonce,
    validUntil: request.validUntil ?? 0n,
    gas,
    ...fees,
    value: request.value ?? 0n,
    data: request.data ?? new Uint8Array(0),
    accessList: request.accessList ?? [],
  }
}

async function feesOf(chain: ChainFace, request: CallRequest): Promise<Fees> {
  const { gasPrice, maxPriorityFeePerGas } = request
  if (gasPrice !== undefined) return { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice }
  const usualTip = maxPriorityFeePerGas ?? (await suggestTip(chain))
  return feesWithRoom(request, { baseFee: chain.nextBaseFee, usualTip })
}

/** Without fees, so that what is asked is the gas alone. */
async function estimate(
  { reads, spend }: Pick<Context, 'reads' | 'spend'>,
  signer: DevSigner | undefined,
  request: Request,
): Promise<bigint> {
  const { gasPrice: _, maxFeePerGas: __, maxPriorityFeePerGas: ___, ...call } = request
  const asked = signer === undefined ? call : { ...call, algorithm: signer.algorithm(request.from) }
  const read = reads.estimateGas(asked, 'latest')
  const result = await metered(spend, undefined, read, workOf)
  return succeeded(known(result, 'latest')).gasUsed
}
