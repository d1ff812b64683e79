import { hex } from '#base'
import { testAccounts } from '#genesis'

/** The published test accounts, and how to send from one through the node at `url`, for people. */
export function accountsText(url: string, signers: string): string {
  const addresses = testAccounts().map(({ address }) => hex(address))
  return `Accounts, funded; their ML-DSA-65 keys are published, so use them here only
${addresses.map((address, index) => `  (${index}) ${address}`).join('\n')}

${signers} for them, so any Ethereum tool can send through eth_sendTransaction:
  curl -s ${url} -H 'content-type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"eth_sendTransaction","params":[{"from":"${addresses[0]}","to":"${addresses[1]}","value":"0xde0b6b3a7640000"}]}'
`
}
