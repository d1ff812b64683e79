import { styleText } from 'node:util'

import { pino } from 'pino'

import { isFault, type Log, type LogLevel, plainFacts } from '#base'

export type LogFormat = 'text' | 'json'

type Facts = Readonly<Record<string, unknown>>

/** Lines on standard error: text for people, JSON for machines. */
export function createLog(init: { readonly format: LogFormat; readonly level: LogLevel }): Log {
  return init.format === 'json' ? jsonLog(init.level) : textLog(init.level)
}

function jsonLog(level: LogLevel): Log {
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
  const at =
    (name: LogLevel) =>
    (message: string, facts: Facts = {}) =>
      logger[name](forMachines(facts), message)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const colour = { debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red' } as const

function textLog(level: LogLevel): Log {
  const at =
    (name: LogLevel) =>
    (message: string, facts: Facts = {}): void => {
      if (order.indexOf(name) < order.indexOf(level)) return
      const time = new Date().toISOString().slice(11, 19)
      const tag = styleText(colour[name], name.padEnd(5), { stream: process.stderr })
      const rest = Object.entries(plainFacts(facts)).map(
        ([key, value]) => `${key}=${String(value)}`,
      )
      process.stderr.write(`${time} ${tag} ${[message, ...rest].join(' ')}\n`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** An error as JSON shows it: by itself it has no fields that JSON would take. */
function forMachines(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(plainFacts(facts)).map(([key, value]) => [
      key,
      value instanceof Error ? errorFacts(value) : value,
    ]),
  )
}

function errorFacts(error: Error): Facts {
  const { name, message, stack } = error
  if (!isFault(error)) return { name, message, stack }
  return { ...plainFacts(error.facts), cure: error.cure, stack }
}
