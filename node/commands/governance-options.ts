import { type Command, InvalidArgumentError, Option } from 'commander'

import { type GovernanceParameters, governanceRules, type ParameterName } from '#genesis'

import { amountOf, wholeOf } from './arguments.ts'
import { durationOf } from './duration.ts'

/** What a new network chooses of its governance. */
export function addGovernanceOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--set <parameter=value...>',
      'of governance: pip.reviewPeriod=10d, tier.0.quorum=15%',
    )
      .argParser(choiceOf)
      .default({}, 'as usual'),
  )
}

/** A parameter of governance: a time for seconds, tokens for wei, per cent for basis points. */
function choiceOf(
  text: string,
  before: Partial<GovernanceParameters>,
): Partial<GovernanceParameters> {
  const [, name = '', value = ''] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (!isParameter(name)) {
    throw new InvalidArgumentError(`Give one of ${Object.keys(governanceRules).join(', ')}.`)
  }
  return { ...before, [name]: valueOf(governanceRules[name].unit, value) }
}

function isParameter(name: string): name is ParameterName {
  return Object.hasOwn(governanceRules, name)
}

function valueOf(unit: string, text: string): bigint {
  if (unit === 'seconds') return durationOf(text)
  if (unit === 'wei') return amountOf(text)
  if (unit !== 'basis points') return wholeOf(text)
  const [, whole, hundredths = ''] = /^(\d{1,3})(?:\.(\d{1,2}))?%$/.exec(text) ?? []
  if (whole === undefined) throw new InvalidArgumentError('Give per cent: 15% or 66.67%.')
  return BigInt(whole) * 100n + BigInt(hundredths.padEnd(2, '0'))
}
