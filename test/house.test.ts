import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { allFaultCodes, limitRows, rows, withReference } from '../scripts/docs.ts'
import { objection, sources } from '../scripts/house.ts'
import { imports } from '../scripts/source.ts'

const root = path.resolve(import.meta.dirname, '..')

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

describe('house', () => {
  const byFolder = Map.groupBy(sources(root), (file) => file.slice(0, file.indexOf('/')))

  for (const [folder, files] of byFolder) {
    it(`${folder}/ imports only what its floor allows`, () => {
      const wrong = files.flatMap((file) =>
        imports(read(file)).map((specifier) => objection(file, specifier)),
      )
      assert.deepEqual(
        wrong.filter((reason) => reason !== undefined),
        [],
      )
    })
  }

  it('has folders to look at', () => {
    assert.ok(byFolder.size > 0)
  })

  it('names no module from outside that package.json does not bring to its users', () => {
    const { dependencies, peerDependencies } = JSON.parse(read('package.json')) as {
      dependencies: object
      peerDependencies: object
    }
    const brought = [dependencies, peerDependencies].flatMap((one) => Object.keys(one))
    const packages = sources(root).flatMap((file) =>
      imports(read(file))
        .filter((specifier) => !/^[.#]|^node:/.test(specifier))
        .map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? ''),
    )
    const missing = new Set(packages).difference(new Set(brought))
    assert.deepEqual([...missing], [])
  })

  it('gives every file a name of the field', () => {
    const vague = /(?:^|[/-])(?:utils?|helpers?|misc|common|shared|stuff)(?:[./-]|$)/
    assert.deepEqual(
      sources(root).filter((file) => vague.test(file) && !file.endsWith('fast-common.ts')),
      [],
    )
  })

  it('leaves nothing to be done later', () => {
    const mark = /\b(?:TO[D]O|FIX[M]E|X{3})\b/
    const files = [...sources(root), ...globSync('{bin,test,scripts,bench}/**/*.{ts,js}')]
    assert.deepEqual(
      files.filter((file) => mark.test(read(file))),
      [],
    )
  })
})

describe('documents', () => {
  it('explain in docs/ERRORS.md every fault code, and no other', () => {
    const table = rows(read('docs/ERRORS.md'))
    const codes = table.map(([code = '']) => code.replaceAll('`', ''))
    assert.deepEqual(codes, allFaultCodes(root), 'npm run docs brings the table up to date')
    const blank = table.filter((row) => row.length !== 3 || row[2] === '')
    assert.deepEqual(blank, [], 'say what they mean and what helps')
  })

  it('give in docs/RPC.md every method as it is', () => {
    const page = read('docs/RPC.md')
    assert.ok(page === withReference(page), 'npm run docs brings the reference up to date')
  })

  it('give in docs/LIMITS.md every limit as it is', async () => {
    const table = rows(read('docs/LIMITS.md'))
    assert.deepEqual(table, await limitRows(root), 'npm run docs brings the table up to date')
  })

  it('list every PIP in the index of PIPs', () => {
    const index = read('PIPs/README.md')
    const proposals = globSync('PIPs/*.md', { cwd: root })
      .map((file) => path.basename(file))
      .filter((name) => /^pip-\d/i.test(name))
    assert.ok(proposals.length > 0)
    assert.deepEqual(
      proposals.filter((name) => !index.includes(`](${name})`)),
      [],
    )
  })

  it('lead nowhere but to files that exist', () => {
    const documents = globSync('{*.md,{docs,PIPs,precompiles,portal,examples}/**/*.md}', {
      cwd: root,
      exclude: (name) => name === 'node_modules',
    })
    const broken = documents.flatMap((document) =>
      [...read(document).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(path.join(root, path.dirname(document), target)))
        .map((target) => `${document}: ${target}`),
    )
    assert.deepEqual(broken, [])
  })
})
