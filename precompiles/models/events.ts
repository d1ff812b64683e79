import { event } from '../contract.ts'

const id = ['bytes32', 'id'] as const

/** `hash`: SHA3-256 of the model's bytes, which follow in chunks. */
export const registered = event(
  'Registered',
  [id, ['address', 'publisher']],
  [
    ['string', 'name'],
    ['uint64', 'version'],
    ['bytes32', 'hash'],
  ],
)

export const chunkStored = event('ChunkStored', [id], [['uint64', 'index']])

export const finalized = event(
  'Finalized',
  [id],
  [
    ['uint64', 'macs'],
    ['uint64', 'elements'],
  ],
)

export const deactivated = event('Deactivated', [id], [])

export const transferred = event('Transferred', [id, ['address', 'from'], ['address', 'to']], [])
