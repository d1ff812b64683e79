/** `pars validator`: what it makes, moves and refuses, without a node. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

import { hex } from '#base'
import { formatGenesis, parseGenesis, preset, testAccounts } from '#genesis'

import { exitCodes } from '../../node/exit-codes.ts'
import { type Printed, validatorCommand, writePrivate } from './by-hand.ts'
import { factsOf } from './network.ts'
import { assertRefused, Bench, type Ended } from './node.ts'

const account = `0x${'0a'.repeat(20)}`
const isPosix = process.platform !== 'win32'

function writeGenesis(file: string, network: string): void {
  const document = JSON.parse(formatGenesis(preset('devnet'))) as {
    readonly alloc: Readonly<Record<string, object>>
  }
  const [first] = testAccounts()
  const key = { algorithm: 0x65, publicKey: hex(first!.key.publicKey) }
  const address = hex(first!.address)
  const alloc = { ...document.alloc, [address]: { ...document.alloc[address], key } }
  const named = { ...document, name: network, alloc, validators: [] }
  writeFileSync(file, JSON.stringify({ ...named, allowUnrecoverable: true }))
}

/** The salt of both is the devnet's, so that the proof is for both. */
function nameIn(file: string, validator: Printed['validator']): void {
  const document = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...document, validators: [validator] }))
}

function validatorsIn(file: string): number {
  return parseGenesis(readFileSync(file, 'utf8')).validators.length
}

function unproven(printed: Printed['validator']): Printed['validator'] {
  const { proof: _, ...validator } = printed
  return validator
}

describe('pars validator', function () {
  this.timeout(120_000)

  const bench = new Bench()
  const data = bench.path('data')
  const genesis = bench.path('genesis.json')
  const other = bench.path('other.json')
  const draft = path.join(data, 'validator-draft.json')
  const into = ['--data', data, '--network', genesis]
  let printed: Printed

  before(async () => {
    const passwordFile = writePrivate(bench.path('password'), 'correct horse battery staple\n')
    bench.environment = { PARS_VALIDATOR_PASSWORD_FILE: passwordFile }
    writeGenesis(genesis, 'One')
    writeGenesis(other, 'Another')
    printed = await make('--data', data, '--account', account, '--draft', genesis)
    for (const file of [genesis, other]) nameIn(file, printed.validator)
  })
  after(() => bench[Symbol.asyncDispose]())

  function make(...parameters: readonly string[]): Promise<Printed> {
    return validatorCommand(bench, 'keys', 'new', ...parameters)
  }

  function run(...parameters: readonly string[]): Promise<Ended> {
    return bench.run('validator', ...parameters)
  }

  it('makes a key of the validator and one of its node, for their owner alone', async () => {
    assert.equal(printed.file, draft)
    assert.equal(printed.networkId, undefined)
    const { publicKey, stake, peerId } = printed.validator
    assert.equal(publicKey.length, 2 + 2 * 1952)
    assert.equal(stake, 1)
    assert.match(peerId, /^Qm/)
    for (const name of ['validator-draft.json', 'node.key']) {
      if (isPosix) assert.equal(statSync(path.join(data, name)).mode & 0o777, 0o600)
    }
    const shown = await validatorCommand(bench, 'keys', 'show', '--data', data)
    assert.deepEqual(shown, { ...printed, validator: unproven(printed.validator) })
    const text = await run('keys', 'show', '--data', data)
    assert.match(text.stdout, /^validator of 0x0a.*\n {2}network id none yet\n {2}peer id {4}Qm/)
  })

  it('runs no node with a key that has no network, and gives it one', async () => {
    const node = ['run', '--genesis', genesis, '--data', data, '--port', '0', '--validator']
    assertRefused(await bench.run(...node), exitCodes.key, /NODE_KEY_DRAFT.*keys import/)
    const imported = await validatorCommand<Printed>(bench, 'keys', 'import', draft, ...into)
    assert.equal(imported.networkId, hex(factsOf(genesis).genesisHash))
    assert.deepEqual(imported.validator, unproven(printed.validator))
    assert.equal(existsSync(draft), false)
  })

  it('refuses keys that are not a validator’s of this network, and writes nothing', async () => {
    const own = path.join(data, 'validator.json')
    const text = readFileSync(own, 'utf8')
    const truncated = writePrivate(bench.path('truncated'), text.slice(0, 400))
    const exposed = writePrivate(bench.path('exposed'), text)
    chmodSync(exposed, 0o644)
    const wrong = writePrivate(bench.path('wrong'), 'another password\n')
    const keys = bench.path('accounts')
    const password = bench.path('password')
    const source = ['--keys', keys, '--password-file', password, '--network', genesis]
    const made = await bench.run('account', 'new', ...source)
    assert.equal(made.code, 0, made.stderr)
    const [accountKey] = readdirSync(keys)
    const fresh = ['--data', bench.path('fresh'), '--network', genesis]
    const foreign = ['--data', bench.path('fresh'), '--network', other]
    const imports = [
      [[own, ...foreign], /IDENTITY_FOREIGN_NETWORK/],
      [[path.join(keys, accountKey!), ...fresh], /IDENTITY_KEY_PURPOSE/],
      [[own, ...fresh, '--validator-password-file', wrong], /IDENTITY_PASSWORD_WRONG/],
      [[truncated, ...fresh], /IDENTITY_KEYSTORE_INVALID/],
      ...(isPosix ? ([[[exposed, ...fresh], /NODE_FILE_EXPOSED.*mode=644/]] as const) : []),
    ] as const
    await Promise.all(
      imports.map(async ([parameters, pattern]) =>
        assertRefused(await run('keys', 'import', ...parameters), exitCodes.key, pattern),
      ),
    )
    assert.equal(existsSync(bench.path('fresh')), false)
  })

  it('proves its key for the chain id and salt of a draft alone', async () => {
    const show = ['keys', 'show', '--data', data, '--draft']
    const { validator } = await validatorCommand<Printed>(bench, ...show, genesis)
    assert.deepEqual(unproven(validator), unproven(printed.validator))
    const salted = bench.path('salted.json')
    const document = JSON.parse(readFileSync(genesis, 'utf8')) as object
    const fresh = { ...document, salt: `0x${'11'.repeat(32)}`, validators: [] }
    writeFileSync(salted, JSON.stringify(fresh))
    const entry = bench.path('entry.json')
    const add = (): Promise<Ended> => bench.run('genesis', 'add-validator', salted, entry)
    writeFileSync(entry, JSON.stringify(validator))
    assertRefused(
      await add(),
      exitCodes.genesis,
      /GENESIS_INVALID.*validators\.0\.proof: .*--draft/,
    )
    writeFileSync(entry, JSON.stringify(unproven(validator)))
    assertRefused(
      await add(),
      exitCodes.genesis,
      /GENESIS_INVALID.*validators\.0\.proof: .*--draft/,
    )
    writeFileSync(entry, 'a line of text')
    assertRefused(await add(), exitCodes.failure, /NODE_VALIDATOR_FORM/)
    assert.deepEqual(JSON.parse(readFileSync(salted, 'utf8')), fresh)
    writeFileSync(entry, JSON.stringify(await validatorCommand(bench, ...show, salted)))
    const added = await add()
    assert.equal(added.code, 0, added.stderr)
    assert.match(added.stdout, /^.*: 1 validators, network id 0x/)
    assert.equal(validatorsIn(salted), 1)
    assertRefused(await add(), exitCodes.genesis, /validators\.1\.publicKey: give each .* its own/)
    const cloned = bench.path('clone.json')
    const clone = await bench.run('genesis', 'clone', salted, '--out', cloned)
    assert.equal(clone.code, 0, clone.stderr)
    assert.equal(validatorsIn(cloned), 0)
  })

  it('binds the node of its folder, under numbers that only rise', async () => {
    const bind = (...rest: readonly string[]): Promise<Ended> =>
      run('bind', '--data', data, ...rest)
    const before = Math.floor(Date.now() / 1000)
    type Bound = { readonly file: string; readonly sequence: number }
    const first = await validatorCommand<Bound>(bench, 'bind', ...into)
    assert.ok(first.sequence >= before)
    if (isPosix) assert.equal(statSync(first.file).mode & 0o777, 0o600)
    const next = String(first.sequence + 5)
    const text = await bind('--network', genesis, '--sequence', next)
    assert.match(text.stdout, new RegExp(`^validator 0 speaks from Qm\\w+, number ${next}\n`))
    const held = readFileSync(first.file, 'utf8')
    for (const stale of [next, '1', '0', String(2 ** 48)]) {
      const ended = await bind('--network', genesis, '--sequence', stale)
      assertRefused(ended, exitCodes.key, /NODE_BINDING_STALE.*the highest number holds/)
    }
    assertRefused(await bind('--network', other), exitCodes.key, /IDENTITY_FOREIGN_NETWORK/)
    const nowhere = await run('bind', '--data', bench.path('nowhere'), '--network', genesis)
    assertRefused(nowhere, exitCodes.failure, /NODE_FILE/)
    assert.equal(readFileSync(first.file, 'utf8'), held)
    const stranger = bench.path('stranger')
    await make('--data', stranger, '--account', account, '--network', genesis)
    const foreign = await run('bind', '--data', stranger, '--network', genesis)
    assertRefused(foreign, exitCodes.key, /CONSENSUS_SIGNER.*nobody would heed/)
    const again = await validatorCommand<{ sequence: number }>(bench, 'bind', ...into)
    assert.ok(again.sequence > Number(next))
  })

  it('never writes over a key', async () => {
    const before = readFileSync(path.join(data, 'validator.json'), 'utf8')
    const others = readdirSync(data)
    const own = path.join(data, 'validator.json')
    const ended = await Promise.all([
      run('keys', 'new', '--data', data, '--account', account),
      run('keys', 'import', own, ...into),
      run('keys', 'export', '--data', data, '--out', own),
    ])
    for (const one of ended) assertRefused(one, exitCodes.failure, /NODE_FILE_EXISTS/)
    assert.equal(readFileSync(own, 'utf8'), before)
    assert.deepEqual(readdirSync(data), others)
  })

  it('takes a key and its record to another folder', async () => {
    const out = bench.path('exported.json')
    const record = bench.path('record.json')
    const target = bench.path('target')
    await validatorCommand(bench, 'keys', 'export', '--data', data, '--out', out)
    const protection = (...rest: readonly string[]): Promise<unknown> =>
      validatorCommand(bench, 'slashing-protection', ...rest, '--network', genesis)
    assert.deepEqual(await protection('export', record, '--data', data), { file: record })
    if (isPosix) assert.equal(statSync(record).mode & 0o777, 0o600)
    await validatorCommand(bench, 'keys', 'import', out, '--data', target, '--network', genesis)
    assert.deepEqual(await protection('import', record, '--data', target), { keys: 1 })
    const again = bench.path('again.json')
    await protection('export', again, '--data', target)
    assert.equal(readFileSync(again, 'utf8'), readFileSync(record, 'utf8'))
  })

  it('refuses records of another network, damaged ones, and folders without a key', async () => {
    const record = bench.path('record.json')
    const text = readFileSync(record, 'utf8')
    const truncated = writePrivate(bench.path('half.json'), text.slice(0, text.length / 2))
    const nowhere = bench.path('nowhere')
    const refused = [
      [['import', record, '--data', data, '--network', other], /CONSENSUS_INTERCHANGE.*network/],
      [['import', truncated, ...into], /CONSENSUS_INTERCHANGE.*not JSON/],
      [['import', record, '--data', nowhere, '--network', genesis], /NODE_KEY_MISSING/],
      [['export', bench.path('x'), '--data', nowhere, '--network', genesis], /NODE_KEY_MISSING/],
    ] as const
    // One after the other: a folder has one owner at a time.
    for (const [parameters, pattern] of refused) {
      assertRefused(await run('slashing-protection', ...parameters), exitCodes.key, pattern)
    }
    const exists = await run('slashing-protection', 'export', record, ...into)
    assertRefused(exists, exitCodes.failure, /NODE_FILE_EXISTS/)
    assert.equal(existsSync(nowhere), false)
    assert.equal(readFileSync(record, 'utf8'), text)
  })

  it('runs a validator with the node that its genesis names alone, and that by a key of its own', async () => {
    const node = ['run', '--genesis', genesis, '--port', '0', '--listen', '/ip4/127.0.0.1/tcp/0']
    const elsewhere = bench.path('target')
    const reused = bench.path('reused')
    mkdirSync(reused, { mode: 0o700 })
    writePrivate(path.join(reused, 'node.key'), `${testAccounts()[0]!.key.seed.toHex()}\n`)
    const ended = await Promise.all([
      bench.run(...node, '--data', elsewhere, '--validator'),
      bench.run(...node, '--data', reused),
    ])
    assertRefused(ended[0], exitCodes.key, /NODE_KEY_OTHER.*bring its node\.key/)
    assertRefused(ended[1], exitCodes.key, /NETWORK_KEY_REUSED/)
  })

  it('explains each command by an example', async () => {
    const commands = ['keys new', 'keys import', 'keys export', 'bind'].concat(
      ['export', 'import'].map((name) => `slashing-protection ${name}`),
    )
    const helps = await Promise.all(commands.map((one) => run(...one.split(' '), '--help')))
    for (const [index, { code, stdout }] of helps.entries()) {
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`^ {2}pars validator ${commands[index]} .*--data`, 'm'))
    }
  })
})
