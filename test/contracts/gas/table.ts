/** docs/GAS.md: what calls of the contracts of the genesis take. */
import { systemContracts } from '#contracts'

import { measureAccounts, measureFactory } from './accounts.ts'
import { measureGovernance } from './governance.ts'
import { measureCheckIn, measureDirectory, measureIdentities } from './identity.ts'
import { Meter, type Row } from './meter.ts'
import { measureValidators } from './validators.ts'
import { measureVe } from './ve.ts'

const scenes = [
  measureValidators,
  measureVe,
  measureGovernance,
  measureIdentities,
  measureDirectory,
  measureCheckIn,
  measureFactory,
  measureAccounts,
]

const start = '<!-- gas:start -->'
const end = '<!-- gas:end -->'

/** Every measured call, in the order in which it was made first. */
export async function measured(): Promise<readonly Row[]> {
  const meter = new Meter()
  for (const measure of scenes) await measure(meter)
  return [...Map.groupBy(meter.rows, ({ contract, call }) => `${contract} ${call}`).values()].flat()
}

/** `document` with the tables of `rows` between its markers. */
export function withGas(document: string, rows: readonly Row[]): string {
  const [before, rest] = document.split(start)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`no ${start} … ${end}`)
  const sections = systemContracts.map(({ address, contractName }) => {
    const own = rows.filter(({ contract }) => contract === contractName)
    const lines = own.map(({ call, when, gas }) => {
      return `| ${call} | ${when} | ${gas.toLocaleString('en-US')} |`
    })
    const place = `0x${address.slice(-4)}`
    const head = ['| call | when | gas |', '| --- | --- | ---: |']
    return [`## ${place} ${contractName}`, '', ...head, ...lines].join('\n')
  })
  return [before, start, '\n\n', sections.join('\n\n'), '\n\n', end, after].join('')
}
