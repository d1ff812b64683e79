import type { Clock } from '#base'

import { MeshNode } from '../node/node.ts'
import { MeshIdentity } from '../reach/identity.ts'
import { Air } from './air.ts'
import { SeededRandom } from './chance.ts'
import type { Conditions } from './conditions.ts'
import { SimMedium } from './sim-medium.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface MeetingOptions {
  /** Between the two; each is a medium of its own, all alike. */
  readonly hops: number
  readonly conditions: Conditions
  readonly seed: string
  /** Of the object that is sent. */
  readonly bytes: number
}

/** Milliseconds of virtual time. */
export interface Meeting {
  /** From the announce to a path. */
  readonly path: number
  /** From there to a link, with fetching the key. */
  readonly link: number
  /** From there to the receipt of the object. */
  readonly object: number
  /** The share of the bit rate that the object had. */
  readonly goodput: number
}

const longest = 30 * 86_400_000

/**
 * Two whole nodes at the ends of a line of them: one announces itself, the other links to it and sends
 * an object. Undefined where they don't meet within 30 days.
 */
export async function meet(options: MeetingOptions): Promise<Meeting | undefined> {
  const { conditions, bytes } = options
  const clock = new VirtualClock()
  const random = new SeededRandom(options.seed)
  const [first, last, others] = await line(clock, random, options)
  const identity = MeshIdentity.create(random, clock.now())
  const start = clock.now()
  last.serve(identity)
  // Where announces get lost, who waits for one asks.
  if (conditions.loss !== undefined) first.reach.seek(identity.label, () => {})
  await clock.run(longest, () => first.reach.pathTo(identity.label) !== undefined)
  const heard = clock.now()
  const link = await outcome(clock, first.connect(identity.address, longest))
  const linked = clock.now()
  const receipt = link && (await outcome(clock, link.value.send(random.bytes(bytes))))
  const sent = clock.now()
  await Promise.all([first, last, ...others].map((node) => node.stop()))
  if (receipt === undefined) return undefined
  const least = (bytes * 8000) / conditions.bitsPerSecond
  const [path, linking, object] = [heard - start, linked - heard, sent - linked]
  return { path, link: linking, object, goodput: least / object }
}

async function line(
  clock: Clock,
  random: SeededRandom,
  { hops, conditions, seed }: MeetingOptions,
): Promise<readonly [first: MeshNode, last: MeshNode, others: readonly MeshNode[]]> {
  const first = nodeOf(clock, `${seed} 0`)
  const others: MeshNode[] = []
  let last = first
  for (let hop = 1; hop <= hops; hop++) {
    const air = new Air(clock, random, conditions)
    const next = nodeOf(clock, `${seed} ${hop}`)
    await last.attach(new SimMedium(air, `${hop - 1} right`))
    await next.attach(new SimMedium(air, `${hop} left`))
    if (hop < hops) others.push(next)
    last = next
  }
  return [first, last, others]
}

function nodeOf(clock: Clock, seed: string): MeshNode {
  const random = new SeededRandom(seed)
  return new MeshNode({ clock, random, clockIsTrusted: () => true, linked: () => {} })
}

/** Undefined where it fails or takes too long. */
async function outcome<Value>(
  clock: VirtualClock,
  promise: Promise<Value>,
): Promise<{ readonly value: Value } | undefined> {
  let settled: { readonly value: Value } | 'failed' | undefined
  promise.then(
    (value) => (settled = { value }),
    () => (settled = 'failed'),
  )
  await clock.run(longest, () => settled !== undefined)
  return settled === 'failed' ? undefined : settled
}
