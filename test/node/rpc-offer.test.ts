import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { isFault } from '#base'
import { limits, publicMethods } from '#rpc'

import { type OfferSettings, rpcOffer } from '../../node/rpc-offer.ts'
import { openRpcToken } from '../../node/rpc-token.ts'

const loopback = { host: '127.0.0.1' }
const source = path.join(import.meta.dirname, '../rpc/certificate')

function refuses(settings: OfferSettings, code: string): Promise<void> {
  return assert.rejects(rpcOffer(settings), (error) => isFault(error, code))
}

describe('what a node offers over JSON-RPC', () => {
  let folder: string
  let files: { readonly tlsCertificate: string; readonly tlsKey: string }
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-offer-'))
    files = {
      tlsCertificate: path.join(folder, 'certificate.pem'),
      tlsKey: path.join(folder, 'key.pem'),
    }
    copyFileSync(path.join(source, 'certificate.pem'), files.tlsCertificate)
    copyFileSync(path.join(source, 'key.pem'), files.tlsKey)
    chmodSync(files.tlsKey, 0o600)
  })
  after(() => rmSync(folder, { recursive: true }))

  it('is everything to the programs of its machine, as much as they like', async () => {
    assert.deepEqual(await rpcOffer(loopback), {
      rate: { perSecond: limits.rateUnits.value, includesLocal: false },
    })
  })

  it('is what is cheap and public beyond it, also through a proxy', async () => {
    const beyond = await rpcOffer({ host: '0.0.0.0', ...files })
    const proxied = await rpcOffer({ ...loopback, trustsProxy: true })
    for (const { httpMethods, wsMethods, rate } of [beyond, proxied]) {
      assert.deepEqual([httpMethods, wsMethods], [publicMethods, publicMethods])
      assert.deepEqual(rate, { perSecond: limits.rateUnits.value, includesLocal: false })
    }
    assert.match(beyond.tls?.certificate ?? '', /^-----BEGIN CERTIFICATE-----/)
  })

  it('is what the settings say', async () => {
    const chosen = await rpcOffer({
      host: '::',
      ...files,
      httpMethods: ['eth_', 'debug_'],
      rpcRate: 20,
    })
    assert.deepEqual(chosen.httpMethods, ['eth_', 'debug_'])
    assert.deepEqual(chosen.wsMethods, ['eth_', 'debug_'])
    assert.deepEqual(chosen.rate, { perSecond: 20, includesLocal: true })
    const other = await rpcOffer({ ...loopback, wsMethods: [], rpcRate: 0 })
    assert.deepEqual(other, { wsMethods: [] })
  })

  it('is nothing beyond the machine without a certificate and its key', async () => {
    await refuses({ host: '0.0.0.0' }, 'RPC_NOT_LOOPBACK')
    const { tlsCertificate, tlsKey } = files
    await refuses({ host: '0.0.0.0', tlsCertificate }, 'NODE_TLS')
    await refuses({ host: '0.0.0.0', tlsKey }, 'NODE_TLS')
  })

  it('needs files that belong together, and a key that nobody else can read', async () => {
    const at = { host: '0.0.0.0', ...files }
    const absent = path.join(folder, 'absent.pem')
    await refuses({ ...at, tlsCertificate: absent }, 'NODE_FILE')
    await refuses({ ...at, tlsKey: absent }, 'NODE_FILE')
    const garbage = path.join(folder, 'garbage.pem')
    writeFileSync(garbage, 'no PEM', { mode: 0o600 })
    await refuses({ ...at, tlsCertificate: garbage }, 'NODE_TLS')
    await refuses({ ...at, tlsKey: garbage }, 'NODE_TLS')
    const exposed = path.join(folder, 'exposed.pem')
    copyFileSync(files.tlsKey, exposed)
    chmodSync(exposed, 0o644)
    await refuses({ ...at, tlsKey: exposed }, 'NODE_FILE_EXPOSED')
  })
})

describe('the token of a node', () => {
  it('is another one after each start, lies in the data folder for its owner alone, and goes', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-token-'))
    const file = path.join(folder, 'rpc-token')
    writeFileSync(file, 'of a node that was killed')
    const tokens = new Set<string>()
    for (let count = 0; count < 2; count++) {
      await using opened = await openRpcToken(folder)
      tokens.add(opened.token)
      assert.match(opened.token, /^[0-9a-f]{64}$/)
      assert.equal(statSync(file).mode & 0o777, 0o600)
    }
    assert.equal(tokens.size, 2)
    assert.equal(statSync(file, { throwIfNoEntry: false }), undefined)
    rmSync(folder, { recursive: true })
  })
})
