/**
 * One port, an ordered map of bytes to bytes with atomic batches and snapshots, and two things
 * behind it: LevelDB on a disk, and memory. Knows nothing of what is stored.
 *
 * @module
 */
export type { StoreFault } from './faults.ts'
export { openLevel } from './level.ts'
export { openMemory } from './memory.ts'
export type { Change, Range, Reader, Snapshot, Store } from './store.ts'
