/** Asks a person at a terminal for what describes a network. */
import process from 'node:process'

import { cancel, intro, isCancel, log, outro, select, text } from '@clack/prompts'
import { InvalidArgumentError } from 'commander'

import { Fault, isFault } from '#base'

import { systemClock } from '../../clock.ts'
import { systemRandom } from '../../random.ts'
import { wholeOf } from '../arguments.ts'
import { allocationOf } from './answers.ts'
import {
  type Allocation,
  type Description,
  type Known,
  newGenesis,
  withPrecompiles,
} from './new-genesis.ts'

/** Standard output is for the result. */
const output = process.stderr

/** Throws `NODE_CANCELLED` when the person leaves. */
export async function ask(known: Known): Promise<Description> {
  intro('A network of your own', { output })
  const described: Description = {
    name: known.name ?? (await line('Its name', 'My Network', '', (name) => problem({ name }))),
    chainId: known.chainId ?? (await chainId()),
    token:
      known.token ?? (await line('Name of its token', '', 'Pars', (token) => problem({ token }))),
    symbol:
      known.symbol ??
      (await line('Symbol of its token', '', 'PARS', (symbol) => problem({ symbol }))),
    dev: known.dev || (await isDev()),
    alloc: known.alloc.length > 0 ? known.alloc : await allocations(),
    blockMs: known.blockMs ?? (await blockMs()),
    gasLimit: known.gasLimit ?? (await gasLimit()),
    set: known.set ?? {},
    precompile: known.precompile.length > 0 ? known.precompile : await precompiles(known.project),
    project: known.project,
  }
  outro('That is all.', { output })
  return described
}

async function chainId(): Promise<bigint> {
  const question = 'Its chain id, which no other network should have'
  return BigInt(
    await line(
      question,
      '4242',
      '',
      (given) => whole(given) ?? problem({ chainId: BigInt(given) }),
    ),
  )
}

async function blockMs(): Promise<bigint> {
  return BigInt(
    await line('Milliseconds between two blocks', '', '1000', (given) => {
      return whole(given) ?? problem({ blockMs: BigInt(given) })
    }),
  )
}

async function gasLimit(): Promise<bigint> {
  return BigInt(
    await line('Gas limit of a block', '', '30000000', (given) => {
      return whole(given) ?? problem({ gasLimit: BigInt(given) })
    }),
  )
}

/** Asked again until all can be loaded. */
async function precompiles(project: string): Promise<readonly string[]> {
  const question = 'Precompiles of packages? Names or ./folders, with spaces between them'
  for (;;) {
    const precompile = wordsIn(await line(question, 'none', ' ', () => undefined))
    try {
      await withPrecompiles(newGenesis(sample, systemRandom, systemClock), { precompile, project })
      return precompile
    } catch (error) {
      if (!isFault(error)) throw error
      log.error(error.message, { output })
    }
  }
}

async function isDev(): Promise<boolean> {
  const answer = await select({
    output,
    message: 'What is it for?',
    options: [
      { value: false, label: 'use', hint: 'accounts and their keys are your own' },
      { value: true, label: 'development', hint: 'ten funded accounts whose keys everybody has' },
    ],
  })
  if (isCancel(answer)) throw cancelled()
  return answer
}

function allocationsIn(given: string): readonly Allocation[] {
  return wordsIn(given).reduce<Allocation[]>((before, one) => allocationOf(one, before), [])
}

function wordsIn(given: string): readonly string[] {
  return given.split(/[\s,]+/).filter((one) => one.length > 0)
}

async function allocations(): Promise<readonly Allocation[]> {
  const question = 'Who owns the first tokens? address=tokens, with spaces between them'
  const answer = await line(question, 'nobody', ' ', (given) => {
    try {
      return problem({ alloc: allocationsIn(given) })
    } catch (error) {
      if (error instanceof InvalidArgumentError) return error.message
      throw error
    }
  })
  return allocationsIn(answer)
}

/** One line of text; `usual` where nothing is typed, unless that is refused too. */
async function line(
  message: string,
  placeholder: string,
  usual: string,
  check: (given: string) => string | undefined,
): Promise<string> {
  const answer = await text({
    output,
    message,
    placeholder: placeholder || usual,
    defaultValue: usual,
    validate: (given = '') => check(given || usual),
  })
  if (isCancel(answer)) throw cancelled()
  return answer
}

function whole(given: string): string | undefined {
  try {
    wholeOf(given)
    return undefined
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    return 'Give a whole number.'
  }
}

const sample = { name: 'Network', chainId: 7227n, alloc: [], dev: false }

/** What the rules of a genesis say of an answer. */
function problem(answer: Partial<Description>): string | undefined {
  try {
    newGenesis({ ...sample, ...answer }, systemRandom, systemClock)
    return undefined
  } catch (error) {
    if (!isFault(error, 'GENESIS_INVALID')) throw error
    const { problems = [] } = error.facts as { readonly problems?: readonly string[] }
    return problems.join('; ')
  }
}

function cancelled(): Fault {
  cancel('Nothing was written.', { output })
  return new Fault({ code: 'NODE_CANCELLED' }, 'nothing was written: start again, or give flags')
}
