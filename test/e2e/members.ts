/** `pars` with the keys of development accounts, against one node. */
import assert from 'node:assert/strict'

import type { Hex } from '#base'

import type { Bench, Ended, Node } from './node.ts'
import { openKeys } from './signers.ts'

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
    const { accounts, keys, passwordFile } = await openKeys(bench, node, count)
    bench.environment = { PARS_RPC: node.url, PARS_KEYS: keys, PARS_PASSWORD_FILE: passwordFile }
    return new Members(bench, node, accounts)
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
