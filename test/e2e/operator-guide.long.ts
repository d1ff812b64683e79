import { freePorts } from './cluster.ts'
import { followInShell } from './shell-guide.ts'

describe('the guide for operators', function () {
  this.timeout(120_000)
  let port = 0
  before(async () => {
    port = await freePorts(1)
  })
  followInShell('docs/guides/operator.md', (text) => text.replaceAll('8545', String(port)))
})
