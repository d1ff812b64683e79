import { limits } from '../limits.ts'

/** `text` in pieces that each make sense in UTF-8: what is on its way is seen to move by them. */
export function piecesOf(text: string): readonly string[] {
  const most = limits.pieceCharacters.value
  if (text.length <= most) return [text]
  const pieces: string[] = []
  for (let start = 0; start < text.length;) {
    let end = start + most
    if (isLeading(text.charCodeAt(end - 1))) end++
    pieces.push(text.slice(start, end))
    start = end
  }
  return pieces
}

/** The first half of a surrogate pair. */
function isLeading(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
