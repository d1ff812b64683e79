/**
 * Which precompile runs from which height: what the genesis says, and what upgrades activated since,
 * which stands in the state. A pure function of both.
 *
 * @see PIP-0003 "Activation", PIP-0010 "Upgrades"
 */
import { equal, Fault, hex } from '#base'
import type { ScheduledPrecompile } from '#genesis'
import { type Precompile, specHash } from '#precompiles'

import { activatedDigest, activatedPlugins, type StorageReader } from './upgrade-storage.ts'

export interface Scheduled {
  readonly from: bigint
  readonly plugin: Precompile
  /** An upgrade's: what the genesis has for a later height does not replace it. */
  readonly byVote?: true
}

/** A plugin of another, as it is installed. */
export interface InstalledPackage {
  readonly plugin: Precompile
  /** As `packageIntegrity` computes it. */
  readonly integrity: string
}

export interface Available {
  /** Those of this release. */
  readonly builtin: readonly Precompile[]
  /** By their packages. */
  readonly packages: ReadonlyMap<string, InstalledPackage>
}

export class Schedule {
  readonly genesis: readonly ScheduledPrecompile[]
  readonly #available: Available
  readonly #first: readonly Scheduled[]
  /** No call may override the contract's state: its digest stands for what it has. */
  #known: { readonly digest: string; readonly entries: readonly Scheduled[] } | undefined

  /** Throws `CHAIN_PRECOMPILE_MISSING`, `CHAIN_PRECOMPILE_SPEC` or `CHAIN_PRECOMPILE_ADDRESS`. */
  constructor(genesis: readonly ScheduledPrecompile[], available: Available) {
    this.genesis = genesis
    this.#available = available
    this.#first = genesis.map((entry) => scheduled(entry, available))
  }

  /** Of `state`. Throws as the constructor, `CHAIN_PRECOMPILE_INTEGRITY` too. */
  async in(state: StorageReader): Promise<readonly Scheduled[]> {
    const digest = await activatedDigest(state)
    if (digest === undefined) return this.#first
    if (this.#known?.digest === digest) return this.#known.entries
    const activated = await activatedPlugins(state)
    const byVote = activated.map((entry) => {
      return { ...scheduled(entry, this.#available), byVote: true as const }
    })
    const entries = [...this.#first, ...byVote]
    this.#known = { digest, entries }
    return entries
  }
}

/** Of each address the version that started last; of what is active by vote, that alone. */
export function due(schedule: readonly Scheduled[], number: bigint): readonly Precompile[] {
  const active = new Map<string, Scheduled>()
  for (const entry of schedule) {
    const { from, plugin, byVote } = entry
    const present = active.get(plugin.address)
    const isLater = present === undefined || byVote === true || present.from <= from
    if (from <= number && isLater) active.set(plugin.address, entry)
  }
  return [...active.values()]
    .map(({ plugin }) => plugin)
    .toSorted((a, b) => (a.address < b.address ? -1 : 1))
}

function scheduled(entry: ScheduledPrecompile, available: Available): Scheduled {
  return { from: entry.from, plugin: implementationOf(entry, available) }
}

function implementationOf(entry: ScheduledPrecompile, available: Available): Precompile {
  const { name, version, module } = entry
  const installed = module === undefined ? undefined : available.packages.get(module)
  const candidates = module === undefined ? available.builtin : [installed?.plugin]
  const plugin = candidates.find((one) => one?.name === name && one.version === version)
  if (plugin === undefined) throw missing(entry, installed !== undefined)
  checkPromise(entry, plugin)
  if (installed !== undefined && installed.integrity !== entry.integrity) {
    const { integrity: found } = installed
    throw new Fault(
      { code: 'CHAIN_PRECOMPILE_INTEGRITY', name, version, expected: entry.integrity, found },
      'the files differ from those that were voted for: install the published package',
    )
  }
  return plugin
}

function missing({ name, version, from, module }: ScheduledPrecompile, isInstalled: boolean) {
  const cures = {
    builtin: 'install the release of Pars that has this version',
    other: `the package ${module} holds another precompile or another version of it: install the one that the network agreed on`,
    absent: `install the package ${module}, review it, and start with --plugins ${module}`,
  }
  const kind = module === undefined ? 'builtin' : isInstalled ? 'other' : 'absent'
  return new Fault({ code: 'CHAIN_PRECOMPILE_MISSING', name, version, from }, cures[kind])
}

function checkPromise(entry: ScheduledPrecompile, plugin: Precompile): void {
  const { name, version, module = 'Pars' } = entry
  const found = specHash(plugin)
  if (!equal(found, entry.specHash)) {
    throw new Fault(
      {
        code: 'CHAIN_PRECOMPILE_SPEC',
        name,
        version,
        expected: hex(entry.specHash),
        found: hex(found),
      },
      `its ABI, gas table or vectors are not those that the network agreed on: install the release of ${module} that has them`,
    )
  }
  const expected = hex(entry.address)
  if (plugin.address === expected) return
  throw new Fault(
    { code: 'CHAIN_PRECOMPILE_ADDRESS', name, version, expected, found: plugin.address },
    `a precompile answers at the address that it declares: install the release of ${module} that the network agreed on`,
  )
}
