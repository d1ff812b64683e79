/** Smart accounts and the keys that may do a little of what they may. @see contracts/sessions/README.md */
import { Fault, hex, type Hex, isHex, utf8 } from '#base'
import { accountFactory as factoryArtifact, pqAccount, systemContracts } from '#contracts'
import { keccak256 } from '#crypto'

import { bytesIn, type RpcClient } from '../rpc-client.ts'
import { SystemContract } from './system.ts'

export const accountFactory = new SystemContract(factoryArtifact)

/** Throws `NODE_SMART_ACCOUNT` where none is: a call of an address without code succeeds. */
export async function smartAccountAt(rpc: RpcClient, address: Hex): Promise<SystemContract> {
  const code = bytesIn(await rpc.ask('eth_getCode', address, 'latest'))
  if (code.length > 0) {
    return new SystemContract(
      { ...pqAccount, address },
      {
        OnlyOwner: 'sign as the account’s owner',
        OnlyHolder: 'sign as the holder that the session names',
        InvalidHolder: 'name another account than the smart account itself',
        InvalidTerm: 'a session ends within 366 days',
        InvalidPermissions: 'allow 1 to 16 functions',
        ForbiddenTarget:
          'no session reaches the account itself, its dead man’s switch, or address 0',
        NoSuchSession: 'pars session-key list shows those that there are',
        Revoked: 'it was revoked: have another granted',
        Frozen: 'the account’s dead man’s switch has triggered: its owner arms it anew',
        NotYet: 'it holds later',
        SessionExpired: 'have another granted',
        TooManyCalls: 'it has made its calls: have another granted',
        NotAllowed: 'pars session-key list shows what it may call',
        OverCallLimit: 'pars session-key list shows what one call may spend',
        OverBudget: 'pars session-key list shows what is left to spend',
        NoCode: 'nothing answers there: a call of it would do nothing',
        CallFailed: 'what it calls refuses',
      },
    )
  }
  throw new Fault(
    { code: 'NODE_SMART_ACCOUNT', account: address },
    'no smart account is there: pars session-key account makes one',
  )
}

/** A function that a session may call. */
export interface Permission {
  readonly target: Hex
  /** Four bytes; zero for a payment without data. */
  readonly selector: Hex
}

/** Amounts in wei, times in seconds since 1970. */
interface SessionKey {
  readonly holder: Hex
  readonly notBefore: bigint
  /** The last second at which it holds. */
  readonly expiry: bigint
  readonly maxCalls: bigint
  readonly perCall: bigint
  readonly budget: bigint
  readonly allow: readonly Permission[]
}

export interface Session {
  readonly id: bigint
  readonly key: SessionKey
  /** How many it has made. */
  readonly calls: bigint
  readonly spent: bigint
  /** Not revoked; it may be over for all that. */
  readonly standing: boolean
}

export async function sessionsOf(
  rpc: RpcClient,
  account: SystemContract,
  { start, most }: { readonly start: bigint; readonly most: bigint },
): Promise<readonly Session[]> {
  const page = await account.ask<readonly Omit<Session, 'id'>[]>(rpc, 'sessions', [start, most])
  return page.map((one, index) => ({ id: start + BigInt(index), ...one }))
}

export type SessionStatus = 'early' | 'over' | 'revoked' | 'used up' | 'valid'

export function statusOf({ key, calls, standing }: Session, now: bigint): SessionStatus {
  if (!standing) return 'revoked'
  if (now > key.expiry) return 'over'
  if (calls >= key.maxCalls) return 'used up'
  return now < key.notBefore ? 'early' : 'valid'
}

const payment: Hex = '0x00000000'

/**
 * A function as `VePars.delegate`, `0x…ab.transfer(address,uint256)` or `0x…ab.0xa9059cbb`; `0x…ab`
 * alone allows payments. Undefined for what is none.
 */
export function permissionOf(text: string): Permission | undefined {
  const dot = text.indexOf('.')
  const [name, call] = dot < 0 ? [text, undefined] : [text.slice(0, dot), text.slice(dot + 1)]
  const named = systemContracts.find(({ contractName }) => contractName === name)
  const isAddress = /^0x[0-9a-fA-F]{40}$/.test(name)
  const target = named?.address ?? (isAddress ? (name.toLowerCase() as Hex) : undefined)
  const selector = call === undefined ? payment : selectorOf(call, named?.abi)
  return target === undefined || selector === undefined ? undefined : { target, selector }
}

interface AbiEntry {
  readonly type: string
  readonly name?: string
  readonly inputs?: readonly { readonly type: string }[]
}

function selectorOf(call: string, abi: readonly AbiEntry[] | undefined): Hex | undefined {
  if (isHex(call)) return call.length === 10 && call !== payment ? call : undefined
  if (/^[A-Za-z_$][\w$]*\([\w,()[\]]*\)$/.test(call)) return selectorOfSignature(call)
  const found = abi?.filter(({ type, name }) => type === 'function' && name === call) ?? []
  const [only, ...others] = found
  if (only === undefined || others.length > 0) return undefined
  const types = (only.inputs ?? []).map(({ type }) => type)
  // A struct has no type that stands in a signature: name the selector.
  if (types.some((type) => type.startsWith('tuple'))) return undefined
  return selectorOfSignature(`${call}(${types.join(',')})`)
}

function selectorOfSignature(signature: string): Hex {
  return hex(keccak256(utf8(signature)).subarray(0, 4))
}
