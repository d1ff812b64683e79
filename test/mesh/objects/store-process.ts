/** Run as a process of its own: stores objects and says each that is stored, until it is killed. */
import { objectId, ObjectStore } from '../../../mesh/objects/index.ts'
import { openLevel } from '../../../storage/index.ts'
import { ManualClock } from '../../manual-clock.ts'
import { Seeded } from '../../seeded.ts'

const [folder = ''] = process.argv.slice(2)
const random = new Seeded('process')
const objects = await ObjectStore.open({
  store: await openLevel(folder),
  clock: new ManualClock(1_700_000_000_000),
  random,
})
for (;;) {
  const bodies = Array.from({ length: 8 }, () => random.bytes(500))
  await Promise.all(bodies.map((body) => objects.put(1, body)))
  process.stdout.write(`${bodies.map((body) => objectId(1, body).toHex()).join('\n')}\n`)
}
