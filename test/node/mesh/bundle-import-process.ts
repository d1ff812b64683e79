/** Imports a bundle, and is killed by itself when it has read so many bytes. */
import process from 'node:process'

import { importBundle } from '#mesh'

import { systemClock } from '../../../node/clock.ts'
import { sourceOf } from '../../../node/mesh/bundle/file.ts'
import { withMeshFolder } from '../../../node/mesh/bundle/folder.ts'
import { sinkInto } from '../../../node/mesh/bundle/import.ts'

const [data = '', file = '', key = '', most = ''] = process.argv.slice(2)

async function* dying(start: number): AsyncGenerator<Uint8Array> {
  let left = Number(most)
  for await (const piece of sourceOf(file)(start)) {
    left -= piece.length
    if (left < 0) process.kill(process.pid, 'SIGKILL')
    yield piece
  }
}

await withMeshFolder(data, ({ objects, journal }) =>
  importBundle({
    source: dying,
    by: { kind: 'group', key: Uint8Array.fromHex(key) },
    sink: sinkInto(objects),
    journal,
    clock: systemClock,
  }),
)
