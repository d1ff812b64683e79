/** `pip-0042-words-of-the-title.md` */
import { fourDigits } from './category.ts'

const form = /^pip-(\d{4,9})((?:-[a-z0-9]+)*)\.md$/

/** ASCII words, in lower case, letters without their marks. */
function wordsOf(title: string): readonly string[] {
  return (
    title
      .normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  )
}

const longest = 60

/** A file name with the first words of `title`; without any where it has none of ASCII letters. */
export function pipFileName(number: number, title: string): string {
  let name = `pip-${fourDigits(number)}`
  for (const word of wordsOf(title)) {
    if (name.length + 1 + word.length > longest) break
    name += `-${word}`
  }
  return `${name}.md`
}

/** The number that the file `name` begins with; undefined when it is no PIP's. */
export function numberInFileName(name: string): number | undefined {
  const [, digits] = form.exec(name) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Whether `name` has this number, and words of `title` in their order. */
export function isFileNameOf(name: string, number: number, title: string): boolean {
  if (numberInFileName(name) !== number) return false
  const [, , tail = ''] = form.exec(name) ?? []
  if (tail === '') return pipFileName(number, title) === name
  const words = wordsOf(title)
  let from = 0
  return tail
    .slice(1)
    .split('-')
    .every((word) => (from = words.indexOf(word, from) + 1) > 0)
}
