/** What must hold between the fields of a genesis. @see PIP-0004 */
import { equal, hex, toBigInt } from '#base'
import { keyHash } from '#crypto'
import { chainIds, systemAddresses } from '#protocol'

import type { Genesis, GenesisAccount, ScheduledPrecompile } from './genesis.ts'
import {
  boundsOf,
  gasLimitBounds,
  governanceRules,
  mapped,
  type ParameterName,
} from './governance.ts'
import { fixedAddresses } from './predeploys.ts'
import { isProven } from './proof.ts'
import { isPublished } from './published-keys.ts'

export interface Problem {
  readonly path: string
  readonly cure: string
}

export function* problemsOf(genesis: Genesis): Generator<Problem> {
  if (
    genesis.dev &&
    (genesis.chainId === chainIds.mainnet || genesis.chainId === chainIds.testnet)
  ) {
    yield { path: 'chainId', cure: 'give a dev network a chain id of its own, such as 7227' }
  }
  yield* allocProblems(genesis)
  yield* scheduleProblems(genesis)
  yield* validatorProblems(genesis)
  yield* governanceProblems(genesis)
  yield* curveProblems(genesis)
  if (!genesis.dev) yield* publishedKeyProblems(genesis)
}

function* allocProblems({ alloc, precompiles }: Genesis): Generator<Problem> {
  const taken = new Set([...fixedAddresses, ...precompiles.map((entry) => hex(entry.address))])
  let supply = 0n
  for (const account of alloc) {
    const path = `alloc.${hex(account.address)}`
    supply += account.balance
    if (equal(account.address, systemAddresses.treasury)) {
      if (!isBalance(account)) yield { path, cure: 'give the treasury a balance and nothing else' }
    } else if (taken.has(hex(account.address))) {
      yield { path, cure: 'leave it out: the protocol fills this address' }
    }
    yield* accountProblems(account, path)
  }
  if (supply >= 2n ** 256n) yield { path: 'alloc', cure: 'allocate less than 2^256 wei in all' }
}

function isBalance({ nonce, code, storage, key }: GenesisAccount): boolean {
  return nonce === 0n && code.length === 0 && storage.length === 0 && key === undefined
}

function* accountProblems(account: GenesisAccount, path: string): Generator<Problem> {
  const { balance, nonce, code, storage, key } = account
  if (balance === 0n && nonce === 0n && code.length === 0 && key === undefined) {
    yield { path, cure: 'leave it out: an empty account has no place in state (EIP-161)' }
  }
  if (code.length === 0 && storage.length > 0) {
    yield { path: `${path}.storage`, cure: 'give storage to contracts only' }
  }
  if (code.length > 0 && nonce === 0n) {
    yield { path: `${path}.nonce`, cure: 'give a contract a nonce of at least 1 (EIP-161)' }
  }
  if (code.length > 0 && key !== undefined) {
    yield { path: `${path}.key`, cure: 'give a key or code: a contract never owns a key record' }
  }
  if (code[0] === 0xef) {
    yield { path: `${path}.code`, cure: 'give code that starts with another byte (EIP-3541)' }
  }
  for (const [slot, word] of storage) {
    if (toBigInt(word) !== 0n) continue
    yield { path: `${path}.storage.${hex(slot)}`, cure: 'leave it out: zero is not stored' }
  }
}

/** What builds on an address of a system contract or a plugin may count on what answers there. */
const owned: ReadonlyMap<string, string> = new Map([
  [hex(systemAddresses.accounts), 'accounts'],
  [hex(systemAddresses.nonces), 'nonces'],
])
const forbidden: ReadonlySet<string> = new Set(fixedAddresses.filter((at) => !owned.has(at)))

function* scheduleProblems({ precompiles }: Genesis): Generator<Problem> {
  for (const [index, entry] of precompiles.entries()) {
    const cure = ownCure(entry) ?? cureBeside(entry, precompiles.slice(0, index))
    if (cure !== undefined) yield { path: `precompiles.${entry.name}@${entry.version}`, cure }
  }
}

function ownCure({ name, address, module, integrity }: ScheduledPrecompile): string | undefined {
  const at = hex(address)
  if (toBigInt(address) < 0x200n || forbidden.has(at)) {
    return 'give an address that neither Ethereum nor the protocol uses'
  }
  if ((module === undefined) !== (integrity === undefined)) {
    return 'give module and integrity together, or neither'
  }
  const owner = owned.get(at)
  const needed = [...owned].find(([, plugin]) => plugin === name)?.[0]
  if ((owner ?? name) !== name || (needed ?? at) !== at || (owner !== undefined && module)) {
    return 'keep 0x0606 for accounts and 0x0607 for nonces, both built in'
  }
  return undefined
}

/** @param earlier In the order of addresses, then of heights. */
function cureBeside(
  { name, version, address, from, module }: ScheduledPrecompile,
  earlier: readonly ScheduledPrecompile[],
): string | undefined {
  const last = earlier.at(-1)
  if (last !== undefined && equal(last.address, address)) {
    if (last.name !== name) return `give it an address that ${last.name} has not`
    if (last.version === version) return 'schedule a version once'
    if (last.from === from) return 'activate one version per height'
  }
  if (earlier.some((other) => other.name === name && !equal(other.address, address))) {
    return 'keep every version of a precompile at one address'
  }
  if (module !== undefined && earlier.some((other) => other.module === module)) {
    return `name the package ${module} once: install another version of it under an alias, and name that`
  }
  return undefined
}

function* validatorProblems(genesis: Genesis): Generator<Problem> {
  const { validators, alloc, allowUnrecoverable } = genesis
  const total = validators.reduce((sum, { stake }) => sum + stake, 0n)
  if (total >= 2n ** 64n) yield { path: 'validators', cure: 'keep the stakes below 2^64 in all' }
  const tolerated = total === 0n ? 0n : (total - 1n) / 3n
  const accountKeys = new Set(alloc.flatMap(({ key }) => (key ? [hex(key.publicKey)] : [])))
  const seen = new Set<string>()
  for (const [index, validator] of validators.entries()) {
    const path = `validators.${index}`
    const { account, publicKey, peerId, stake } = validator
    for (const [field, value] of Object.entries({ account, publicKey, peerId })) {
      const id = `${field} ${typeof value === 'string' ? value : hex(value)}`
      if (seen.has(id)) yield { path: `${path}.${field}`, cure: 'give each validator its own' }
      seen.add(id)
    }
    if (accountKeys.has(hex(publicKey))) {
      yield { path: `${path}.publicKey`, cure: 'give a validator a key that no account uses' }
    }
    if (!isProven(genesis, validator)) {
      yield {
        path: `${path}.proof`,
        cure: 'give the proof that its operator makes for this chain id and salt: pars validator keys show --draft',
      }
    }
    if (stake > tolerated && !allowUnrecoverable) {
      yield {
        path: `${path}.stake`,
        cure: `lower it to at most ${tolerated}, a third of all stake: a larger validator can't recover from lost data; or set allowUnrecoverable`,
      }
    }
  }
}

function* governanceProblems(genesis: Genesis): Generator<Problem> {
  for (const [name, { least, most }] of Object.entries(mapped((key) => boundsOf(key, genesis)))) {
    const value = genesis.governance[name as ParameterName]
    if (value >= least && value <= most) continue
    const { unit } = governanceRules[name as ParameterName]
    yield { path: `governance.${name}`, cure: `give ${least} to ${most} (${unit})` }
  }
  const { blockGasLimit } = genesis
  const { least, most } = gasLimitBounds(genesis)
  if (blockGasLimit < least || blockGasLimit > most) {
    yield { path: 'blockGasLimit', cure: `give ${least} to ${most}` }
  }
}

/** The contract counts on it: votes are the least of the lines through the pieces of the curve. */
function* curveProblems({ lockCurve }: Genesis): Generator<Problem> {
  let [before, slope] = [
    { weeks: 0n, weight: 0n },
    { weight: 10_000n, weeks: 1n },
  ]
  for (const [index, point] of lockCurve.entries()) {
    const path = `lockCurve.${index}`
    const piece = { weeks: point.weeks - before.weeks, weight: point.weight - before.weight }
    if (piece.weeks <= 0n || piece.weight <= 0n) {
      yield { path, cure: 'give points of more weeks and more weight than the one before' }
      return
    }
    if (piece.weight * slope.weeks > slope.weight * piece.weeks) {
      yield { path, cure: 'let a further week add no more weight than the weeks before it' }
    }
    before = point
    slope = piece
  }
}

function* publishedKeyProblems(genesis: Genesis): Generator<Problem> {
  const cure = 'replace the published test key: everybody can sign with it'
  for (const { address, key } of genesis.alloc) {
    const path = `alloc.${hex(address)}`
    if (isPublished(address)) yield { path, cure }
    if (key && isPublished(keyHash(key.algorithm, key.publicKey)))
      yield { path: `${path}.key`, cure }
  }
  for (const [index, { account, publicKey }] of genesis.validators.entries()) {
    if (isPublished(account)) yield { path: `validators.${index}.account`, cure }
    if (isPublished(keyHash(0x65, publicKey))) yield { path: `validators.${index}.publicKey`, cure }
  }
  if (isPublished(genesis.feeCollector)) yield { path: 'feeCollector', cure }
}
