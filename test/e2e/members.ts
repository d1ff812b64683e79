/** `pars` with the keys of development accounts, against one node. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'

import { type Hex, unhex } from '#base'
import { mlDsa } from '#crypto'
import { testSeeds } from '#protocol'

import { KeyFolder } from '../../node/keystore.ts'
import { password, seal } from '../identity/keys.ts'
import type { Bench, Ended, Node } from './node.ts'

export type Shown = Readonly<Record<string, unknown>>

export class Members {
  readonly bench: Bench
  readonly node: Node
  readonly accounts: readonly Hex[]

  private constructor(bench: Bench, node: Node, accounts: readonly Hex[]) {
    this.bench = bench
    this.node = node
    this.accounts = accounts
  }

  /** The first `count` of the node's own accounts. */
  static async open(bench: Bench, node: Node, count = 3): Promise<Members> {
    const networkId = unhex(await node.ask<Hex>('pars_networkId'))
    for (const seed of testSeeds.slice(0, count)) {
      const key = mlDsa(0x65).fromSeed(seed)
      await new KeyFolder(bench.path('keys')).add(await seal({ key, networkId }))
    }
    writeFileSync(bench.path('password'), password, { mode: 0o600 })
    bench.environment = {
      PARS_RPC: node.url,
      PARS_KEYS: bench.path('keys'),
      PARS_PASSWORD_FILE: bench.path('password'),
    }
    return new Members(bench, node, await node.ask<Hex[]>('eth_accounts'))
  }

  account(number: number): Hex {
    const account = this.accounts[number]
    assert.ok(account)
    return account
  }

  /** Runs a command, by an account where one is given. */
  run(line: string, by?: number): Promise<Ended> {
    const from = by === undefined ? [] : ['--from', this.account(by)]
    return this.bench.run(...line.split(' '), ...from)
  }

  /** What it prints as JSON; a failure fails the test. */
  async json<Result = Shown>(line: string, by?: number): Promise<Result> {
    const { code, stdout, stderr } = await this.run(`${line} --json`, by)
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Result
  }

  async balance(account: Hex): Promise<bigint> {
    return BigInt(await this.node.ask<Hex>('eth_getBalance', account, 'latest'))
  }

  /** Time passes, and a block says so. */
  async wait(seconds: number): Promise<void> {
    await this.node.ask('evm_increaseTime', seconds)
    await this.node.ask('evm_mine')
  }
}
