/** Commands that sign with the development accounts of one node. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'

import { type Hex, unhex } from '#base'
import { mlDsa } from '#crypto'
import { testSeeds } from '#protocol'

import { KeyFolder } from '../../node/keystore.ts'
import { password, seal } from '../identity/keys.ts'
import type { Bench, Command, Ended, Node } from './node.ts'

export interface Opened {
  readonly accounts: readonly Hex[]
  readonly keys: string
  readonly passwordFile: string
}

/** Puts the keys of the first `count` of the node's own accounts into a folder. */
export async function openKeys(bench: Bench, node: Node, count: number): Promise<Opened> {
  const [keys, passwordFile] = [bench.path('keys'), bench.path('password')]
  const networkId = unhex(await node.ask<Hex>('pars_networkId'))
  for (const seed of testSeeds.slice(0, count)) {
    await new KeyFolder(keys).add(await seal({ key: mlDsa(0x65).fromSeed(seed), networkId }))
  }
  writeFileSync(passwordFile, password, { mode: 0o600 })
  return { accounts: await node.ask<Hex[]>('eth_accounts'), keys, passwordFile }
}

/** One group of commands, as `pars pip`. */
export class Signers<Shown> {
  readonly bench: Bench
  readonly node: Node
  readonly #opened: Opened
  readonly #group: string

  constructor(bench: Bench, node: Node, opened: Opened, group: string) {
    this.bench = bench
    this.node = node
    this.#opened = opened
    this.#group = group
  }

  get accounts(): readonly Hex[] {
    return this.#opened.accounts
  }

  /** What makes a command sign as an account. */
  from(account: number): readonly string[] {
    return ['--from', ...this.keyOf(account)]
  }

  /** The same for a command that is about an account. */
  keyOf(account: number): readonly string[] {
    const { accounts, keys, passwordFile } = this.#opened
    return [accounts[account]!, '--keys', keys, '--password-file', passwordFile, ...this.at]
  }

  get at(): readonly string[] {
    return ['--rpc', this.node.url]
  }

  start(...line: readonly string[]): Command {
    return this.bench.start(this.#group, ...line)
  }

  run(...line: readonly string[]): Promise<Ended> {
    return this.bench.run(this.#group, ...line)
  }

  async json(...line: readonly string[]): Promise<Shown> {
    const { code, stdout, stderr } = await this.run(...line, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Shown
  }
}
