import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect } from 'node:tls'

import type { Clock, Timer } from '#base'
import { NodeKey } from '#network'

import { watchCertificate } from '../../node/certificate-watch.ts'
import { limits } from '../../node/limits.ts'
import { systemRandom } from '../../node/random.ts'
import { recordingLog, serve } from '../rpc/fixture-server.ts'

/** Runs one task when it is told to, and tells when the next one was set. */
class Rounds implements Clock {
  #task: (() => void) | undefined
  #set = Promise.withResolvers<void>()

  now(): number {
    return 0
  }

  after(delay: number, task: () => void): Timer {
    assert.equal(delay, limits.tlsAge.value)
    this.#task = task
    this.#set.resolve()
    return { cancel: () => (this.#task = undefined) }
  }

  get isSet(): boolean {
    return this.#task !== undefined
  }

  async pass(): Promise<void> {
    this.#set = Promise.withResolvers<void>()
    this.#task?.()
    await this.#set.promise
  }
}

function fresh() {
  const { cert: certificate, key } = NodeKey.generate(systemRandom).credentials()
  return { certificate, key }
}

function fingerprint({ certificate }: { readonly certificate: string }): string {
  return new X509Certificate(certificate).fingerprint256
}

describe('a certificate that is replaced', () => {
  it('is shown to new connections, and only whole', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-certificate-'))
    const files = { certificate: path.join(folder, 'certificate'), key: path.join(folder, 'key') }
    const write = (pair: { readonly certificate: string; readonly key: string }): void => {
      writeFileSync(files.certificate, pair.certificate)
      writeFileSync(files.key, pair.key, { mode: 0o600 })
    }
    const first = fresh()
    write(first)
    const { server, url } = await serve({ tls: first })
    const clock = new Rounds()
    const log = recordingLog()
    const watch = watchCertificate({ ...files, clock, log, shown: first, server })
    const shown = async (): Promise<string> => {
      const port = Number(new URL(url).port)
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const found = socket.getPeerX509Certificate()?.fingerprint256 ?? ''
      socket.destroy()
      return found
    }
    assert.equal(await shown(), fingerprint(first))
    const second = fresh()
    writeFileSync(files.certificate, second.certificate)
    await clock.pass()
    await clock.pass()
    assert.equal(await shown(), fingerprint(first))
    assert.equal(log.errors.length, 1, 'it says once what is wrong')
    write(second)
    await clock.pass()
    assert.equal(await shown(), fingerprint(second))
    watch[Symbol.dispose]()
    assert.equal(clock.isSet, false)
    await server.close()
    rmSync(folder, { recursive: true })
  })
})
