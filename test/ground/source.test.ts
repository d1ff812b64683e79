import assert from 'node:assert/strict'

import { errorRows, rows, withTable } from '../../scripts/docs.ts'
import { objection } from '../../scripts/house.ts'
import { faultCodes, imports } from '../../scripts/source.ts'

describe('source scan', () => {
  it('finds every form of import', () => {
    const source = `
      import a from 'a'
      import { b, type B } from "b"
      import 'c'
      import type { D } from 'd'
      export { e } from 'e'
      export * from 'f'
      const g = await import('g')
      const h: typeof import('h') = require('i')
      const j = import.meta.resolve('j')`
    assert.deepEqual(imports(source), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'])
  })

  it('is not deceived by comments, strings, templates and patterns', () => {
    const source = `
      // import 'comment'
      /* import 'block' from 'block' */
      const text = "import 'text'"
      const template = \`import 'template' \${nested(\`from '\${await import('real')}'\`)} from 'end'\`
      const pattern = /['"\`/]+[/'] from 'pattern'/u
      const quotient = a / b / from('call')
      const object = { from: 'value', import: 'value' }
      import z from 'z'`
    assert.deepEqual(imports(source), ['real', 'z'])
  })

  it('finds fault codes in values, choices and types, and no other strings', () => {
    const source = `
      throw new Fault({ code: 'A_ONE', bytes: size(['X_X']) }, 'see B_NOT')
      type Facts = Fault<{ readonly code: 'A_TWO'; code2: 'B_NOT' } | { code?: 'A_THREE' | 'A_FOUR' }>
      new Fault({ name: 'B_NOT', code: isFull ? 'A_FIVE' : 'A_SIX' })
      // { code: 'B_NOT' }
      if (error.code === 'B_NOT' || { code: 'ENOENT' }) return`
    const codes = ['A_ONE', 'A_TWO', 'A_THREE', 'A_FOUR', 'A_FIVE', 'A_SIX']
    assert.deepEqual(faultCodes(source), codes)
  })
})

describe('house rules', () => {
  it('let a folder import lower faces, itself, and the modules on its list', () => {
    for (const [file, specifier] of [
      ['chain/pool/pool.ts', '#base'],
      ['chain/pool/pool.ts', '#genesis'],
      ['chain/pool/pool.ts', '../limits.ts'],
      ['chain/evm/evm.ts', '@ethereumjs/evm'],
      ['crypto/hash.ts', 'node:crypto'],
      ['crypto/kzg.ts', 'micro-eth-signer/kzg.js'],
      ['node/cli.ts', 'node:fs'],
    ] as const) {
      assert.equal(objection(file, specifier), undefined, `${file} ${specifier}`)
    }
  })

  it('object to siblings, upper floors, deep imports, escapes and foreign modules', () => {
    for (const [file, specifier] of [
      ['chain/pool/pool.ts', '#consensus'],
      ['chain/pool/pool.ts', '#chain'],
      ['chain/pool/pool.ts', '#rpc'],
      ['chain/pool/pool.ts', '#base/bytes.ts'],
      ['chain/pool/pool.ts', '#nowhere'],
      ['chain/pool/pool.ts', '../../base/bytes.ts'],
      ['chain/pool/pool.ts', '../../test/protocol/sample.ts'],
      ['chain/pool/pool.ts', 'node:crypto'],
      ['chain/pool/pool.ts', 'node:fs'],
      ['chain/pool/pool.ts', '@noble/hashes/sha3.js'],
      ['protocol/decode.ts', 'node:util'],
      ['storage/level.ts', 'classic-level-like'],
      ['crypto/hash.ts', 'secp256k1-like'],
      ['rpc/server.ts', 'mocha'],
    ] as const) {
      assert.notEqual(objection(file, specifier), undefined, `${file} ${specifier}`)
    }
  })
})

describe('document tables', () => {
  const header = ['code', 'facts', 'meaning and cure']
  const document = '# Title\n\n<!-- table:start -->\n<!-- table:end -->\n\nEnd\n'

  it('come back as they were written', () => {
    const cells = [
      ['`A_ONE`', 'bytes', 'too many \\| too few'],
      ['`A_TWO`', '', ''],
    ]
    const written = withTable(document, header, cells)
    assert.deepEqual(rows(written), cells)
    assert.equal(withTable(written, header, cells), written)
    assert.match(written, /^# Title\n[^]*\nEnd\n$/)
  })

  it('keep what people wrote, add what is new and drop what is gone', () => {
    const written = withTable(document, header, [
      ['`A_ONE`', 'bytes', 'kept'],
      ['`A_GONE`', '', 'dropped'],
    ])
    assert.deepEqual(errorRows(['A_NEW', 'A_ONE'], written), [
      ['`A_NEW`', '', ''],
      ['`A_ONE`', 'bytes', 'kept'],
    ])
  })

  it('need their markers', () => {
    assert.throws(() => withTable('# Title', header, []), /table:start/)
  })
})
