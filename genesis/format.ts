import { hex, quantity } from '#base'

import type { GenesisDocument } from './document.ts'
import { type Genesis, type GenesisAccount, genesisFormat } from './genesis.ts'
import { mapped } from './governance.ts'

/** The document of a genesis, as JSON text that `parseGenesis` reads back to an equal one. */
export function formatGenesis(genesis: Genesis): string {
  const document: GenesisDocument = {
    format: genesisFormat,
    name: genesis.name,
    token: { ...genesis.token },
    chainId: Number(genesis.chainId),
    salt: hex(genesis.salt),
    dev: genesis.dev,
    timestamp: Number(genesis.timestamp),
    blockGasLimit: Number(genesis.blockGasLimit),
    targetBlockMs: genesis.targetBlockMs,
    initialBaseFee: genesis.initialBaseFee.toString(),
    feeCollector: hex(genesis.feeCollector),
    alloc: Object.fromEntries(genesis.alloc.map((one) => [hex(one.address), entryOf(one)])),
    precompiles: genesis.precompiles.map((entry) => ({
      name: entry.name,
      version: entry.version,
      specHash: hex(entry.specHash),
      address: hex(entry.address),
      from: entry.from <= Number.MAX_SAFE_INTEGER ? Number(entry.from) : entry.from.toString(),
      ...(entry.module !== undefined && { module: entry.module }),
      ...(entry.integrity !== undefined && { integrity: entry.integrity }),
    })),
    validators: genesis.validators.map(({ account, publicKey, stake, peerId, proof }) => ({
      account: hex(account),
      publicKey: hex(publicKey),
      stake: stake.toString(),
      peerId,
      proof: hex(proof),
    })),
    lockCurve: genesis.lockCurve.map(({ weeks, weight }) => ({
      weeks: Number(weeks),
      weight: Number(weight),
    })),
    governance: mapped((name) => genesis.governance[name].toString()),
    ...(genesis.allowUnrecoverable && { allowUnrecoverable: true }),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function entryOf(one: GenesisAccount): GenesisDocument['alloc'][string] {
  const { balance, nonce, code, storage, key } = one
  return {
    balance: balance.toString(),
    ...(nonce !== 0n && { nonce: nonce.toString() }),
    ...(code.length > 0 && { code: hex(code) }),
    ...(storage.length > 0 && {
      storage: Object.fromEntries(storage.map(([slot, word]) => [hex(slot), hex(word)])),
    }),
    ...(key && {
      key: { algorithm: quantity(key.algorithm), publicKey: hex(key.publicKey) },
    }),
  }
}
