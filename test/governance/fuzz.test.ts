import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault, utf8 } from '#base'
import { fileStatuses, type FrontMatter, lintPip, parsePip, pipTypes, writePip } from '#governance'

import { sampleText } from './sample.ts'

/** Whatever it says, no exception but the documented one leaves the parser, and lint agrees with it. */
function isSafe(content: Uint8Array): void {
  const findings = lintPip(content)
  for (const { line } of findings) assert.ok(Number.isSafeInteger(line) && line > 0)
  try {
    parsePip(content)
  } catch (error) {
    assert.ok(isFault(error, 'GOVERNANCE_PIP_INVALID'), String(error))
    assert.notEqual(findings.length, 0)
  }
}

const pieces = fc.constantFrom(
  '---\n',
  '\n',
  'pip: 1\n',
  'title: a\n',
  'requires: [1]\n',
  '# PIP-0042: ',
  '## Abstract\n',
  '```actions\n',
  '````\n',
  '`',
  '<!--',
  '["a", [1]]',
  '0x',
  ' with 1 ether',
  'ChainParams.set',
  '\u202e',
  '\r',
  '\u0301',
)

/** Words in composed form with single spaces, without what begins HTML or code. */
const phrase = fc
  .array(fc.stringMatching(/^[!-;=-_a-~à-ÿا-ی]{1,8}$/), { minLength: 1, maxLength: 6 })
  .map((words) => words.join(' ').normalize('NFC'))

const frontMatter: fc.Arbitrary<FrontMatter> = fc
  .record({
    number: fc.integer({ min: 1, max: 4_999 }),
    title: phrase,
    author: phrase,
    type: fc.constantFrom(...pipTypes),
    status: fc.constantFrom(...fileStatuses),
    created: fc
      .tuple(fc.integer({ min: 2000, max: 2999 }), fc.integer({ min: 1, max: 12 }))
      .map(([year, month]) => `${year}-${month.toString().padStart(2, '0')}-28`),
    requires: fc
      .uniqueArray(fc.integer({ min: 5_000, max: 9_999 }), { maxLength: 32 })
      .map((numbers) => numbers.toSorted((a, b) => a - b)),
  })
  .map((values) => ({ ...values }))

const body = fc.array(fc.stringMatching(/^(?:[a-z][a-z .,]{0,30})?$/), { maxLength: 5 })

describe('the parser of PIPs', function () {
  this.timeout(60_000)

  it('throws nothing but its fault, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), isSafe), { numRuns: 500 })
  })

  it('throws nothing but its fault, whatever the text', () => {
    const texts = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 12 })))
    fc.assert(
      fc.property(texts, (parts) => isSafe(utf8(parts.join('')))),
      { numRuns: 500 },
    )
  })

  it('throws nothing but its fault, whatever is done to a PIP', () => {
    const text = sampleText({}, ['```actions', 'ChainParams.set ["a", [1, "2 days"]]', '```'])
    const place = fc.integer({ min: 0, max: text.length })
    const insert = fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 }))
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 9 }), insert, (at, removed, inserted) => {
        isSafe(utf8(text.slice(0, at) + inserted + text.slice(at + removed)))
      }),
      { numRuns: 1_000 },
    )
  })

  it('reads back every PIP that is written', () => {
    const sections = fc.array(fc.tuple(phrase, body), { maxLength: 5 })
    fc.assert(
      fc.property(frontMatter, sections, (values, parts) => {
        const written = parts.map(([title, lines]) => ({ title, body: lines }))
        const read = parsePip(utf8(writePip(values, written)))
        const { sections: found, actions, ...front } = read
        assert.deepEqual(front, values)
        assert.deepEqual(
          found.map(({ title, body: lines }) => ({ title, body: lines })),
          written,
        )
        assert.deepEqual(actions, [])
        assert.equal(writePip(front, found), writePip(values, written))
      }),
      { numRuns: 300 },
    )
  })
})
