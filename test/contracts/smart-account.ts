/** A smart account of alice's, made by the factory, and what she and others sign for it. */
import type { Hex } from '#base'
import { accountFactory, pqAccount } from '#contracts'

import type { Account } from '../chain/attacks/network.ts'
import { addressOf, alice, type Deployed, mallory, newcomer, probe } from './scene.ts'
import { day, passing, pars, type Refusal, System } from './system-scene.ts'

export const zero: Hex = `0x${'00'.repeat(20)}`
export const none: Hex = `0x${'00'.repeat(32)}`
export const factory: Deployed = accountFactory
export const implementation: Deployed = pqAccount
/** A key that no account has: it holds sessions as it is. */
export const holder = newcomer('holder of sessions', 0x44)

interface Call {
  readonly to: Hex
  readonly value: bigint
  readonly data: Hex
}

interface Permission {
  readonly target: Hex
  readonly selector: Hex
}

interface SessionKey {
  readonly holder: Hex
  readonly notBefore: bigint
  readonly expiry: bigint
  readonly maxCalls: bigint
  readonly perCall: bigint
  readonly budget: bigint
  readonly allow: readonly Permission[]
}

const calls = { name: 'calls', type: 'Call[]' }
const deadline = { name: 'deadline', type: 'uint256' }
const call = [
  { name: 'to', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'data', type: 'bytes' },
]

const types = {
  Execute: [calls, { name: 'nonce', type: 'uint256' }, deadline],
  SessionCalls: [
    { name: 'session', type: 'uint64' },
    calls,
    { name: 'nonce', type: 'uint32' },
    deadline,
  ],
  Call: call,
  Message: [{ name: 'hash', type: 'bytes32' }],
  Accept: [{ name: 'newOwner', type: 'address' }],
  Recover: [{ name: 'newOwner', type: 'address' }, { name: 'number', type: 'uint64' }, deadline],
}

interface SessionRequest {
  readonly id?: bigint
  readonly nonce?: bigint
  readonly deadline?: bigint
  readonly signer?: Account
  readonly signature?: Hex
  readonly domain?: object
}

export class SmartAccount {
  readonly system: System
  readonly game: Deployed
  account: Deployed

  private constructor(system: System, game: Deployed, account: Deployed) {
    this.system = system
    this.game = game
    this.account = account
  }

  static async start(): Promise<SmartAccount> {
    const system = await System.start()
    const game = await system.deploy(probe('SystemProbe.sol', 'Game'))
    const made = new SmartAccount(system, game, implementation)
    made.account = await made.create(addressOf(alice))
    await system.pay(made.account.address, pars)
    return made
  }

  /** Another account; anyone may make it. */
  async create(owner: Hex, salt: Hex = none): Promise<Deployed> {
    await this.system.done(mallory, factory, 'create', [owner, salt])
    const address = await this.system.value<Hex>(factory, 'addressOf', [owner, salt])
    return { abi: implementation.abi, address }
  }

  get balance(): bigint {
    return this.system.balance(this.account.address)
  }

  value<Result>(name: string, args: readonly unknown[] = []): Promise<Result> {
    return this.system.value<Result>(this.account, name, args)
  }

  attempt(by: Account, name: string, args: readonly unknown[] = []): Promise<Refusal | undefined> {
    return this.system.attempt(by, this.account, name, args)
  }

  /** A call of the game's. */
  play(name = 'move', value = 0n, args: readonly unknown[] = []): Call {
    return { ...passing(this.game, name, args), value }
  }

  /** A call of the account's own. */
  own(name: string, args: readonly unknown[] = []): Call {
    return { ...passing(this.account, name, args), value: 0n }
  }

  later(seconds = 3600n): bigint {
    return this.system.now + seconds
  }

  digest(primaryType: keyof typeof types, message: object, domain: object = {}): Hex {
    const used = primaryType === 'Execute' || primaryType === 'SessionCalls'
    const own = { [primaryType]: types[primaryType], ...(used && { Call: call }) }
    const { account: contract } = this
    const typed = { contract, name: 'PQAccount', types: own, primaryType, message }
    return this.system.digest(typed, domain)
  }

  sign(signer: Account, primaryType: keyof typeof types, message: object, domain = {}): Hex {
    return this.system.scene.signWithKey(signer, this.digest(primaryType, message, domain))
  }

  /** Brings calls that the owner, or another, signed. */
  execute(
    given: readonly Call[],
    request: Omit<SessionRequest, 'id'> = {},
  ): Promise<Refusal | undefined> {
    const { nonce = 0n, deadline: until = this.later(), signer = alice, domain = {} } = request
    const message = { calls: given, nonce, deadline: until }
    const signature = request.signature ?? this.sign(signer, 'Execute', message, domain)
    return this.attempt(mallory, 'executeBySignature', [given, nonce, until, signature])
  }

  key(some: Partial<SessionKey> = {}): SessionKey {
    return {
      holder: addressOf(holder),
      notBefore: 0n,
      expiry: this.system.now + day,
      maxCalls: 10n,
      perCall: 100n,
      budget: 300n,
      allow: [this.allowed('move'), this.allowed()],
      ...some,
    }
  }

  /** A function of the game's; without a name, a payment to it. */
  allowed(name?: string, args: readonly unknown[] = []): Permission {
    const { to, data } =
      name === undefined
        ? { to: this.game.address, data: '0x00000000' as const }
        : passing(this.game, name, args)
    return { target: to, selector: data.slice(0, 10) as Hex }
  }

  grant(some: Partial<SessionKey> = {}, by: Account = alice): Promise<Refusal | undefined> {
    return this.attempt(by, 'grant', [this.key(some)])
  }

  /** Brings calls that the session's holder, or another, signed. */
  inSession(given: readonly Call[], request: SessionRequest = {}): Promise<Refusal | undefined> {
    const { id = 0n, nonce = 0n, deadline: until = this.later(), domain = {} } = request
    const message = { session: id, calls: given, nonce, deadline: until }
    const { signer = holder } = request
    const signature = request.signature ?? this.sign(signer, 'SessionCalls', message, domain)
    const args = [id, given, nonce, until, signature]
    return this.attempt(mallory, 'executeFromSession', args)
  }

  /** How often the game was moved. */
  moves(): Promise<bigint> {
    return this.system.value<bigint>(this.game, 'moves')
  }

  close(): Promise<void> {
    return this.system.close()
  }
}
