/** What PIPs are about, in the order of IPIPRegistry's categories. @see PIPs/README.md, "Types and numbers" */

export const pipTypes = ['Core', 'Interface', 'Process', 'Informational', 'Treasury'] as const
export type PipType = (typeof pipTypes)[number]
export type Category = PipType | 'Local'

/** What a text is for this repository; where its proposal stands, a network's registry says. */
export const fileStatuses = ['Draft', 'Active', 'Superseded', 'Rejected', 'Withdrawn'] as const
export type FileStatus = (typeof fileStatuses)[number]

/** By the thousands of a number; from 9000 on all are Local. */
const categories: readonly (Category | undefined)[] = [
  ...pipTypes,
  ...Array.from({ length: 4 }, () => undefined),
]

/** The category of `number`; undefined where none has it yet. */
export function categoryOf(number: number): Category | undefined {
  return number < 9000 ? categories[Math.floor(number / 1000)] : 'Local'
}

/** Why a PIP of `type` has not this `number`, or undefined when it may. */
export function numberObjection(number: number, type: PipType): string | undefined {
  const category = categoryOf(number)
  if (category === undefined) return `no category has ${name(number)} yet: see PIPs/README.md`
  if (category === type || category === 'Local' || type === 'Informational') return undefined
  const from = pipTypes.indexOf(type) * 1000
  const range = `${name(from || 1)} to ${name(from + 999)}`
  return `${name(number)} is of category ${category}: ${type} has ${range}`
}

function name(number: number): string {
  return `PIP-${fourDigits(number)}`
}

export function fourDigits(number: number): string {
  return number.toString().padStart(4, '0')
}
