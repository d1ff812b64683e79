/** What a PIP does, as the calls that the Timelock makes. */
import { concat, empty, equal, Fault, hex, isFault, utf8 } from '#base'
import { keccak256 } from '#crypto'

import { formatAddress, parseAddress } from '../abi/address.ts'
import { decodeArguments } from '../abi/decode.ts'
import { encodeArguments } from '../abi/encode.ts'
import {
  type AbiEntry,
  functionsOf,
  parseSignature,
  parseType,
  type Signature,
} from '../abi/type.ts'
import { limits } from '../limits.ts'
import type { Action } from './actions.ts'

/** The contracts that a PIP may call by name. */
export type NamedContracts = Readonly<
  Record<string, { readonly address: Uint8Array; readonly abi: readonly AbiEntry[] }>
>

export interface Call {
  /** 20 bytes. */
  readonly target: Uint8Array
  /** Wei. */
  readonly value: bigint
  readonly data: Uint8Array
}

/**
 * The calls of `actions`, in their order. Throws `GOVERNANCE_ACTION_INVALID` at the first that is
 * none, `GOVERNANCE_ACTIONS_TOO_LARGE` for more than the registry takes.
 */
export function encodeActions(
  actions: readonly Action[],
  contracts: NamedContracts,
): readonly Call[] {
  const calls = actions.map((action) => encodeAction(action, contracts))
  const size = callsChunk(calls).length
  const most = limits.chunkBytes.value
  if (size <= most) return calls
  throw new Fault(
    { code: 'GOVERNANCE_ACTIONS_TOO_LARGE', size, most },
    'deploy code and store data before the vote, and name them by address or hash',
  )
}

const chunkTypes = ['address[]', 'uint256[]', 'bytes[]'].flatMap((type) => parseType(type) ?? [])

/** `calls` as the registry keeps them: `abi.encode(targets, values, calldatas)`. */
export function callsChunk(calls: readonly Call[]): Uint8Array<ArrayBuffer> {
  return encodeArguments(chunkTypes, [
    calls.map(({ target }) => hex(target)),
    calls.map(({ value }) => value),
    calls.map(({ data }) => hex(data)),
  ])
}

export function encodeAction(action: Action, contracts: NamedContracts): Call {
  const { value } = action
  const named = contractOf(action.target, contracts)
  const target = named?.address ?? parseAddress(action.target)
  if (target === undefined) {
    throw invalid(action, `${action.target} is no system contract, and no address (EIP-55)`)
  }
  if (action.call === undefined) return { target, value, data: new Uint8Array(0) }
  const signature = signatureOf(action, action.call, named?.abi)
  checkMutability(action, signature)
  try {
    const args = encodeArguments(
      signature.inputs,
      action.args,
      (name) => contractOf(name, contracts)?.address,
    )
    return { target, value, data: concat(selectorOf(signature.canonical), args) }
  } catch (error) {
    if (!isFault(error, 'GOVERNANCE_ARGUMENT_INVALID')) throw error
    const { argument } = error.facts as typeof error.facts & { readonly argument: string }
    throw invalid(action, `argument ${argument} of ${signature.canonical}: ${error.cure}`)
  }
}

/**
 * The action as which a call would be written; undefined where it calls what `contracts` do not
 * have, or its data are not the one encoding of anything.
 */
export function decodeCall(
  { target, value, data }: Call,
  contracts: NamedContracts,
): Omit<Action, 'line'> | undefined {
  const nameOf = (address: Uint8Array): string | undefined =>
    Object.keys(contracts).find((key) => equal(contracts[key]?.address ?? empty, address))
  const name = nameOf(target)
  const written = name ?? formatAddress(target)
  if (data.length === 0) return { target: written, call: undefined, args: [], value }
  const functions = functionsOf(contracts[name ?? '']?.abi ?? [])
  const signature = functions.find(({ canonical }) =>
    equal(selectorOf(canonical), data.subarray(0, 4)),
  )
  const args = signature && decodeArguments(signature.inputs, data.subarray(4), nameOf)
  if (args === undefined) return undefined
  const isAlone = functions.filter((other) => other.name === signature?.name).length === 1
  return { target: written, call: isAlone ? signature?.name : signature?.canonical, args, value }
}

function selectorOf(canonical: string): Uint8Array {
  return keccak256(utf8(canonical)).subarray(0, 4)
}

function contractOf(name: string, contracts: NamedContracts): NamedContracts[string] | undefined {
  return Object.hasOwn(contracts, name) ? contracts[name] : undefined
}

function signatureOf(
  action: Action,
  call: string,
  abi: readonly AbiEntry[] | undefined,
): Signature {
  const written = call.includes('(') ? parseSignature(call) : undefined
  if (abi === undefined) {
    if (written !== undefined) return written
    throw invalid(action, `write the signature of ${call}, as transfer(address,uint256)`)
  }
  const candidates = functionsOf(abi).filter(({ name, canonical }) => {
    return call.includes('(') ? canonical === call : name === call
  })
  const [signature, second] = candidates
  if (signature === undefined) throw invalid(action, `${action.target} has no function ${call}`)
  if (second === undefined) return signature
  const choice = candidates.map(({ canonical }) => canonical).join(' or ')
  throw invalid(action, `write which of its functions: ${choice}`)
}

function checkMutability(action: Action, { canonical, stateMutability }: Signature): void {
  if (stateMutability === 'view' || stateMutability === 'pure') {
    throw invalid(action, `${canonical} changes nothing: leave it out`)
  }
  if (stateMutability === 'nonpayable' && action.value > 0n) {
    throw invalid(action, `${canonical} takes no value: leave out what follows "with"`)
  }
}

function invalid({ line }: Action, cure: string): Fault {
  return new Fault({ code: 'GOVERNANCE_ACTION_INVALID', line }, cure)
}
