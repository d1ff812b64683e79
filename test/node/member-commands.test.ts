/** The commands of members, as their help shows them, and what they read of their line. */
import assert from 'node:assert/strict'

import { Command } from 'commander'

import { hex, type Hex, utf8 } from '#base'
import { vePars } from '#contracts'
import { keccak256 } from '#crypto'

import * as did from '../../node/commands/did.ts'
import * as keys from '../../node/commands/keys.ts'
import * as sessionKey from '../../node/commands/session-key.ts'
import { loadAll } from '../../node/commands/subcommands.ts'
import { shareText, tokensText } from '../../node/commands/tokens.ts'
import * as treasury from '../../node/commands/treasury.ts'
import * as validator from '../../node/commands/validator.ts'
import * as ve from '../../node/commands/ve.ts'
import { permissionOf } from '../../node/governance/identity-account.ts'

const groups = { did, keys, 'session-key': sessionKey, treasury, validator, ve }
const target = `0x${'ab'.repeat(20)}`

function selector(signature: string): Hex {
  return hex(keccak256(utf8(signature)).subarray(0, 4))
}

function below(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(below)]
}

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp()
  return text
}

describe('the commands of members', () => {
  it('all have a help that says what they take', async () => {
    for (const [name, { configure }] of Object.entries(groups)) {
      const command = new Command(name)
      configure(command)
      await loadAll(command)
      assert.ok(below(command).length > 2, name)
      for (const one of below(command)) assert.match(helpOf(one), /^Usage: .*\n/, one.name())
    }
  })

  it('write amounts exactly, and shares without a rounding up', () => {
    const amounts = [
      [0n, '0'],
      [1n, '0.000000000000000001'],
      [10n ** 18n, '1'],
      [1_500_000_000_000_000_000n, '1.5'],
      [123n * 10n ** 18n + 10n ** 17n, '123.1'],
    ] as const
    for (const [wei, text] of amounts) assert.equal(tokensText(wei), text)
    const shares = [
      [0n, 3n, '0.0000%'],
      [1n, 3n, '33.3333%'],
      [2n, 3n, '66.6666%'],
      [3n, 3n, '100.0000%'],
      [1n, 10n ** 9n, '0.0000%'],
      [1n, 0n, undefined],
    ] as const
    for (const [part, whole, text] of shares) assert.equal(shareText(part, whole), text)
  })

  it('read which functions a session may call', () => {
    const known = [
      [target.toUpperCase().replace('0X', '0x'), { target, selector: '0x00000000' }],
      [`${target}.0xa9059cbb`, { target, selector: '0xa9059cbb' }],
      [
        `${target}.transfer(address,uint256)`,
        { target, selector: selector('transfer(address,uint256)') },
      ],
      ['VePars.delegate', { target: vePars.address, selector: selector('delegate(address)') }],
      ['VePars', { target: vePars.address, selector: '0x00000000' }],
    ] as const
    for (const [text, permission] of known) assert.deepEqual(permissionOf(text), permission, text)
    const unknown = [
      '',
      'Nothing',
      'VePars.nothing',
      // It takes a struct: its selector has to be named.
      'PQAccount.grant',
      `${target}.`,
      `${target}.transfer`,
      `${target}.0xa9059c`,
      `${target}.0x00000000`,
      `${target}.transfer(address, uint256)`,
      `${target}00.0xa9059cbb`,
    ]
    for (const text of unknown) assert.equal(permissionOf(text), undefined, text)
  })
})
