import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'

import { Fault } from '#base'

import { exitCodeOf, exitCodes } from '../../node/exit-codes.ts'
import { createLog, type LogFormat } from '../../node/index.ts'

/** What `write` puts on standard error as text. */
function captured(format: LogFormat, write: (log: ReturnType<typeof createLog>) => void): string {
  const original = process.stderr.write.bind(process.stderr)
  let text = ''
  process.stderr.write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk)
    return true
  }
  try {
    write(createLog({ format, level: 'info' }))
  } finally {
    process.stderr.write = original
  }
  return text
}

/** The lines of a log in JSON, which go to the descriptor itself; `statements` write to `log`. */
function jsonLines(statements: string): readonly Record<string, unknown>[] {
  const script = `
    import { Fault } from '#base'
    import { createLog } from './node/log.ts'
    const log = createLog({ format: 'json', level: 'info' })
    ${statements}`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: path.join(import.meta.dirname, '../..'),
    encoding: 'utf8',
  })
  const lines = stderr.trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the log', () => {
  it('puts a line with its facts on standard error, from its level on', () => {
    const text = captured('text', (log) => {
      log.debug('never')
      log.info('sealed', { height: 7n, hash: Uint8Array.of(0xab) })
      log.error('broken')
    })
    assert.match(text, /^\S+ .*info .*sealed height=7 hash=0xab\n\S+ .*error.* broken\n$/)
  })

  it('is one JSON object a line for machines, with the fields of an error and of a fault', () => {
    const [sealed, broken, refused, ...others] = jsonLines(`
      log.debug('never')
      log.info('sealed', { height: 7n, hash: Uint8Array.of(0xab) })
      log.error('broken', { error: new RangeError('out of range') })
      log.warn('refused', { error: new Fault({ code: 'POOL_FULL', bytes: 9n }, 'wait') })`)
    assert.deepEqual(others, [])
    assert.deepEqual(
      { ...sealed, time: typeof sealed?.['time'] },
      { level: sealed?.['level'], time: 'string', height: '7', hash: '0xab', msg: 'sealed' },
    )
    const error = broken?.['error'] as Record<string, string>
    assert.deepEqual([error['name'], error['message']], ['RangeError', 'out of range'])
    assert.match(error['stack'] ?? '', /^RangeError: out of range\n +at /)
    const fault = refused?.['error'] as Record<string, string>
    assert.deepEqual([fault['code'], fault['bytes'], fault['cure']], ['POOL_FULL', '9', 'wait'])
    assert.match(fault['stack'] ?? '', /POOL_FULL/)
  })
})

function of(code: string): number {
  return exitCodeOf(new Fault({ code }))
}

describe('exit codes', () => {
  it('follow from the code of a fault', () => {
    assert.equal(of('STORE_LOCKED'), exitCodes.data)
    assert.equal(of('CHAIN_GENESIS_MISMATCH'), exitCodes.data)
    assert.equal(of('CHAIN_FORMAT'), exitCodes.data)
    assert.equal(of('CHAIN_STOPPED'), exitCodes.stopped)
    assert.equal(of('PRECOMPILE_SHAPE'), exitCodes.genesis)
    assert.equal(of('GENESIS_INVALID'), exitCodes.genesis)
    assert.equal(of('SOMETHING_ELSE'), exitCodes.failure)
    assert.equal(exitCodeOf(new Error('anything')), exitCodes.failure)
  })

  it('are all different', () => {
    const codes = Object.values(exitCodes)
    assert.equal(new Set(codes).size, codes.length)
  })
})
