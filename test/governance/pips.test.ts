import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { utf8 } from '#base'
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
