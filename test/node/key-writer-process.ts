/** Writes keys into a folder, and says so after each, until it is killed: at a step, by itself. */
import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import process from 'node:process'

import { KeyFolder } from '../../node/keystore.ts'
import { systemRandom } from '../../node/random.ts'
import { seal } from '../identity/keys.ts'

const [folder = '', step = ''] = process.argv.slice(2)

await using handle = await files.open(import.meta.filename)
const prototype = Object.getPrototypeOf(handle) as typeof handle
const sync = Object.getOwnPropertyDescriptor(prototype, 'sync')?.value as () => Promise<void>
const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('SIGKILL is not caught')
}
let syncs = 0
const steps: Readonly<Record<string, () => void>> = {
  'open and write': () => (prototype.writeFile = die),
  'half a write and the rest': () => {
    prototype.writeFile = async function (this: typeof handle, bytes) {
      await this.write(bytes as Uint8Array, 0, 300)
      die()
    }
  },
  'write and sync': () => (prototype.sync = die),
  'sync and link': () => (files.link = die),
  'link and removal of the draft': () => (files.rm = die),
  'removal of the draft and sync of the folder': () => {
    prototype.sync = async function (this: typeof handle) {
      if (++syncs === 2) die()
      await sync.call(this)
    }
  },
}
steps[step]?.()
syncBuiltinESMExports()

const keys = new KeyFolder(folder)
const keystore = await seal()
for (;;) {
  const keyHash = step === '' ? systemRandom.bytes(32) : keystore.keyHash
  process.stdout.write(`${await keys.add({ ...keystore, keyHash })}\n`)
}
