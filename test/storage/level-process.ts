/** Run as a process of its own: opens the store, prints `open` or the code, waits for its end. */
import { isFault } from '#base'
import { type Change, openLevel } from '#storage'

const [mode, folder = ''] = process.argv.slice(2)
try {
  const store = await openLevel(folder)
  process.stdout.write('open\n')
  if (mode === 'hold') await new Promise((resolve) => process.stdin.once('data', resolve))
  if (mode === 'fill') {
    for (let batch = 0; batch < 1000; batch++) {
      const change: Change = {
        type: 'put',
        key: Uint8Array.of(batch >> 8, batch & 255),
        value: Uint8Array.from({ length: 50_000 }, (_, index) => (index * 7919 + batch * 31) % 251),
      }
      await store.write([change], { sync: true })
      process.stdout.write(`${batch}\n`)
    }
  }
  await store.close()
} catch (error) {
  process.stdout.write(`${isFault(error) ? error.code : String(error)}\n`)
}
