/** Members with locked PARS, and what they do about PIPs, on a chain in memory. */
import assert from 'node:assert/strict'

import {
  type Abi,
  decodeErrorResult,
  decodeEventLog,
  encodeFunctionData,
  hashTypedData,
  keccak256,
  toHex,
  zeroHash,
} from 'viem'

import { hex, type Hex, unhex, utf8 } from '#base'
import {
  actionTiers,
  chainParams,
  parsGovernor,
  parsTimelock,
  pipRegistry,
  treasury,
  upgradeSchedule,
  vePars,
} from '#contracts'
import type { Genesis } from '#genesis'
import type { Precompile } from '#precompiles'

import type { StoredReceipt } from '../../chain/port.ts'
import type { Account } from '../chain/attacks/network.ts'
import { addressOf, alice, bob, carol, dave, type Deployed, Scene } from './scene.ts'

export const pars = 10n ** 18n
/** What the members lock for four years: nobody has a majority, alice alone every quorum. */
const locked: readonly (readonly [Account, bigint])[] = [
  [alice, 1000n],
  [bob, 600n],
  [carol, 500n],
  [dave, 60n],
]

const governance = {
  'pip.reviewPeriod': 100n,
  'vote.delay': 10n,
  'vote.extension': 50n,
  'tier.0.period': 100n,
  'tier.1.period': 200n,
  'tier.2.period': 300n,
  'tier.0.timelock': 20n,
  'tier.1.timelock': 40n,
  'tier.2.timelock': 60n,
  'tier.0.threshold': 50n * pars,
  'tier.1.threshold': 300n * pars,
  'tier.2.threshold': 900n * pars,
} as const

export const [against, inFavour, abstain] = [0, 1, 2]
/** In the order of the enums. */
const states = 'Pending Active Canceled Defeated Succeeded Queued Expired Executed'.split(' ')
const statuses = 'Draft Review Voting Approved Rejected Implemented Withdrawn'.split(' ')

const ballots = {
  Ballot: [
    { name: 'proposalId', type: 'uint256' },
    { name: 'support', type: 'uint8' },
    { name: 'voter', type: 'address' },
    { name: 'nonce', type: 'uint256' },
  ],
  ExtendedBallot: [
    { name: 'proposalId', type: 'uint256' },
    { name: 'support', type: 'uint8' },
    { name: 'voter', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'reason', type: 'string' },
    { name: 'params', type: 'bytes' },
  ],
  OverrideBallot: [
    { name: 'proposalId', type: 'uint256' },
    { name: 'support', type: 'uint8' },
    { name: 'voter', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'reason', type: 'string' },
  ],
} as const

export interface Action {
  readonly target: Hex
  readonly value: bigint
  readonly data: Hex
}

export interface Actions {
  readonly tier: number
  readonly targets: readonly Hex[]
  readonly values: readonly bigint[]
  readonly calldatas: readonly Hex[]
}

export interface Text {
  readonly category: number
  readonly title: string
  readonly contentHash: Hex
  readonly size: number
  readonly chunks: readonly Hex[]
}

export interface Proposal {
  readonly number: number
  readonly id: bigint
}

/** What is voted on; by alice unless said otherwise. */
export interface Draft {
  readonly author?: Account
  readonly actions?: readonly Action[]
  /** What the author claims; the highest unless said otherwise. */
  readonly tier?: number
  readonly title?: string
  readonly markdown?: string
}

export function action(
  { abi, address }: Deployed,
  functionName: string,
  args: readonly unknown[] = [],
  value = 0n,
): Action {
  return { target: address, value, data: encodeFunctionData({ abi, functionName, args }) }
}

export function pay(target: Hex, value: bigint): Action {
  return { target, value, data: '0x' }
}

export function batch(actions: readonly Action[], tier = 2): Actions {
  return {
    tier,
    targets: actions.map(({ target }) => target),
    values: actions.map(({ value }) => value),
    calldatas: actions.map(({ data }) => data),
  }
}

/** As a name in ChainParams. */
export function key(name: string): Hex {
  return `0x${Buffer.from(name, 'ascii').toString('hex').padEnd(64, '0')}`
}

/** Addresses without the case of their checksum, structs as lists. */
export function plain(value: unknown): unknown {
  if (typeof value === 'string' && /^0x[\dA-Fa-f]{40}$/.test(value)) return value.toLowerCase()
  return Array.isArray(value) ? value.map(plain) : value
}

/** With the times and thresholds of a parliament. */
export function governed(genesis: Genesis, chosen: Partial<Genesis['governance']> = {}): Genesis {
  return { ...genesis, governance: { ...genesis.governance, ...governance, ...chosen } }
}

export class Parliament {
  readonly scene: Scene
  readonly registry: Deployed = pipRegistry
  readonly governor: Deployed = parsGovernor
  readonly timelock: Deployed = parsTimelock
  readonly tiers: Deployed = actionTiers
  readonly parameters: Deployed = chainParams
  readonly treasury: Deployed = treasury
  readonly upgrades: Deployed = upgradeSchedule
  readonly ve: Deployed = vePars
  /** Errors that may come through a contract from another one. */
  readonly #errors: Abi

  private constructor(scene: Scene) {
    this.scene = scene
    const all = [this.registry, this.governor, this.timelock, this.tiers, this.parameters]
    this.#errors = [...all, this.treasury, this.upgrades, this.ve].flatMap(({ abi }) =>
      abi.filter(({ type }) => type === 'error'),
    )
  }

  static async start(
    chosen: Partial<Genesis['governance']> = {},
    members: readonly (readonly [Account, bigint])[] = locked,
    extra: readonly Precompile[] = [],
  ): Promise<Parliament> {
    const scene = await Scene.start((genesis) => governed(genesis, chosen), extra)
    const parliament = new Parliament(scene)
    for (const [account, amount] of members) await parliament.lock(account, amount * pars)
    return parliament
  }

  /** Of the head, in seconds. */
  get now(): bigint {
    return this.scene.network.headTimestamp
  }

  /** Has the next commit be at `time`, which may be the second of the head. */
  goTo(time: bigint): void {
    this.scene.network.wait(Number(time - 1n - this.scene.network.timestamp))
  }

  /** Lets the head be at `time`. */
  async passTo(time: bigint): Promise<void> {
    this.goTo(time)
    assert.equal((await this.scene.network.run(dave))?.status, 1)
  }

  async lock(account: Account, amount: bigint, days = 1456n): Promise<void> {
    await this.done(account, this.ve, 'lock', [days * 86_400n], amount)
  }

  votesOf(account: Account): Promise<unknown> {
    return this.value(this.ve, 'getVotes', [addressOf(account)])
  }

  value(contract: Deployed, name: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.scene.value(contract, name, args)
  }

  /** The receipt of a transaction that has to succeed. */
  async done(
    sender: Account,
    contract: Deployed,
    name: string,
    args: readonly unknown[] = [],
    value = 0n,
  ): Promise<StoredReceipt> {
    const receipt = await this.scene.send(sender, contract, name, args, value)
    if (receipt.status === 1) return receipt
    const error = await this.#error(sender, contract, name, args, value)
    return assert.fail(`${name}: ${error.map(String).join(' ')}`)
  }

  /** The error of a transaction that has to revert, asked for in the second in which it did. */
  async refused(
    sender: Account,
    contract: Deployed,
    name: string,
    args: readonly unknown[] = [],
    value = 0n,
  ): Promise<readonly unknown[]> {
    const { status } = await this.scene.send(sender, contract, name, args, value)
    assert.equal(status, 0, name)
    return this.#error(sender, contract, name, args, value)
  }

  async #error(
    sender: Account,
    { abi, address }: Deployed,
    functionName: string,
    args: readonly unknown[],
    value: bigint,
  ): Promise<readonly unknown[]> {
    const { output, failure } = await this.scene.network.call({
      from: sender.address,
      to: unhex(address),
      data: unhex(encodeFunctionData({ abi, functionName, args })),
      value,
    })
    assert.ok(failure, functionName)
    if (output.length === 0) return [failure.message]
    const known: Abi = [...abi, ...this.#errors]
    const { errorName, args: facts = [] } = decodeErrorResult({ abi: known, data: hex(output) })
    return [errorName, ...facts.map(plain)]
  }

  events(contract: Deployed, { logs }: StoredReceipt): readonly (readonly unknown[])[] {
    const emitted = logs.filter(({ address }) => hex(address) === contract.address)
    return emitted.map(({ topics, data }) => {
      const encoded = { topics: topics.map((topic) => hex(topic)) as [Hex], data: hex(data) }
      const { eventName, args } = decodeEventLog({ abi: contract.abi, ...encoded })
      return [eventName, ...Object.values(args ?? {}).map(plain)]
    })
  }

  /** Stores a text and says what `submit` takes for it. */
  async store(markdown: string, title = 'A change', category = 0): Promise<Text> {
    const content = utf8(markdown)
    const parts = Array.from({ length: Math.ceil(content.length / 24_575) }, (_, index) =>
      hex(content.subarray(index * 24_575, (index + 1) * 24_575)),
    )
    for (const part of parts) await this.done(carol, this.registry, 'putChunk', [part])
    const chunks = parts.map((part) => keccak256(part))
    return { category, title, contentHash: keccak256(content), size: content.length, chunks }
  }

  async submit(number: number, draft: Draft = {}): Promise<StoredReceipt> {
    const { author = alice, actions = [], tier = 2, title, markdown = `# PIP-${number}\n` } = draft
    const category = number < 9000 ? Math.floor(number / 1000) : 0
    const text = await this.store(markdown, title, category)
    const args = [number, text, batch(actions, tier)]
    return this.done(author, this.registry, 'submit', args)
  }

  /** Submitted, reviewed, and so far that its first second of votes is the next. */
  async propose(number: number, draft: Draft = {}): Promise<Proposal> {
    const { author = alice } = draft
    await this.submit(number, draft)
    await this.done(author, this.registry, 'openReview', [number])
    this.scene.network.wait(100)
    await this.done(author, this.registry, 'openVoting', [number])
    const { proposalId } = (await this.pip(number)) as { proposalId: bigint }
    const proposal = { number, id: proposalId }
    this.goTo((await this.snapshot(proposal)) + 1n)
    return proposal
  }

  /** Votes of `voters` in favour, and on to the second after the last of the vote. */
  async carry(proposal: Proposal, voters: readonly Account[] = [alice, bob]): Promise<void> {
    for (const voter of voters) await this.vote(voter, proposal)
    this.goTo((await this.deadline(proposal)) + 1n)
  }

  /** Proposed, carried and queued, and so far that it may be executed next. */
  async decide(number: number, draft: Draft = {}): Promise<Proposal> {
    const proposal = await this.propose(number, draft)
    await this.carry(proposal)
    await this.queue(proposal)
    this.goTo(await this.eta(proposal))
    return proposal
  }

  vote(voter: Account, { id }: Proposal, support = inFavour): Promise<StoredReceipt> {
    return this.done(voter, this.governor, 'castVote', [id, support])
  }

  /** What the Timelock takes for a proposal. */
  async operationOf({ number }: Proposal): Promise<readonly unknown[]> {
    const [targets, values, calldatas, description] = await this.proposalOf(number)
    const governor = BigInt(this.governor.address) << 96n
    const salt = toHex(BigInt(description as Hex) ^ governor, { size: 32 })
    return [targets, values, calldatas, zeroHash, salt]
  }

  async queue({ number }: Proposal): Promise<StoredReceipt> {
    return this.done(dave, this.governor, 'queue', await this.proposalOf(number))
  }

  async execute({ number }: Proposal): Promise<StoredReceipt> {
    return this.done(dave, this.governor, 'execute', await this.proposalOf(number))
  }

  /** Why it cannot be executed. */
  async stuck({ number }: Proposal): Promise<readonly unknown[]> {
    return this.refused(dave, this.governor, 'execute', await this.proposalOf(number))
  }

  async proposalOf(number: number): Promise<readonly unknown[]> {
    return (await this.value(this.registry, 'proposalOf', [number])) as readonly unknown[]
  }

  pip(number: number): Promise<unknown> {
    return this.value(this.registry, 'pip', [number])
  }

  async status(number: number): Promise<string | undefined> {
    return statuses[(await this.value(this.registry, 'statusOf', [number])) as number]
  }

  async state({ id }: Proposal): Promise<string | undefined> {
    return states[(await this.value(this.governor, 'state', [id])) as number]
  }

  /** Against, in favour, abstained. */
  tally({ id }: Proposal): Promise<unknown> {
    return this.value(this.governor, 'proposalVotes', [id])
  }

  async snapshot({ id }: Proposal): Promise<bigint> {
    return (await this.value(this.governor, 'proposalSnapshot', [id])) as bigint
  }

  async deadline({ id }: Proposal): Promise<bigint> {
    return (await this.value(this.governor, 'proposalDeadline', [id])) as bigint
  }

  async eta({ id }: Proposal): Promise<bigint> {
    return (await this.value(this.governor, 'proposalEta', [id])) as bigint
  }

  /** Votes of an account at the snapshot. */
  async weight(account: Account, proposal: Proposal): Promise<bigint> {
    const args = [addressOf(account), await this.snapshot(proposal)]
    return (await this.value(this.ve, 'getPastVotes', args)) as bigint
  }

  /** What a voter signs. */
  digest(
    primaryType: keyof typeof ballots,
    message: object,
    networkId: Uint8Array = this.scene.network.profile.genesisHash,
  ): Hex {
    const { chainId } = this.scene.network.profile
    const verifyingContract = this.governor.address
    const domain = { name: 'ParsGovernor', version: '1', chainId, verifyingContract }
    const salt = hex(networkId)
    return hashTypedData({
      domain: { ...domain, salt },
      types: ballots,
      primaryType,
      message,
    } as never)
  }

  close(): Promise<void> {
    return this.scene.close()
  }
}
