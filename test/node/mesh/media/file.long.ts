import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import process from 'node:process'

import { openMedium } from '../../../../node/mesh/media/index.ts'
import { systemRandom } from '../../../../node/random.ts'
import { conforms } from './conformance.ts'
import { makeFolder } from './folder.ts'

conforms({
  name: 'drop',
  cells: 20,
  async rig({ ports }) {
    const folder = await makeFolder()
    return {
      a: openMedium({ kind: 'drop', folder: folder.path }, ports),
      b: openMedium(`drop:${folder.path}`, ports),
      async garbage(bytes) {
        const name = systemRandom.bytes(16).toHex()
        await writeFile(path.join(folder.path, `${name}.cells`), bytes)
        await writeFile(path.join(folder.path, `${name}.part`), bytes)
        await writeFile(path.join(folder.path, `${name}.txt`), bytes)
      },
      end: () => folder.remove(),
    }
  },
})

/** Joins its standard input and output to a port of this machine. */
const bridge = (port: number): string => {
  const program = `const s=require('net').connect(${port},'127.0.0.1');s.on('error',()=>process.exit(1));s.on('close',()=>process.exit(0));process.stdin.pipe(s);s.pipe(process.stdout)`
  return `exec "${process.execPath}" -e "${program}"`
}

conforms({
  name: 'pipe',
  cells: 20,
  timeout: 60_000,
  async rig({ ports }) {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    server.close()
    await once(server, 'close')
    return {
      a: openMedium({ kind: 'pipe', command: bridge(port), latency: 5, bps: 1e9 }, ports),
      b: openMedium(`tcp-listen://127.0.0.1:${port}?latency=5&bps=1000000000`, ports),
      async garbage(bytes) {
        const socket = connect(port, '127.0.0.1')
        await once(socket, 'connect')
        socket.end(bytes)
        socket.resume()
        await once(socket, 'close')
      },
      async end() {},
    }
  },
})
