import assert from 'node:assert/strict'

import { openMemory } from '#storage'

import { Inbox } from '../../../node/mesh/inbox.ts'
import type { Letter } from '../../../node/mesh/letters.ts'
import { Seeded } from '../../seeded.ts'

const limits = { items: 8, bytes: 8000, share: 4, seen: 16 }
const random = new Seeded('inbox')

function letter(address: Uint8Array | undefined = random.bytes(32)): Letter {
  const content = { kind: 'text', text: 'hello' } as const
  return { id: random.bytes(16), at: 1, address, isAnonymous: address === undefined, content }
}

describe('an inbox', () => {
  it('takes a letter once, however often it comes', async () => {
    const inbox = await Inbox.open(openMemory(), limits)
    const one = letter()
    assert.equal(await inbox.add(one), 1)
    assert.equal(await inbox.add({ ...one, at: 2 }), undefined)
    assert.equal(await inbox.add(letter(one.address)), 2)
    assert.equal(inbox.shelf.count, 2)
  })

  it('takes it once when it comes over two links at the same time', async () => {
    const inbox = await Inbox.open(openMemory(), limits)
    const one = letter()
    assert.deepEqual(await Promise.all([inbox.add(one), inbox.add(one)]), [1, undefined])
    assert.equal(inbox.shelf.count, 1)
  })

  it('knows it again after a restart, when it was removed long ago', async () => {
    const store = openMemory()
    const inbox = await Inbox.open(store, limits)
    const one = letter()
    await inbox.add(one)
    await inbox.shelf.remove(1)
    const again = await Inbox.open(store, limits)
    assert.equal(await again.add(one), undefined)
    assert.equal(again.shelf.count, 0)
  })

  it('forgets the oldest of those that it knows, on the disk too', async () => {
    const store = openMemory()
    const inbox = await Inbox.open(store, limits)
    const letters = Array.from({ length: limits.seen + 1 }, () => letter())
    for (const [index, one] of letters.entries()) {
      await inbox.add(one)
      await inbox.shelf.remove(index + 1)
    }
    const again = await Inbox.open(store, limits)
    const [oldest, second] = letters
    assert.ok(oldest && second)
    assert.equal(await again.add(second), undefined)
    assert.equal(await again.add(oldest), limits.seen + 2)
  })

  it('leaves room beside one sender, and beside all who don’t say who they are', async () => {
    const inbox = await Inbox.open(openMemory(), limits)
    const { address } = letter()
    const refused = letter(address)
    for (const one of [letter(address), letter(address)]) await inbox.add(one)
    await assert.rejects(inbox.add(refused), /MESH_SHELF_FULL/)
    const anonymous = (): Letter => ({ ...letter(), address: undefined, isAnonymous: true })
    for (const one of [anonymous(), anonymous()]) await inbox.add(one)
    await assert.rejects(inbox.add(anonymous()), /MESH_SHELF_FULL/)
    for (const one of [letter(), letter()]) await inbox.add(one)
    await inbox.shelf.remove(1)
    assert.equal(await inbox.add(refused), 7)
  })
})
