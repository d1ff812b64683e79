/** A node of its own process, to be stopped by a signal. Prints what it hears. */
import { writeSync } from 'node:fs'

import { systemClock } from '../../node/clock.ts'
import { TestNode } from './nodes.ts'

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

const node = await TestNode.start({
  clock: systemClock,
  pushes: [{ id: '/pars/dag/1', traffic: 'dag', receive() {} }],
  topics: [
    {
      name: 'transactions',
      validate(message) {
        say(`heard ${message[0] ?? 0}`)
        return 'accept'
      },
    },
  ],
})
say(`at ${node.address}`)
