/** Run as a thread: opens the folder that another thread has open, reads and writes in it. */
import { parentPort, workerData } from 'node:worker_threads'

import { openLevel } from '#storage'

const store = await openLevel(String(workerData))
const found = store.get(Uint8Array.of(1))
const snapshot = store.snapshot()
await store.write([{ type: 'put', key: Uint8Array.of(2), value: Uint8Array.of(22) }], {
  sync: true,
})
const inSnapshot = snapshot.get(Uint8Array.of(2))
await snapshot.close()
await store.close()
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
parentPort?.postMessage({ found, inSnapshot })
