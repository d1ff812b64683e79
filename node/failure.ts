import { CommanderError } from 'commander'

import { Fault, isFault, plainFacts } from '#base'

import { exitCodeOf, exitCodes } from './exit-codes.ts'

/** What a command that failed says on standard error, and what it exits with. */
export interface Report {
  readonly text: string
  readonly exitCode: number
}

/** For people, who were told already what is wrong with a line that was not understood. */
export function reportText(error: unknown): Report {
  if (error instanceof CommanderError) return { text: '', exitCode: usageExitCode(error) }
  const text = isFault(error) ? error.message : reasonOf(error)
  return { text: `pars: ${text}\n`, exitCode: exitCodeOf(error) }
}

/** For programs: one line of JSON with the fault's code, facts and cure. */
export function reportJson(error: unknown): Report {
  if (error instanceof CommanderError && error.exitCode === 0) return { text: '', exitCode: 0 }
  const fault = faultOf(error)
  const { code, ...facts } = plainFacts(fault.facts)
  const exitCode = exitCodeOf(fault)
  const report = { code, facts, cure: fault.cure ?? null, exitCode }
  return { text: `${JSON.stringify(report)}\n`, exitCode }
}

function usageExitCode({ exitCode }: CommanderError): number {
  return exitCode === 0 ? exitCodes.success : exitCodes.usage
}

function faultOf(error: unknown): Fault {
  if (isFault(error)) return error
  if (error instanceof CommanderError) {
    const reason = error.message.replace(/^error: /, '')
    return new Fault({ code: 'NODE_USAGE', reason }, '--help explains the command')
  }
  return new Fault(
    { code: 'NODE_DEFECT', reason: reasonOf(error) },
    'report this as a defect, with the whole line',
  )
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
