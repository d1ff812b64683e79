import { type Parameters, parameters as usual } from '#consensus'

import { Dice } from './dice.ts'
import {
  type Fault,
  losesMemory,
  maySignTwice,
  nodesWith,
  type Scenario,
  scenarioVersion,
  type Sizes,
  sparedStake,
  type Traits,
} from './scenario.ts'

export interface DrawOptions {
  /** Committee sizes to draw from. */
  readonly sizes?: readonly number[]
  readonly world?: Scenario['world']
  /** Rounds of faults at most. */
  readonly chaos?: number
  /** Instead of drawn ones. */
  readonly gcDepth?: number
  /** Kinds of faults to draw; all by default. */
  readonly faults?: readonly Fault['kind'][]
  /** Instead of drawn ones. */
  readonly parameters?: Partial<Parameters>
  readonly fixed?: Partial<Sizes>
}

/** One world in so many is one of whole nodes, which take ten times as long. */
const wholeEvery = 16
const coreFaults: readonly Fault['kind'][] = [
  'crash',
  'amnesia',
  'corruption',
  'relapse',
  'rollback',
  'twin',
  'partition',
  'cut',
  'slow',
  'disk',
  'divergence',
  'byzantine',
]
const nodeFaults: readonly Fault['kind'][] = [
  'crash',
  'amnesia',
  'corruption',
  'relapse',
  'partition',
  'cut',
  'slow',
  'disk',
  'full',
  'divergence',
  'byzantine',
]

/** The scenario of `seed`. */
export function draw(seed: number, options: DrawOptions = {}): Scenario {
  const dice = new Dice(seed, 1)
  const world = options.world ?? (seed % wholeEvery === 0 ? 'nodes' : 'core')
  const size = dice.pick(options.sizes ?? [4, 4, 4, 5, 7, 7, 10])
  const isEqual = dice.chance(60)
  const stakes = Array.from({ length: size }, () => (isEqual ? 1 : dice.between(1, 4)))
  const drawnDepth = dice.chance(75) ? dice.between(8, 40) : 60
  const gcDepth = options.gcDepth ?? drawnDepth
  const minRoundDelay = dice.pick([50, 100, 200])
  const leaderTimeout = dice.pick([100, 250, 500])
  const idleRoundDelay = minRoundDelay * dice.pick([1, 2, 5])
  const most = dice.pick([5, 20, 60, 120])
  const stable = dice.between(20, options.chaos ?? 100) * Math.max(minRoundDelay, most)
  const isNoisy = dice.chance(60)
  const scenario: Omit<Scenario, keyof Sizes> = {
    version: scenarioVersion,
    seed,
    world,
    stakes,
    constants: {
      gcDepth,
      scheduleWindow: dice.chance(50) ? dice.between(2, 20) : 300,
    },
    parameters: {
      minRoundDelay,
      idleRoundDelay,
      leaderTimeout,
      leaderTimeoutCap: 4 * leaderTimeout,
      jumpLag: gcDepth === 60 ? 20 : dice.between(3, Math.ceil(gcDepth / 2) - 1),
      fetchDelay: dice.pick([0, 20, 50]),
      requestTimeout: dice.pick([200, 1_000]),
      askDelay: dice.pick([200, 1_000]),
      doppelgangerWindow: idleRoundDelay + usual.clockDrift + 200,
      ...options.parameters,
    },
    links: {
      least: dice.between(1, 5),
      most,
      loss: isNoisy ? dice.pick([0, 1, 5, 20]) : 0,
      duplicates: isNoisy ? dice.pick([0, 2, 10]) : 0,
    },
    skews: stakes.map(() => (dice.chance(20) ? dice.between(-900, 900) : dice.between(0, 50))),
    load: dice.chance(20) ? 0 : dice.pick([50, 200, 1_000]),
    stable,
    end:
      stable + 2 * settling({ leaderTimeout, idleRoundDelay }) + 20 * Math.max(minRoundDelay, most),
    faults: [],
  }
  const more = new Dice(seed, 4)
  const sized = { ...scenario, ...drawSizes(more, world, size), ...options.fixed }
  const kinds = options.faults ?? (world === 'nodes' ? nodeFaults : coreFaults)
  const isMeant = ({ kind }: Fault): boolean => kinds.includes(kind)
  const drawn = drawFaults(dice, sized, kinds.includes('byzantine'))
    .map((fault) => milder(more, sized, fault))
    .filter(isMeant)
  const rarer = drawRarer(more, { ...sized, faults: drawn }).filter(isMeant)
  return finished({ ...sized, faults: [...drawn, ...rarer] })
}

function finished(scenario: Scenario): Scenario {
  const { faults, parameters, end } = scenario
  const isForgetful = faults.some(losesMemory)
  return {
    ...scenario,
    faults: faults.toSorted((a, b) => a.at - b.at),
    end: end + (isForgetful ? recovering({ ...usual, ...parameters }) : 0),
  }
}

/** Beside the usual ones those at which caps and cuts are met. */
function drawSizes(dice: Dice, world: Scenario['world'], size: number): Sizes {
  const isLarge = world === 'nodes' && size <= 5 && dice.chance(30)
  const large = dice.pick([
    { bytes: 5_500, count: 40 },
    { bytes: 5_500, count: 120 },
    { bytes: 131_072, count: 3 },
    { bytes: 100, count: 3_000 },
  ])
  return {
    transactions: isLarge ? large : { bytes: 8, count: 1 },
    heights: world === 'nodes' ? dice.pick([1, 1, 3, 60]) : dice.pick([1, 1, 1, 3]),
    disk: { delay: dice.pick([1, 1, 1, 5, 20]), buffer: dice.pick([4_096, 65_536, 4_194_304]) },
    answerBytes: dice.pick([65_536, 1_048_576, 8_388_608]),
    queueBytes: dice.pick([1_048_576, 8_388_608]),
  }
}

/** Milliseconds after which everything is in step again, once the network is timely. */
export function settling({
  leaderTimeout,
  idleRoundDelay,
}: Pick<Parameters, 'leaderTimeout' | 'idleRoundDelay'>): number {
  return 2_000 + 6 * (leaderTimeout + idleRoundDelay)
}

/** Milliseconds in which whoever lost its memory signs again, once the network is timely. */
export function recovering({
  askDelay,
  requestTimeout,
  doppelgangerWindow,
}: Pick<Parameters, 'askDelay' | 'requestTimeout' | 'doppelgangerWindow'>): number {
  return 2 * (askDelay + requestTimeout) + doppelgangerWindow
}

function drawFaults(dice: Dice, scenario: Scenario, withByzantine: boolean): readonly Fault[] {
  const { stakes } = scenario
  const tolerated = drawTolerated(dice, stakes)
  const faults: Fault[] = []
  for (const node of tolerated) {
    const kind = dice.below(10)
    if (kind < 6 && withByzantine)
      faults.push({ kind: 'byzantine', at: 0, node, traits: drawTraits(dice) })
    else faults.push(...severe(dice, scenario, node))
  }
  for (let count = dice.below(13); count > 0; count--) faults.push(common(dice, scenario))
  const isByzantine = (node: number): boolean =>
    faults.some((fault) => fault.kind === 'byzantine' && fault.node === node)
  return faults.filter(
    (fault) => fault.kind === 'byzantine' || !('node' in fault) || !isByzantine(fault.node),
  )
}

/** Wrong results, full disks, and a loss of power soon after a recovery. */
function drawRarer(dice: Dice, scenario: Scenario): readonly Fault[] {
  const { stable, stakes } = scenario
  const untrue = nodesWith(scenario.faults, maySignTwice)
  const rarer: Fault[] = []
  for (const fault of scenario.faults) {
    if (fault.kind !== 'amnesia' && fault.kind !== 'corruption') continue
    const at = fault.at + fault.down + 1
    const length = stable - at - 10
    const isAgain = dice.chance(50) && length > 0
    if (isAgain) rarer.push({ kind: 'relapse', at, length, node: fault.node, down: 10 })
  }
  const spared = sparedStake(scenario)
  const forgetful = nodesWith(scenario.faults, losesMemory)
  const diverging = nodesWith(scenario.faults, ({ kind }) => kind === 'divergence')
  const wrong = [...stakes.entries()].filter(
    ([node, stake]) =>
      !untrue.has(node) && !diverging.has(node) && (forgetful.has(node) || stake <= spared),
  )
  if (wrong.length > 0 && dice.chance(40)) rarer.push(divergence(dice, stable, dice.pick(wrong)[0]))
  const at = dice.below(stable)
  const full = dice.below(stakes.length)
  const room = dice.pick([0, 10_000, 200_000])
  const isFull = dice.chance(30) && !untrue.has(full)
  const left = Math.min(dice.pick([200, 2_000]), stable - at)
  if (isFull) rarer.push({ kind: 'full', at, length: left, node: full, room })
  return rarer
}

/** Some who would do anything only execute wrongly. */
function milder(dice: Dice, { stable }: Pick<Scenario, 'stable'>, fault: Fault): Fault {
  if (fault.kind !== 'byzantine' || !dice.chance(20)) return fault
  return divergence(dice, stable, fault.node)
}

function divergence(dice: Dice, stable: number, node: number): Fault {
  return { kind: 'divergence', at: dice.below(stable), length: dice.below(stable), node }
}

/** Nodes with stake up to f. */
function drawTolerated(dice: Dice, stakes: readonly number[]): readonly number[] {
  const total = stakes.reduce((sum, stake) => sum + stake, 0)
  let left = Math.floor((total - 1) / 3)
  const chosen: number[] = []
  for (const node of dice.shuffled([...stakes.keys()])) {
    const stake = stakes[node] ?? 0
    if (stake > left || dice.chance(30)) continue
    chosen.push(node)
    left -= stake
  }
  return chosen
}

function drawTraits(dice: Dice): Traits {
  const level = (): number => dice.pick([0, 0, 10, 50, 90])
  return {
    equivocates: level(),
    withholds: level(),
    silent: dice.pick([0, 0, 10, 90, 100]),
    lies: level(),
    forges: dice.pick([0, 0, 5, 20]),
  }
}

/** What costs a node its memory, once or more. */
function severe(dice: Dice, { stable, parameters }: Scenario, node: number): readonly Fault[] {
  const faults: Fault[] = []
  for (let count = dice.between(1, 3); count > 0; count--) {
    const at = dice.below(stable)
    const rounds = (many: number): number =>
      many * (parameters.minRoundDelay ?? usual.minRoundDelay)
    const down = Math.min(dice.pick([10, rounds(3), rounds(20)]), stable - at)
    const kind = dice.pick(['amnesia', 'amnesia', 'corruption', 'rollback', 'twin'] as const)
    if (kind === 'rollback') {
      faults.push({ kind, at, node, down, age: dice.pick([50, rounds(3), rounds(30)]) })
    } else if (kind === 'twin') {
      faults.push({ kind, at, node, length: dice.below(stable - at) })
    } else {
      faults.push({ kind, at, node, down })
      const again = at + down + dice.pick([rounds(1), rounds(2), rounds(5)])
      if (dice.chance(60) && again < stable) {
        faults.push({ kind: 'crash', at: again, node, down: Math.min(50, stable - again) })
      }
    }
  }
  return faults
}

function common(dice: Dice, { stable, stakes, parameters }: Scenario): Fault {
  const at = dice.below(stable)
  const node = dice.below(stakes.length)
  const rounds = dice.pick([0.5, 3, 15, 60])
  const { minRoundDelay } = { ...usual, ...parameters }
  const length = Math.min(rounds * minRoundDelay, stable - at)
  const kind = dice.pick(['crash', 'crash', 'partition', 'cut', 'slow', 'disk'] as const)
  if (kind === 'crash') return { kind, at, node, down: length }
  if (kind === 'partition') return { kind, at, length, groups: stakes.map(() => dice.below(2)) }
  if (kind === 'cut') return { kind, at, length, from: node, to: dice.below(stakes.length) }
  const delay = dice.pick(kind === 'slow' ? [50, 500, 2_000] : [20, minRoundDelay, 1_000])
  return { kind, at, length, node, delay }
}
