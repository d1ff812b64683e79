/** Writes cells into the folder that it is given until it is killed, and says which were taken. */
import process from 'node:process'

import { silent } from '#base'

import { systemClock } from '../../../../node/clock.ts'
import { openMedium } from '../../../../node/mesh/media/index.ts'
import { systemRandom } from '../../../../node/random.ts'
import { numbered } from './numbered.ts'

const [, , folder = ''] = process.argv
const ports = { clock: systemClock, random: systemRandom, log: silent }
const medium = openMedium({ kind: 'drop', folder, bps: 1e12 }, ports)
await medium.start(() => {})
for (let number = 0; ; number += 4) {
  const batch = [0, 1, 2, 3].map((index) => medium.send(numbered(number + index)))
  await Promise.all(batch)
  process.stdout.write(`${number + 4}\n`)
}
