import { followInShell } from './shell-guide.ts'

describe('the guide for the mesh', function () {
  this.timeout(120_000)
  followInShell('docs/guides/mesh.md')
})
