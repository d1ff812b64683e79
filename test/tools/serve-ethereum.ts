/**
 * Imports an RLP chain under the ethereum profile and serves it over JSON-RPC.
 *
 *     node test/tools/serve-ethereum.ts --genesis FILE --chain FILE --port N
 *
 * Prints `ready http://127.0.0.1:N`.
 */
import { parseArgs } from 'node:util'

import { serveEthereum } from '../ethereum/serve.ts'

const { values } = parseArgs({
  options: {
    genesis: { type: 'string' },
    chain: { type: 'string' },
    port: { type: 'string', default: '8545' },
  },
})
if (values.genesis === undefined || values.chain === undefined) {
  process.stderr.write('usage: serve-ethereum.ts --genesis FILE --chain FILE --port N\n')
  process.exit(2)
}

const { server, head } = await serveEthereum({ genesis: values.genesis, chain: values.chain })
const url = await server.listen({ host: '127.0.0.1', port: Number(values.port) })
const { number, stateRoot } = head.header
process.stderr.write(`imported ${number} blocks, state root 0x${stateRoot.toHex()}\n`)
process.stdout.write(`ready ${url}\n`)
