import assert from 'node:assert/strict'

import { concat, isFault, utf8 } from '#base'
import {
  draftPip,
  limits,
  lintPip,
  type LintOptions,
  parsePip,
  pipFileName,
  type Rule,
} from '#governance'

import { frontMatter, sampleBytes, sampleText } from './sample.ts'

/** Rule and line of each finding, as `line rule`. */
function rulesOf(text: string | Uint8Array, options?: LintOptions): readonly string[] {
  const content = typeof text === 'string' ? utf8(text) : text
  return lintPip(content, options).map(({ line, rule }) => `${line} ${rule}`)
}

function hasRule(text: string | Uint8Array, rule: Rule, options?: LintOptions): void {
  assert.ok(
    rulesOf(text, options).some((found) => found.endsWith(` ${rule}`)),
    `no ${rule} in: ${rulesOf(text, options).join(', ')}`,
  )
}

describe('a PIP', () => {
  it('is read with its front matter, its sections and its actions', () => {
    const body = ['```actions', 'ChainParams.set ["block.gasLimit", 40000000]', '```']
    const { sections, actions, ...values } = parsePip(sampleBytes({}, body))
    assert.deepEqual(values, frontMatter)
    assert.equal(sections[2]?.title, 'Specification')
    assert.equal(sections.length, 7)
    assert.deepEqual(actions, [
      {
        line: 24,
        target: 'ChainParams',
        call: 'set',
        args: ['block.gasLimit', 40_000_000n],
        value: 0n,
      },
    ])
    assert.match(sampleText({}, body).split('\n')[23] ?? '', /^ChainParams/)
  })

  it('takes a value as it stands, colons and commas included', () => {
    const title = 'The chain: blocks, "fees" and \u200cنام'
    assert.equal(parsePip(sampleBytes({ title })).title, title)
  })

  it('that cannot be read is refused with the lines that are wrong', () => {
    const text = sampleText().replace('created: 2026-11-22', 'created: 2026-02-30')
    assert.throws(
      () => parsePip(utf8(text)),
      (error) =>
        isFault(error, 'GOVERNANCE_PIP_INVALID') && error.message.includes('line 7: created'),
    )
  })

  it('without a mistake has no findings', () => {
    const options = { fileName: 'pip-0042-larger-blocks.md', numbers: new Set([1, 4, 42]) }
    assert.deepEqual(lintPip(sampleBytes(), options), [])
  })
})

describe('the text of a PIP', () => {
  const cases: readonly (readonly [name: string, rule: Rule, text: string | Uint8Array])[] = [
    ['that is not UTF-8', 'encoding', concat(sampleBytes(), Uint8Array.of(0xc0, 0x80, 0x0a))],
    ['that is cut within a character', 'encoding', concat(sampleBytes(), Uint8Array.of(0xe2))],
    ['with lines that end in CR LF', 'line-end', sampleText().replaceAll('\n', '\r\n')],
    ['with a CR within a line', 'character', sampleText({}, ['a\rb'])],
    ['without an end of its last line', 'line-end', sampleText().trimEnd()],
    ['with a byte order mark', 'character', `\ufeff${sampleText()}`],
    ['with a tab', 'character', sampleText({}, ['a\tb'])],
    ['with a zero byte', 'character', sampleText({}, ['a\0b'])],
    ['with a character that turns the direction', 'character', sampleText({}, ['a\u202eb'])],
    ['with an isolate', 'character', sampleText({}, ['a\u2066b\u2069'])],
    ['with a space of no width', 'character', sampleText({}, ['a\u200bb'])],
    ['with a soft hyphen', 'character', sampleText({}, ['a\u00adb'])],
    ['with a line separator', 'character', sampleText({}, ['a\u2028b'])],
    ['with a tag character', 'character', sampleText({}, ['a\u{e0041}b'])],
    ['with a character of private use', 'character', sampleText({}, ['a\ue000b'])],
    ['in decomposed form', 'normal-form', sampleText({}, ['cafe\u0301'])],
    ['with HTML', 'html', sampleText({}, ['a <b>c</b>'])],
    ['with a comment that hides it', 'html', sampleText({}, ['<!-- not seen -->'])],
    ['with HTML behind an escaped backtick', 'html', sampleText({}, ['\\` <b> `x`'])],
    ['with a block that is not closed', 'fence', sampleText({}, ['````', '```'])],
    ['with an indented block', 'fence', sampleText({}, ['  ```', '  a', '  ```'])],
    ['with a block in a list', 'fence', sampleText({}, ['- ```', '  a', '  ```'])],
    ['with a block in a quotation', 'fence', sampleText({}, ['> ```', '> a', '> ```'])],
    ['with a block of tildes', 'fence', sampleText({}, ['~~~', 'a', '~~~'])],
    ['without its title', 'heading', sampleText().replace(/^# .*\n/m, '')],
    ['under another title', 'heading', sampleText().replace('# PIP-0042: L', '# PIP-0042: l')],
    ['under another number', 'heading', sampleText().replace('# PIP-0042', '# PIP-42')],
    ['with two titles', 'heading', sampleText({}, ['# Another'])],
  ]
  for (const [name, rule, text] of cases) {
    it(`${name} is found (${rule})`, () => {
      hasRule(text, rule)
      assert.throws(() => parsePip(typeof text === 'string' ? utf8(text) : text), /PIP_INVALID/)
    })
  }

  const harmless = [
    ['joiners, as Persian spells with', 'می\u200cخواهم'],
    ['the selector of an emoji', '✔\ufe0f'],
    ['an address in angle brackets', '<https://example.org/a?b>'],
    ['HTML in code', 'a `<b>` and ``<i> ` <u>``'],
    ['comparisons', 'a < b, 1 <2'],
    ['a row of backticks in a line', 'a ``` b'],
  ] as const
  for (const [name, line] of harmless) {
    it(`may have ${name}`, () => assert.deepEqual(rulesOf(sampleText({}, [line])), []))
  }

  it('may say anything in a fenced block, headings, fences and actions included', () => {
    const lines = ['````', '<b>', '# x', '## Abstract', '```actions', 'nothing', '```', '````']
    assert.deepEqual(rulesOf(sampleText({}, lines)), [])
    assert.deepEqual(parsePip(sampleBytes({}, lines)).actions, [])
  })

  it('has as many bytes as the chunks of the registry, and no more', () => {
    const most = limits.chunkBytes.value * limits.chunks.value
    const room = most - sampleBytes({}, ['']).length
    assert.deepEqual(rulesOf(sampleText({}, ['a'.repeat(room)])), [])
    assert.deepEqual(rulesOf(sampleText({}, ['a'.repeat(room + 1)])), ['1 size'])
  })

  it('gives at most so many findings, whatever it is', () => {
    const lines = Array.from({ length: 1_000 }, () => '<b>')
    assert.equal(lintPip(sampleBytes({}, lines)).length, limits.findings.value)
  })

  it('may be empty, which is a finding too', () => {
    assert.deepEqual(rulesOf(''), ['1 front-matter'])
  })
})

describe('the front matter of a PIP', () => {
  const wrong: readonly (readonly [name: string, from: string, to: string, line: number])[] = [
    ['a number of ten digits', 'pip: 42', 'pip: 1000000000', 2],
    ['a number with zeros before it', 'pip: 42', 'pip: 0042', 2],
    ['the number of the template', 'pip: 42', 'pip: 0', 2],
    ['a field that is named otherwise', 'author:', 'authors:', 4],
    ['no space behind a colon', 'type: Core', 'type:Core', 5],
    ['an unknown type', 'type: Core', 'type: Standard', 5],
    ['a status that only a registry knows', 'status: Draft', 'status: Voting', 6],
    ['a day that does not exist', 'created: 2026-11-22', 'created: 2026-11-31', 7],
    ['a date in another order', 'created: 2026-11-22', 'created: 22.11.2026', 7],
    ['numbers that are no list', 'requires: [1, 4]', 'requires: 1, 4', 8],
    ['numbers that are not in order', 'requires: [1, 4]', 'requires: [4, 1]', 8],
    ['a number twice', 'requires: [1, 4]', 'requires: [4, 4]', 8],
    ['its own number', 'requires: [1, 4]', 'requires: [42]', 8],
    ['two spaces in the title', 'title: Larger blocks', 'title: Larger  blocks', 3],
    ['nothing for a title', 'title: Larger blocks for a larger network', 'title: ', 3],
  ]
  for (const [name, from, to, line] of wrong) {
    it(`with ${name} is found`, () => {
      const text = sampleText().replace(from, to)
      assert.notEqual(text, sampleText())
      assert.ok(rulesOf(text).includes(`${line} front-matter`), rulesOf(text).join())
    })
  }

  it('has each field of the template, in its order', () => {
    hasRule(sampleText().replace('type: Core\n', ''), 'front-matter')
    hasRule(sampleText().replace('status: Draft\n', 'status: Draft\nmore: 1\n'), 'front-matter')
    hasRule(
      sampleText().replace('type: Core\nstatus: Draft', 'status: Draft\ntype: Core'),
      'front-matter',
    )
    hasRule(`\n${sampleText()}`, 'front-matter')
    hasRule('---\n', 'front-matter')
  })

  it('bounds title and author by bytes, and what is required by number', () => {
    const title = 'é'.repeat(limits.titleBytes.value / 2)
    assert.deepEqual(rulesOf(sampleText({ title })), [])
    assert.deepEqual(rulesOf(sampleText({ title: `${title}a` })), ['3 front-matter'])
    const author = 'a'.repeat(limits.authorBytes.value)
    assert.deepEqual(rulesOf(sampleText({ author })), [])
    assert.deepEqual(rulesOf(sampleText({ author: `${author}a` })), ['4 front-matter'])
    const requires = Array.from({ length: limits.requires.value }, (_, index) => index + 1)
    assert.deepEqual(rulesOf(sampleText({ requires })), [])
    const more = [...requires, limits.requires.value + 1]
    assert.deepEqual(rulesOf(sampleText({ requires: more })), ['8 front-matter'])
  })
})

const named = (fileName: string): boolean => rulesOf(sampleText(), { fileName }).length === 0

describe('the file name of a PIP', () => {
  it('has the first words of its title, as many as fit', () => {
    assert.equal(pipFileName(42, 'Größe, “twice”: a DAG!'), 'pip-0042-gro-e-twice-a-dag.md')
    assert.equal(pipFileName(7, 'نام'), 'pip-0007.md')
    const long = pipFileName(9_999, `${'word '.repeat(30)}end`)
    assert.match(long, /^pip-9999(?:-word)+\.md$/)
    assert.ok(long.length <= 64)
  })
})

describe('lint', () => {
  it('holds the number against the range of its category', () => {
    const fits = (number: number, type: 'Core' | 'Interface' | 'Informational' | 'Treasury') =>
      rulesOf(sampleText({ number, type, requires: [] })).length === 0
    assert.ok(fits(999, 'Core') && fits(1_000, 'Interface') && fits(4_999, 'Treasury'))
    assert.ok(fits(1, 'Informational') && fits(3_000, 'Informational'))
    assert.ok(fits(9_000, 'Core') && fits(9_999, 'Treasury'))
    assert.ok(!fits(1_000, 'Core') && !fits(999, 'Interface') && !fits(3_000, 'Core'))
    assert.ok(!fits(5_000, 'Informational') && !fits(8_999, 'Core'))
    assert.deepEqual(rulesOf(sampleText({ number: 1_000 })), ['2 category'])
  })

  it('holds the file name against number and title', () => {
    assert.ok(named('pip-0042-larger-blocks-for-a-larger-network.md'))
    assert.ok(named('pip-0042-blocks-network.md'))
    assert.ok(!named('pip-0043-larger-blocks.md'))
    assert.ok(!named('pip-42-larger-blocks.md'))
    assert.ok(!named('pip-0042-blocks-larger-larger.md'))
    assert.ok(!named('pip-0042-smaller-blocks.md'))
    assert.ok(!named('pip-0042.md'))
    assert.ok(!named('PIP-0042-larger-blocks.md'))
    assert.ok(!named('pip-0042-larger-blocks.txt'))
  })

  it('asks for no words in the file name when the title has none of ASCII letters', () => {
    const text = sampleText({ title: 'نام' })
    assert.deepEqual(rulesOf(text, { fileName: 'pip-0042.md' }), [])
    assert.deepEqual(rulesOf(text, { fileName: 'pip-0042-nam.md' }), ['2 file-name'])
    assert.deepEqual(rulesOf(sampleText({ title: 'Größe' }), { fileName: 'pip-0042-gro-e.md' }), [])
  })

  it('looks for the PIPs that are required', () => {
    assert.deepEqual(rulesOf(sampleText(), { numbers: new Set([1]) }), ['8 reference'])
    assert.deepEqual(rulesOf(sampleText()), [])
  })

  it('asks for every section of a draft, in order, with something in it', () => {
    hasRule(sampleText().replace('## Motivation', '## Why'), 'section')
    hasRule(sampleText().replace('## Motivation', '## Abstract'), 'section')
    hasRule(sampleText({}, ['']), 'section')
    const text = sampleText()
      .replace('## Motivation', '## M')
      .replace('## Rationale', '## Motivation')
      .replace('## M\n', '## Rationale\n')
    hasRule(text, 'section')
    assert.deepEqual(rulesOf(sampleText({}, ['a', '', '## Notation', '', 'b'])), [])
  })

  it('asks of an active text only for what says the rule', () => {
    const status = 'Active'
    const text = sampleText({ status }).replace('## Motivation', '## Why')
    assert.deepEqual(rulesOf(text), [])
    const unspecified = text.replace('## Specification', '## Departures')
    hasRule(unspecified, 'section')
    assert.deepEqual(rulesOf(unspecified.replace('type: Core', 'type: Informational')), [])
  })

  it('finds in a fresh draft exactly what is yet to be written', () => {
    const { status: _, ...values } = frontMatter
    const draft = utf8(draftPip(values))
    assert.equal(parsePip(draft).title, frontMatter.title)
    assert.deepEqual(
      lintPip(draft).map(({ rule }) => rule),
      Array.from({ length: 7 }, () => 'placeholder'),
    )
  })
})
