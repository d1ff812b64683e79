import { z } from 'zod'

import { equal, hex } from '#base'
import type { CallRequest } from '#chain'

import type { Attempt } from '../../attempt.ts'
import { complete } from '../../complete.ts'
import { RpcFault } from '../../errors.ts'
import { type Context, defineMethod } from '../../method.ts'
import { keysAbsent } from '../../registry.ts'
import { callObject, callRequest } from '../../schema/call.ts'
import * as results from '../../schema/results.ts'
import type { DevSigner } from '../../signer.ts'

/** The last call of each signer: the next one waits, so that both find their own nonce. */
const turns = new WeakMap<DevSigner, Promise<unknown>>()

interface Request extends CallRequest {
  readonly from: Uint8Array
}

export const sendTransaction = defineMethod({
  name: 'eth_sendTransaction',
  summary: 'Signs with a published test key of a development network and sends.',
  cost: 30,
  params: z.tuple([callObject]),
  paramNames: ['transaction'],
  result: results.hash,
  writes: true,
  signs: true,
  handler: async ([transaction], context, attempt) => {
    const { chain, signer } = context
    if (signer === undefined) throw keysAbsent('eth_sendTransaction')
    const request = callRequest(transaction, chain.chainId)
    const from = ownAccount(signer, request.from)
    const turn = (turns.get(signer) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => send(context, signer, { ...request, from }, attempt))
    turns.set(signer, turn)
    return hex(await turn)
  },
})

function ownAccount(signer: DevSigner, from: Uint8Array | undefined): Uint8Array {
  const own = signer.accounts().find((account) => from !== undefined && equal(account, from))
  if (own !== undefined) return own
  throw new RpcFault(
    { code: 'RPC_ACCOUNT_UNKNOWN' },
    'unknown account: "from" must be one of eth_accounts; sign for others in a wallet',
  )
}

async function send(
  context: Context,
  signer: DevSigner,
  request: Request,
  attempt: Attempt,
): Promise<Uint8Array> {
  attempt.check()
  const completed = await complete(context, signer, request)
  attempt.check()
  const { hash, wire } = await signer.sign(completed)
  attempt.begin(hex(hash))
  return context.chain.pool.submit(wire, { kind: 'client', id: context.client })
}
