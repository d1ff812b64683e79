/** The package as it is published, in another project: bundled, run by plain Node, and type-checked. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

import { applications, bundle, sizeOf } from '../../../scripts/bundle.ts'
import { Bench } from '../node.ts'

const root = path.join(import.meta.dirname, '../../..')
const run = promisify(execFile)

const faces = ['sdk', 'sdk/browser', 'sdk/viem', 'sdk/wallet', 'sdk/ethers', 'sdk/phrase']
const everything = faces.map((face) => `export * from 'pars/${face}'`).join('\n')

const script = `
import { Account, keyFromSeed, testSeeds } from 'pars/sdk'
import { toParsAccount } from 'pars/sdk/viem'
const networkId = '0x' + '47'.repeat(32)
const key = keyFromSeed(testSeeds[0])
const fields = { chainId: 7227n, nonce: 0n, gasLimit: 100000n, maxFeePerGas: 2n, maxPriorityFeePerGas: 1n }
const { wire } = await new Account(key, { networkId }).signTransaction(fields)
console.log(wire.slice(0, 4), toParsAccount(key, { networkId }).address)
`

/** What a page writes: the platform's own types must fit. The last line must not. */
const typed = `
import { createBrowserKeys } from 'pars/sdk/browser'
import { announceProvider, ParsProvider } from 'pars/sdk/wallet'
import { accounts, parsChain, toParsAccount } from 'pars/sdk/viem'
import { createPublicClient, custom, getContract, http } from 'viem'

const keys = createBrowserKeys(window, { name: 'wallet' })
const key = await keys.create({ label: 'mine' })
const networkId = '0x00' as const
const chain = parsChain({ id: 7227, name: 'mine', rpcUrl: 'http://127.0.0.1:8545', networkId })
const account = toParsAccount(key, { networkId })
const provider = new ParsProvider({ account, chain, transport: http(), approve: async () => confirm('Sign?') })
announceProvider(window, { uuid: crypto.randomUUID(), name: 'Pars', icon: 'data:,', rdns: 'example.pars' }, provider)
const client = createPublicClient({ chain, transport: custom(provider) })
const keyHash: string = await getContract({ ...accounts, client }).read.keyOf([account.address])
export const wrong: number = keyHash
`

describe('the SDK of the packed package', function () {
  this.timeout(120_000)

  const bench = new Bench()
  const project = bench.path('application')

  before(async () => {
    const modules = path.join(project, 'node_modules')
    const target = path.join(modules, 'pars')
    mkdirSync(modules, { recursive: true })
    await run(process.execPath, [path.join(root, 'scripts/build.ts'), target])
    const manifest = JSON.parse(readFileSync(path.join(target, 'package.json'), 'utf8')) as {
      readonly dependencies: object
      readonly peerDependencies: object
    }
    const { dependencies, peerDependencies } = manifest
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
    }
    writeFileSync(path.join(project, 'package.json'), '{"type":"module"}')
    writeFileSync(path.join(project, 'script.js'), script)
    writeFileSync(path.join(project, 'typed.ts'), typed)
  })
  after(() => bench[Symbol.asyncDispose]())

  it('is bundled for a browser, every face of it', async () => {
    const text = await bundle(everything, project)
    assert.match(text, /eip6963:announceProvider/)
    assert.doesNotMatch(text, /["']node:/)
    await assert.rejects(bundle(`export * from 'pars/crypto'`, project), /node:crypto/)
  })

  it('runs in plain Node, with its peers beside it', async () => {
    const { stdout } = await run(process.execPath, ['script.js'], { cwd: project })
    assert.match(stdout, /^0x50 0x[0-9a-f]{40}\n$/)
  })

  it('fits the types of a page', async () => {
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
    const options = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--noEmit']
    const platform = ['--lib', 'esnext,dom', '--target', 'esnext', '--module', 'nodenext']
    const checked = run(process.execPath, [tsc, ...options, ...platform, 'typed.ts'], {
      cwd: project,
    })
    const { stdout } = await checked.catch((error: { readonly stdout: string }) => error)
    assert.match(stdout, /error TS2322: Type 'string' is not assignable to type 'number'/)
    assert.equal(stdout.trimEnd().split('\n').length, 1, stdout)
  })

  // Bytes of gzip that a page has to load, with a tenth to spare.
  const budgets: Readonly<Record<keyof typeof applications, number>> = {
    'keys and accounts': 18_000,
    '+ keys in the browser': 20_000,
    '+ viem account': 29_000,
    '+ viem chain, sending': 87_000,
    '+ wallet provider': 88_000,
  }
  for (const [name, source] of Object.entries(applications)) {
    const most = budgets[name as keyof typeof applications]
    it(`takes at most ${most / 1000} kB of a page: ${name}`, async function () {
      const { gzip } = await sizeOf(source)
      this.test!.title += ` (${(gzip / 1000).toFixed(1)} kB)`
      assert.ok(gzip <= most, `${gzip} bytes`)
    })
  }
})
