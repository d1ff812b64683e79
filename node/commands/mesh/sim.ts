import { type Command, InvalidArgumentError } from 'commander'

import { Fault } from '#base'
import { meet } from '#mesh'

import { print } from '../printing.ts'

interface SimFlags {
  readonly hops: number
  readonly bps: number
  readonly latency: number
  readonly loss: number
  readonly jitter: number
  readonly bytes: number
  readonly seed: string
  readonly json?: boolean
}

const mostHops = 32
const mostBytes = 4_000_000

export function configure(command: Command): void {
  command
    .option('--hops <count>', 'media between the two, all alike', within(1, mostHops), 3)
    .option('--bps <rate>', 'bits per second', within(1, 1e9), 1000)
    .option('--latency <ms>', 'of each, one way', within(0, 3_600_000), 1000)
    .option('--jitter <ms>', 'by which cells come later, at most', within(0, 3_600_000), 0)
    .option('--loss <percent>', 'of cells', within(0, 90), 0)
    .option('--bytes <count>', 'of what is sent', within(1, mostBytes), 1000)
    .option('--seed <text>', 'of all that is left to chance', '1')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Whole nodes run on a simulated air: one announces itself, the other finds a path, fetches its key, makes
a link and sends something. The same seed gives the same again. Seconds:
  pars mesh sim --hops 1 --bps 250 --latency 2000 --loss 20`,
    )
    .action(async ({ hops, bps, latency, jitter, loss, bytes, seed, json }: SimFlags) => {
      const chance = loss === 0 ? {} : { loss: loss / 100 }
      const conditions = { bitsPerSecond: bps, latency, jitter, ...chance }
      const meeting = await meet({ hops, conditions, seed, bytes })
      if (meeting === undefined) {
        throw new Fault({ code: 'MESH_LINK', reason: 'unreachable' }, 'they do not meet in a month')
      }
      const { path, link, object, goodput } = meeting
      print(json === true, {
        'announce to path': seconds(path),
        'to link': seconds(link),
        'to receipt': seconds(object),
        'share of the rate': Math.round(goodput * 1000) / 1000,
      })
    })
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000
}

function within(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text !== '' && value >= least && value <= most) return value
    throw new InvalidArgumentError(`it is a number from ${least} to ${most}.`)
  }
}
