import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { openMedium } from '../../../../node/mesh/media/index.ts'
import { lacking } from '../../../lacking.ts'
import { Events, Station } from './station.ts'

describe('pipe medium and its command', function () {
  this.timeout(20_000)

  it('starts the command again when it ends, and says what it said', async () => {
    const events = new Events()
    const command = 'echo no such village >&2; exit 3'
    const medium = openMedium({ kind: 'pipe', command, latency: 1 }, events.ports)
    await medium.start(() => {})
    const gone = await events.logged('a neighbour is gone')
    assert.match(String(gone.facts['reason']), /exit code 3/)
    const said = await events.logged('a command says')
    assert.equal(said.facts['text'], 'no such village')
    await events.logged('a neighbour is there', events.lines.indexOf(gone))
    await medium.stop()
  })

  it('says what can’t be started, and goes on trying', async () => {
    const events = new Events()
    const medium = openMedium('pipe:/nonexistent/command', events.ports)
    await medium.start(() => {})
    const { facts } = await events.logged('a neighbour is gone')
    assert.match(String(facts['reason']), /exit code 127/)
    await medium.stop()
  })

  it('ends with it all that the command has started', async function () {
    lacking(this, existsSync('/proc/self/stat') ? undefined : 'processes are looked up in /proc')
    const events = new Events()
    const command = 'trap "" TERM; sleep 600 & echo $! >&2; cat'
    const station = new Station(openMedium({ kind: 'pipe', command }, events.ports), events)
    await station.start()
    const { facts } = await events.logged('a command says')
    const child = Number(facts['text'])
    process.kill(child, 0)
    // The command gives back what it gets.
    await station.reach(station, new Uint8Array(40).fill(1))
    await station.medium.stop()
    while (await isRunning(child)) await nextTurn()
  })
})

/** One that has ended may still wait for its parent to ask. */
async function isRunning(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /\) [^ZX]/.test(line)
}
