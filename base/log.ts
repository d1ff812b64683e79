export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Structured log lines. `facts` hold plain values; secrets never enter. */
export interface Log {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void
  info(message: string, facts?: Readonly<Record<string, unknown>>): void
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void
  error(message: string, facts?: Readonly<Record<string, unknown>>): void
}

/** Drops everything. */
export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
