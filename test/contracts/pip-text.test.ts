import assert from 'node:assert/strict'

import * as fc from 'fast-check'
import { getCreate2Address, keccak256, toFunctionSelector, zeroHash } from 'viem'

import { concat, hex, type Hex, unhex, utf8 } from '#base'

import { action, batch, Parliament, type Text } from './parliament.ts'
import { addressOf, alice, bob, carol, dave, mallory } from './scene.ts'

const most = 24_575

const bytes = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 7) % 251)

const textOf = (parts: readonly Uint8Array[], change: Partial<Text> = {}): Text => {
  const content = concat(...parts)
  const chunks = parts.map((part) => keccak256(part))
  const [contentHash, size] = [keccak256(content), content.length]
  return { category: 0, title: 'A title', contentHash, size, chunks, ...change }
}

describe('the text of a PIP', function () {
  this.timeout(60_000)
  let parliament: Parliament
  before(async () => {
    parliament = await Parliament.start()
  })
  after(() => parliament.close())
  let number = 100
  beforeEach(() => {
    number++
  })

  const put = (data: Uint8Array, by = carol) =>
    parliament.done(by, parliament.registry, 'putChunk', [hex(data)])

  const refused = (text: Text, actions = batch([])) =>
    parliament.refused(alice, parliament.registry, 'submit', [number, text, actions])

  const submitted = async (text: Text): Promise<unknown> => {
    await parliament.done(alice, parliament.registry, 'submit', [number, text, batch([])])
    return parliament.value(parliament.registry, 'content', [number, 1])
  }

  it('is code that nothing can run, at an address that follows from it', async () => {
    const data = utf8('# Words\n')
    const receipt = await put(data)
    const length = (data.length + 1).toString(16).padStart(4, '0')
    const creation: Hex = `0x61${length}80600a3d393df300${hex(data).slice(2)}`
    const from = parliament.registry.address
    const pointer = getCreate2Address({ from, salt: zeroHash, bytecode: creation })
    const { registry } = parliament
    assert.deepEqual(parliament.events(registry, receipt), [
      ['ChunkStored', keccak256(data), pointer.toLowerCase(), BigInt(data.length)],
    ])
    assert.equal(await parliament.value(registry, 'chunk', [keccak256(data)]), hex(data))
    const outcome = await parliament.scene.network.run(bob, { to: unhex(pointer), data })
    assert.equal(outcome?.status, 1)
    assert.equal(outcome.logs.length, 0)
  })

  it('is stored once, whoever pays', async () => {
    const data = utf8('# The same words\n')
    await put(data)
    const again = await put(data, mallory)
    assert.equal(again.logs.length, 0)
    assert.ok(again.gasUsed < 60_000n)
  })

  it('has chunks of 1 to 24,575 bytes', async () => {
    const { registry } = parliament
    const refusal = (data: Uint8Array) =>
      parliament.refused(carol, registry, 'putChunk', [hex(data)])
    assert.deepEqual(await refusal(new Uint8Array(0)), ['InvalidChunkSize', 0n, BigInt(most)])
    assert.deepEqual(await refusal(bytes(most + 1)), ['InvalidChunkSize', 24_576n, BigInt(most)])
    for (const length of [1, most]) {
      const data = bytes(length)
      await put(data)
      assert.equal(await parliament.value(registry, 'chunk', [keccak256(data)]), hex(data))
    }
  })

  it('is not half stored when the gas runs out', async () => {
    const data = bytes(most, 5)
    const { registry, scene } = parliament
    const call = action(registry, 'putChunk', [hex(data)])
    const fields = { to: unhex(registry.address), data: unhex(call.data), gasLimit: 4_000_000n }
    assert.equal((await scene.network.run(carol, fields))?.status, 0)
    const { output } = await scene.network.call({ from: carol.address, ...fields, gas: 4_000_000n })
    assert.equal(hex(output), toFunctionSelector('NotStored()'))
    const { error } = await scene.ask(registry, 'chunk', [keccak256(data)])
    assert.deepEqual(error, ['UnknownChunk', keccak256(data)])
    await put(data)
  })

  it('has chunks that begin with any byte', async () => {
    for (const first of [0x00, 0xef, 0xff]) {
      const data = Uint8Array.of(first, 1, 2)
      await put(data)
      const found = await parliament.value(parliament.registry, 'chunk', [keccak256(data)])
      assert.equal(found, hex(data))
    }
  })

  it('is as long as eight chunks', async () => {
    const parts = Array.from({ length: 8 }, (_, index) => bytes(most, index))
    for (const part of parts) await put(part)
    assert.equal(await submitted(textOf(parts)), hex(concat(...parts)))
    const one = [...parts, bytes(1)]
    number++
    assert.deepEqual(await refused(textOf(one)), ['InvalidChunkCount', 9n, 8n])
  })

  it('is never empty', async () => {
    assert.deepEqual(await refused(textOf([])), ['InvalidChunkCount', 0n, 8n])
  })

  it('is the concatenation of its chunks, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { minLength: 1, maxLength: 8 }),
        async (parts) => {
          number++
          for (const part of parts) await put(part)
          assert.equal(await submitted(textOf(parts)), hex(concat(...parts)))
          const turned = textOf(parts, {
            chunks: parts.map((part) => keccak256(part)).toReversed(),
          })
          const same = hex(concat(...parts.toReversed())) === hex(concat(...parts))
          if (same) return
          number++
          const [error, claimed] = await refused(turned)
          assert.deepEqual([error, claimed], ['ContentMismatch', turned.contentHash])
        },
      ),
      { numRuns: 20 },
    )
  })

  it('is what its hash and its size say', async () => {
    const parts = [utf8('# One\n'), utf8('Two\n')]
    for (const part of parts) await put(part)
    const { contentHash } = textOf(parts)
    const other = keccak256('0x')
    assert.deepEqual(await refused(textOf(parts, { contentHash: other })), [
      'ContentMismatch',
      other,
      contentHash,
    ])
    for (const size of [9, 11, 0, 2 ** 32 - 1]) {
      assert.deepEqual(await refused(textOf(parts, { size })), ['SizeMismatch', BigInt(size), 10n])
    }
    const missing = keccak256('0x1234')
    const chunks = [...textOf(parts).chunks, missing]
    assert.deepEqual(await refused(textOf(parts, { chunks })), ['UnknownChunk', missing])
    const { error } = await parliament.scene.ask(parliament.registry, 'chunk', [missing])
    assert.deepEqual(error, ['UnknownChunk', missing])
  })

  it('has a title of 1 to 128 bytes', async () => {
    const parts = [utf8('# One\n')]
    await put(parts[0]!)
    assert.deepEqual(await refused(textOf(parts, { title: '' })), ['InvalidTitle', 0n, 128n])
    const long = textOf(parts, { title: 'é'.repeat(65) })
    assert.deepEqual(await refused(long), ['InvalidTitle', 130n, 128n])
    await submitted(textOf(parts, { title: 'é'.repeat(64) }))
    const { current } = (await parliament.pip(number)) as { current: Text }
    assert.equal(current.title, 'é'.repeat(64))
  })

  it('stands beside actions that fit into a chunk', async () => {
    const text = await parliament.store('# Large\n')
    const one = { target: addressOf(bob), value: 0n }
    const large = batch([
      { ...one, data: hex(bytes(12_000)) },
      { ...one, data: hex(bytes(13_000)) },
    ])
    const [error, , limit] = await refused(text, large)
    assert.deepEqual([error, limit], ['InvalidChunkSize', BigInt(most)])
    const fitting = batch([
      { ...one, data: hex(bytes(12_000)) },
      { ...one, data: hex(bytes(12_000)) },
    ])
    await parliament.done(alice, parliament.registry, 'submit', [number, text, fitting])
    const found = await parliament.value(parliament.registry, 'actionsOf', [number, 1])
    assert.deepEqual((found as { calldatas: readonly Hex[] }).calldatas, fitting.calldatas)
  })

  it('stands beside actions whose lists have one length', async () => {
    const text = await parliament.store('# Odd\n')
    const actions = batch([action(parliament.treasury, 'spend', [addressOf(bob), 1n])])
    assert.deepEqual(await refused(text, { ...actions, values: [] }), [
      'LengthMismatch',
      1n,
      0n,
      1n,
    ])
    assert.deepEqual(await refused(text, { ...actions, calldatas: [] }), [
      'LengthMismatch',
      1n,
      1n,
      0n,
    ])
    assert.deepEqual(await refused(text, { ...actions, targets: [] }), [
      'LengthMismatch',
      0n,
      1n,
      1n,
    ])
  })

  it('shares the chunk of equal actions between PIPs', async () => {
    const actions = [action(parliament.treasury, 'spend', [addressOf(dave), 1n])]
    const first = await parliament.submit(number, { actions, markdown: '# Shared\n' })
    const second = await parliament.submit(number + 500, { actions, markdown: '# Shared\n' })
    const names = [first, second].map((receipt) =>
      parliament.events(parliament.registry, receipt).map(([name]) => name),
    )
    assert.deepEqual(names, [['ChunkStored', 'Revised'], ['Revised']])
  })
})
