import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import { unhex } from '#base'

const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }

interface Output {
  readonly contracts: {
    readonly token: {
      readonly Token: { readonly evm: { readonly deployedBytecode: { readonly object: string } } }
    }
  }
}

/** The runtime code of Token.sol. */
export function tokenCode(): Uint8Array {
  const content = readFileSync(new URL('./Token.sol', import.meta.url), 'utf8')
  const input = {
    language: 'Solidity',
    sources: { token: { content } },
    settings: {
      evmVersion: 'osaka',
      optimizer: { enabled: true },
      outputSelection: { token: { Token: ['evm.deployedBytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output
  return unhex(`0x${output.contracts.token.Token.evm.deployedBytecode.object}`)
}
