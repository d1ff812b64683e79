import assert from 'node:assert/strict'

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

describe('the log', () => {
  it('puts a line with its facts on standard error, from its level on', () => {
    const text = captured('text', (log) => {
      log.debug('never')
      log.info('sealed', { height: 7n, hash: Uint8Array.of(0xab) })
      log.error('broken')
    })
    assert.match(text, /^\S+ .*info .*sealed height=7 hash=0xab\n\S+ .*error.* broken\n$/)
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
