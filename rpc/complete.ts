import type { CallRequest, ChainFace } from '#chain'
import { type Fees, feesWithRoom } from '#sdk'

import { suggestTip } from './fee-suggestion.ts'
import { known } from './methods/known.ts'
import { succeeded } from './methods/succeeded.ts'
import type { DevSigner, SignRequest } from './signer.ts'

interface Request extends CallRequest {
  readonly from: Uint8Array
}

/** `request` with every field that its sender left open: nonce from the pool, gas estimated, fees. */
export async function complete(
  chain: ChainFace,
  signer: DevSigner,
  request: Request,
): Promise<SignRequest> {
  const nonce = request.nonce ?? (await nextNonce(chain, request.from))
  const fees = await feesOf(chain, request)
  const gas = request.gas ?? (await estimate(chain, signer, { ...request, nonce }))
  return {
    from: request.from,
    ...(request.to === undefined ? {} : { to: request.to }),
    nonce,
    gas,
    ...fees,
    value: request.value ?? 0n,
    data: request.data ?? new Uint8Array(0),
    accessList: request.accessList ?? [],
  }
}

async function nextNonce(chain: ChainFace, from: Uint8Array): Promise<bigint> {
  const pooled = chain.pool.pendingNonce(from)
  return pooled ?? known(await chain.reads.nonce(from, 'latest'), 'latest')
}

async function feesOf(chain: ChainFace, request: CallRequest): Promise<Fees> {
  const { gasPrice, maxPriorityFeePerGas } = request
  if (gasPrice !== undefined) return { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice }
  const usualTip = maxPriorityFeePerGas ?? (await suggestTip(chain))
  return feesWithRoom(request, { baseFee: chain.nextBaseFee, usualTip })
}

/** Without fees, so that what is asked is the gas alone. */
async function estimate(chain: ChainFace, signer: DevSigner, request: Request): Promise<bigint> {
  const { gasPrice: _, maxFeePerGas: __, maxPriorityFeePerGas: ___, ...call } = request
  const algorithm = signer.algorithm(request.from)
  const result = await chain.reads.estimateGas({ ...call, algorithm }, 'latest')
  return succeeded(known(result, 'latest')).gasUsed
}
