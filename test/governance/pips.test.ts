import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { utf8 } from '#base'
import { governanceRules, type ParameterRule } from '#genesis'
import { draftPip, indexRows, lintPips, parsePip, type PipFile, templateName } from '#governance'

import { complaints, pipFiles, readmeWithIndex } from '../../scripts/pips.ts'
import { sampleBytes } from './sample.ts'

const folder = path.join(import.meta.dirname, '../../PIPs')
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8')

describe('the PIPs of this repository', () => {
  it('have nothing wrong', () => {
    assert.ok(pipFiles().length > 9)
    assert.deepEqual(complaints(pipFiles()), [])
  })

  it('stand in the index as their front matter has them', () => {
    assert.equal(read('README.md'), readmeWithIndex(pipFiles()), 'node scripts/pips.ts writes it')
  })

  it('start from the template that pars pip new writes', () => {
    const draft = draftPip({
      number: 0,
      title: 'What changes, in a few words',
      author: 'Names or handles, separated by commas',
      type: 'Core',
      created: 'YYYY-MM-DD',
      requires: [],
    })
    const choice = 'type: Core | Interface | Process | Informational | Treasury'
    assert.equal(draft.replace('type: Core', choice), read(templateName))
  })

  it('show in their README actions that can be read', () => {
    const [, block = ''] = /````\n([^]*?)````/.exec(read('README.md')) ?? []
    const { actions } = parsePip(sampleBytes({}, block.trimEnd().split('\n')))
    assert.deepEqual(
      actions.map(({ target, value }) => [target.slice(0, 5), value]),
      [
        ['Chain', 0n],
        ['Treas', 0n],
        ['0x529', 10n ** 18n],
        ['0x529', 20n * 10n ** 9n],
      ],
    )
  })
})

describe('PIP-0010', () => {
  it('names in its tables the parameters that a genesis has, and no others', () => {
    const rows = read('pip-0010-governance.md').matchAll(/^\| ([a-z]+(?:\.[A-Za-z]+)+) \|/gm)
    const named = Array.from(rows, ([, name = '']) => name)
    const all = named.flatMap((name) =>
      name.startsWith('tier.T.') ? [0, 1, 2].map((tier) => name.replace('T', `${tier}`)) : name,
    )
    // The document has it beside its governance.
    const expected = [...Object.keys(governanceRules), 'block.gasLimit']
    assert.deepEqual(all.toSorted(), expected.toSorted())
  })

  it('says what is usual of each, and on a dev network', () => {
    const rows = read('pip-0010-governance.md').matchAll(/^\| ([a-z]+(?:\.[A-Za-z]+)+) \|(.*)\|$/gm)
    for (const [, name = '', cells = ''] of rows) {
      if (name === 'block.gasLimit') continue
      const [, usual = '', , dev = ''] = cells.split(' | ').map((cell) => cell.trim())
      const rules = governedBy(name)
      assert.deepEqual(
        listed(usual),
        rules.map(({ live }) => live.value),
        name,
      )
      const [first] = rules
      const [, other] = /usual (.+)$/.exec(dev) ?? []
      const short = other === undefined ? first?.live.value : listed(other)[0]
      assert.equal(first?.dev.value, short, `${name} on a dev network`)
    }
  })
})

/** The rule, or those of all tiers. */
function governedBy(name: string): readonly ParameterRule[] {
  const rules: Readonly<Record<string, ParameterRule | undefined>> = governanceRules
  const names = name.startsWith('tier.T.')
    ? [0, 1, 2].map((tier) => name.replace('T', `${tier}`))
    : [name]
  return names.flatMap((one) => rules[one] ?? [])
}

/** Values as a table writes them: `7, 14, 21 d`, `10,000 coins`, `0`. */
function listed(text: string): readonly bigint[] {
  const [, values = '', suffix = ''] = /^([\d, ]+?)(?: (s|min|h|d|coins?))?$/.exec(text) ?? []
  const factors: Readonly<Record<string, bigint>> = {
    s: 1n,
    min: 60n,
    h: 3_600n,
    d: 86_400n,
    coin: 10n ** 18n,
    coins: 10n ** 18n,
  }
  assert.notEqual(values, '', text)
  return values.split(', ').map((one) => BigInt(one.replaceAll(',', '')) * (factors[suffix] ?? 1n))
}

function file(name: string, changes: Parameters<typeof sampleBytes>[0]): PipFile {
  return { name, content: sampleBytes(changes) }
}

describe('a folder of PIPs', () => {
  it('has each number once', () => {
    const found = lintPips([
      file('pip-0042-larger-blocks.md', { requires: [] }),
      file('pip-0042-network.md', { requires: [] }),
      file('pip-0043-network.md', { number: 43, requires: [42] }),
    ])
    assert.deepEqual(
      found.map(({ findings }) => findings.map(({ rule }) => rule)),
      [['file-name'], ['file-name'], []],
    )
  })

  it('has the PIPs that others require, the template not among them', () => {
    const [lonely] = lintPips([
      file('pip-0042-network.md', { requires: [7] }),
      { name: templateName, content: utf8('anything') },
    ])
    assert.deepEqual(
      lonely?.findings.map(({ rule }) => rule),
      ['reference'],
    )
  })

  it('is listed by number, and a title cannot break the table', () => {
    const pips = [{ number: 43, title: 'a | b' }, { number: 7 }].map((changes) => ({
      name: 'x.md',
      pip: parsePip(sampleBytes({ requires: [], ...changes })),
    }))
    assert.deepEqual(indexRows(pips), [
      ['[0007](x.md)', 'Larger blocks for a larger network', 'Core', 'Draft'],
      ['[0043](x.md)', String.raw`a \| b`, 'Core', 'Draft'],
    ])
  })
})
