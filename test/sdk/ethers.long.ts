/** Unmodified ethers 6, with its own provider, against a node. */
import assert from 'node:assert/strict'

import {
  Contract,
  ContractFactory,
  Interface,
  JsonRpcProvider,
  parseEther,
  TypedDataEncoder,
} from 'ethers'

import { hex, type Hex, unhex } from '#base'
import {
  accountsContract,
  contexts,
  generateKey,
  keyFromSeed,
  noncesContract,
  registration,
  testSeeds,
} from '#sdk'
import { ParsSigner } from '#sdk/ethers'

import { Bench, type Node } from '../e2e/node.ts'
import { compile } from '../precompiles/compile.ts'

const notary = compile('test/contracts/Notary.sol')['Notary']!
const document: Hex = `0x${'d1'.repeat(32)}`

const keyNumber = (index: number) => keyFromSeed(testSeeds[index]!)
const refused = (sent: Promise<unknown>, pattern: RegExp) =>
  assert.rejects(sent, (error) => pattern.test(String(error)))

describe('ethers with the SDK', function () {
  this.timeout(120_000)

  const bench = new Bench()
  let node: Node
  let provider: JsonRpcProvider
  let networkId: Hex

  before(async () => {
    const genesis = await bench.network('ethers')
    node = await bench.node('dev', '--genesis', genesis, '--data', bench.path('data'))
    networkId = await node.ask('pars_networkId')
    provider = new JsonRpcProvider(node.url, undefined, { polling: true, pollingInterval: 50 })
  })
  after(async () => {
    provider.destroy()
    await bench[Symbol.asyncDispose]()
  })

  const signer = (index: number) => new ParsSigner(keyNumber(index), { networkId }, provider)
  const accounts = new Interface(accountsContract.abi)

  it('transfers', async () => {
    const to = generateKey().key.address
    const response = await signer(0).sendTransaction({ to, value: parseEther('2') })
    const receipt = await response.wait()
    assert.equal(receipt?.status, 1)
    assert.equal(receipt.type, 80)
    assert.equal(receipt.gasUsed, 53_644n)
    assert.equal(response.gasLimit, receipt.gasUsed)
    assert.equal(await provider.getBalance(to), parseEther('2'))
  })

  it('deploys, writes, reads and finds the logs of a contract that checks ML-DSA', async () => {
    const one = signer(1)
    const factory = new ContractFactory(new Interface(notary.abi), notary.bytecode, one)
    const deployed = await factory.deploy()
    await deployed.waitForDeployment()
    const contract = new Contract(await deployed.getAddress(), notary.abi, one)
    const { engine } = keyNumber(7)
    const publicKey = hex(engine.publicKey)
    const signature = hex(await engine.sign(unhex(document), contexts.foreign))
    const forged = hex(await engine.sign(unhex(document), contexts.transaction))
    for (const [given, genuine] of [
      [signature, true],
      [forged, false],
    ] as const) {
      assert.equal(await contract.getFunction('check')(document, publicKey, given), genuine)
      const sent = await contract.getFunction('attest')(document, publicKey, given)
      assert.equal((await sent.wait()).status, 1)
    }
    assert.equal((await contract.queryFilter('Attested', 0)).length, 2)
    assert.equal(await contract.getFunction('attestations')(document), 1n)
  })

  it('sends on lanes, each with nonces of its own', async () => {
    const two = signer(2)
    const nonces = new Contract(noncesContract.address, noncesContract.abi, provider)
    const address = await two.getAddress()
    for (const next of [1n, 2n]) {
      const response = await two.sendTransaction({ to: address, nonceKey: 9n })
      assert.equal((await response.wait())?.status, 1)
      assert.equal(await nonces.getFunction('nextNonce')(address, 9n), next)
    }
    assert.equal(await two.getNonce(), 0)
  })

  it('registers a key, sends its hash in its place, and signs what contracts can check', async () => {
    const key = keyNumber(3)
    const sent = await signer(3).sendTransaction(registration())
    assert.equal((await sent.wait())?.status, 1)
    const later = new ParsSigner(key, { networkId, isRegistered: true }, provider)
    const receipt = await (await later.sendTransaction({ to: key.address })).wait()
    assert.equal(receipt?.gasUsed, 45_964n)
    const types = { Vote: [{ name: 'proposal', type: 'uint256' }] }
    const signature = await later.signTypedData({ name: 'Test' }, types, { proposal: 5n })
    const registry = new Contract(accountsContract.address, accounts, provider)
    const verify = (proposal: bigint): Promise<boolean> =>
      registry.getFunction('verify')(
        key.address,
        TypedDataEncoder.hash({ name: 'Test' }, types, { proposal }),
        signature,
      )
    assert.equal(await verify(5n), true)
    assert.equal(await verify(6n), false)
  })

  it('finds out by itself that a key was registered', async () => {
    const key = keyNumber(5)
    const five = signer(5)
    await (await five.sendTransaction(registration())).wait()
    const receipt = await (await five.sendTransaction({ to: key.address })).wait()
    assert.equal(receipt?.gasUsed, 45_964n)
  })

  describe('says what helps', () => {
    const to: Hex = `0x${'05'.repeat(20)}`

    it('to a wrong network id', async () => {
      const wrong: Hex = `0x${'22'.repeat(32)}`
      const lost = new ParsSigner(keyNumber(4), { networkId: wrong }, provider)
      await refused(lost.sendTransaction({ to }), /SDK_NETWORK_MISMATCH .*pars_networkId/)
    })

    it('to a wrong chain id', () =>
      refused(signer(4).sendTransaction({ to, chainId: 1 }), /transaction chainId mismatch/))

    it('to an account without funds', async () => {
      const poor = new ParsSigner(generateKey().key, { networkId }, provider)
      await refused(
        poor.sendTransaction({ to, value: 1n, gasLimit: 100_000 }),
        /insufficient funds/,
      )
    })

    it('to too little gas for the signature', () =>
      refused(
        signer(4).sendTransaction({ to, gasLimit: 21_000 }),
        /TX_GAS_LIMIT \(gasLimit=21000, required=53644\): raise gasLimit/,
      ))

    it('to the hash of a key that is not registered', async () => {
      const early = new ParsSigner(keyNumber(4), { networkId, isRegistered: true }, provider)
      await refused(early.sendTransaction({ to }), /put the public key itself.*TX_KEY_UNKNOWN/)
    })

    it('to the address of somebody else', async () => {
      await refused(signer(4).sendTransaction({ to, from: to }), /transaction from mismatch/)
      await refused(signer(4).signTransaction({ to, from: to }), /SDK_SENDER .*leave `from` out/)
    })

    it('to a transaction that the node took and does not know', async () => {
      class Forgetful extends JsonRpcProvider {
        override getTransaction(): Promise<null> {
          return Promise.resolve(null)
        }
      }
      const forgetful = new Forgetful(node.url)
      const lost = new ParsSigner(keyNumber(6), { networkId }, forgetful)
      await refused(lost.sendTransaction({ to }), /SDK_TRANSACTION_LOST .*send it again/)
      forgetful.destroy()
    })

    it('to a transaction with fields missing', () =>
      refused(signer(4).signTransaction({ to }), /SDK_FIELD_MISSING \(field=chainId\)/))

    it('to a signer without a provider', () =>
      refused(signer(4).connect(null).sendTransaction({ to }), /SDK_PROVIDER_MISSING/))
  })
})
