/** What a proxy answers itself: everything that names or uses its accounts. */
import { z } from 'zod'

import { equal, hex, type Hex } from '#base'
import { isDomainOf, keyFields } from '#sdk'

import { RpcFault } from '../errors.ts'
import { defineMethod, type Method } from '../method.ts'
import { callRequest } from '../schema/call.ts'
import { address } from '../schema/params.ts'
import * as results from '../schema/results.ts'
import type { AccountSigner, SendRequest } from '../signer.ts'
import type { ProxyContext } from './context.ts'
import { message, transaction, typedData } from './schema.ts'

const accounts = defineMethod({
  name: 'eth_accounts',
  summary: 'Accounts that are unlocked; none without the token.',
  params: z.tuple([]),
  paramNames: [],
  result: z.array(results.address),
  handler: (_, { isAuthorized, signer }: ProxyContext) =>
    isAuthorized ? signer.accounts().map(hex) : [],
})

const requestAccounts = defineMethod({
  name: 'eth_requestAccounts',
  summary: 'Accounts that are unlocked.',
  params: z.tuple([]),
  paramNames: [],
  result: z.array(results.address),
  handler: (_, context: ProxyContext) => authorized(context).accounts().map(hex),
})

const estimateGas = defineMethod({
  name: 'eth_estimateGas',
  summary: 'The node’s estimate, for the key of the sender where it is one of the accounts.',
  // The node says what is wrong with them.
  params: z.tuple([z.unknown().optional()], z.unknown()),
  paramNames: ['transaction'],
  result: results.quantity,
  handler: async ([given, ...rest], { isAuthorized, signer, forwarder }: ProxyContext) => {
    const sender = isAuthorized ? z.object({ from: address }).safeParse(given).data : undefined
    const from = sender === undefined ? undefined : ownOf(signer, sender.from)
    const key = from === undefined ? undefined : await signer.keyOf(from)
    // What the caller says of the key holds.
    const call = key === undefined ? given : { ...keyFields(key), ...(given as object) }
    const params = given === undefined ? [] : [call, ...rest]
    return (await forwarder.forward('eth_estimateGas', params)) as Hex
  },
})

const sendTransaction = defineMethod({
  name: 'eth_sendTransaction',
  summary: 'Fills in what is left open, signs and sends.',
  params: z.tuple([transaction]),
  paramNames: ['transaction'],
  result: results.hash,
  writes: true,
  handler: async ([request], context: ProxyContext, attempt) => {
    const signer = authorized(context)
    return hex(await signer.send(sendRequest(request, signer), attempt))
  },
})

const signTransaction = defineMethod({
  name: 'eth_signTransaction',
  summary: 'Fills in what is left open and signs; eth_sendRawTransaction takes the result.',
  params: z.tuple([transaction]),
  paramNames: ['transaction'],
  result: results.data,
  handler: async ([request], context: ProxyContext) => {
    const signer = authorized(context)
    return hex(await signer.sign(sendRequest(request, signer)))
  },
})

const personalSign = defineMethod({
  name: 'personal_sign',
  summary: 'Signs a message of EIP-191 for this network.',
  // Some clients add a password, which an unlocked account has no use for.
  params: z.tuple([message, address, z.unknown().optional()]),
  paramNames: ['message', 'address', 'password'],
  result: results.data,
  handler: async ([text, account], context: ProxyContext) => {
    const signer = authorized(context)
    return hex(await signer.signMessage(own(signer, account), text))
  },
})

const signTypedData = defineMethod({
  name: 'eth_signTypedData_v4',
  summary: 'Signs typed data of EIP-712 for this network.',
  params: z.tuple([address, typedData]),
  paramNames: ['address', 'typedData'],
  result: results.data,
  handler: async ([account, data], context: ProxyContext) => {
    const signer = authorized(context)
    checkDomain(data.domain, signer.chainId)
    return hex(await signer.signTypedData(own(signer, account), data))
  },
})

export const methods: readonly Method<ProxyContext>[] = [
  accounts,
  requestAccounts,
  estimateGas,
  sendTransaction,
  signTransaction,
  personalSign,
  signTypedData,
]

/** Throws `RPC_TOKEN_MISSING`. */
function authorized({ isAuthorized, signer }: ProxyContext): AccountSigner {
  if (isAuthorized) return signer
  throw new RpcFault(
    { code: 'RPC_TOKEN_MISSING' },
    'signing takes the token of this proxy: send the header "Authorization: Bearer TOKEN", or use the URL http://pars:TOKEN@HOST:PORT; the token is in the file that pars proxy named when it started',
  )
}

/** Throws `RPC_ACCOUNT_UNKNOWN`. */
function own(signer: AccountSigner, account: Uint8Array | undefined): Uint8Array {
  const found = account === undefined ? undefined : ownOf(signer, account)
  if (found !== undefined) return found
  throw new RpcFault(
    { code: 'RPC_ACCOUNT_UNKNOWN' },
    'unknown account: name one of eth_accounts, or start pars proxy with this one as well',
  )
}

function ownOf(signer: AccountSigner, account: Uint8Array): Uint8Array | undefined {
  return signer.accounts().find((one) => equal(one, account))
}

function sendRequest(given: z.output<typeof transaction>, signer: AccountSigner): SendRequest {
  const { gasPrice, ...request } = callRequest(given, signer.chainId)
  return {
    ...request,
    ...(gasPrice === undefined ? {} : { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice }),
    from: own(signer, request.from),
  }
}

/** Throws `RPC_PARAMS_INVALID` for data that was written for another network. */
function checkDomain(domain: Readonly<Record<string, unknown>>, chainId: bigint): void {
  if (isDomainOf(domain, chainId)) return
  throw new RpcFault(
    { code: 'RPC_PARAMS_INVALID', argument: 1 },
    `invalid argument 1: typedData.domain.chainId is not this network's: want ${chainId}`,
  )
}
