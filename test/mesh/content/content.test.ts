import assert from 'node:assert/strict'

import { decodeContent, encodeContent } from '#mesh'

const bytes = Uint8Array.of(1, 2, 3)

const named = (name: string) => ({ kind: 'file', name, bytes }) as const

describe('what people send each other', () => {
  for (const name of ['map.bin', 'می‌خواهم.pdf', 'क्‍ष.txt', 'ไฟล์.txt', 'family 👨‍👩‍👧.jpg']) {
    it(`may be a file named ${name}`, () => {
      assert.deepEqual(decodeContent(encodeContent(named(name))), named(name))
    })
  }

  for (const [what, name] of [
    ['nothing', ''],
    ['a dot first', '.profile'],
    ['a slash', 'a/b'],
    ['a backslash', 'a\\b'],
    ['a zero', 'a\0b'],
    ['a line feed', 'a\nb'],
    ['an escape', 'a\u001b[2Jb'],
    ['a C1 control', 'a\u009bb'],
    ['half a pair', 'a\ud800b'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a mark of direction', 'a\u200fb'],
    ['an override of direction', 'fdp\u202eexe.pdf'],
    ['an isolate', 'a\u2067b'],
    ['too many bytes', 'é'.repeat(128)],
  ] as const) {
    it(`is no file whose name has ${what}`, () => {
      assert.throws(() => encodeContent(named(name)), /MESH_MALFORMED/)
    })
  }

  it('is checked where it arrives, too', () => {
    const encoded = encodeContent(named('a-b'))
    encoded[encoded.indexOf('-'.charCodeAt(0))] = '/'.charCodeAt(0)
    assert.throws(() => decodeContent(encoded), /MESH_MALFORMED/)
  })
})
