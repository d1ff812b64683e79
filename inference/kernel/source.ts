import { assemble, type Code, op, type Routine } from './assembler.ts'
import { limits } from './limits.ts'
import { routine } from './routine.ts'

const { i32, v128, i16x8, i32x4 } = op

/** Eight columns are two vectors of four sums. */
const halves = [0, 1] as const

/**
 * `rows1`, `rows4`: the sums of products of that many rows with panels of eight columns.
 *
 * For each pair of factors in turn, `left` holds the pair of each row, as two int16, and `right` the
 * pair of each of eight columns; the columns of the next panel follow. The sums of a panel go to
 * `result` plus what `places` has for it (bytes, int32), those of the next row `rowStep` further on.
 *
 * Every factor is a difference of two numbers of 8 bits, so within -255..255. `dot` adds two products:
 * at most 2 * 255^2 = 130,050 in magnitude, so it never wraps. Sums wrap mod 2^32.
 */
function products(rows: number): Routine {
  const tile = Array.from({ length: rows }, (_, row) => row)
  const sums = tile.flatMap((row) => halves.map((half) => sum(row, half)))
  return routine(
    `rows${rows}`,
    ['left', 'right', 'result', 'places', 'rowStep', 'pairs', 'panels'],
    ['a', 'pair', 'target'],
    ['columns 0', 'columns 1', 'row', ...sums],
    ({ get, set, increase, times }) =>
      times(
        'panels',
        sums.map((name) => set(name, v128.zero)),
        set('a', get('left')),
        set('pair', get('pairs')),
        times(
          'pair',
          halves.map((half) => set(`columns ${half}`, [get('right'), v128.load(16 * half)])),
          tile.map((row) => [
            set('row', [get('a'), v128.load32Splat(4 * row)]),
            halves.map((half) => {
              const product = [get('row'), get(`columns ${half}`), i32x4.dotI16x8Signed]
              return set(sum(row, half), [get(sum(row, half)), product, i32x4.add])
            }),
          ]),
          increase('a', i32.const(4 * rows)),
          increase('right', i32.const(32)),
        ),
        set('target', [get('result'), get('places'), i32.load, i32.add]),
        tile.map((row) => [
          halves.map((half) => [get('target'), get(sum(row, half)), v128.store(16 * half)]),
          increase('target', get('rowStep')),
        ]),
        increase('places', i32.const(4)),
      ),
  )
}

function sum(row: number, half: number): string {
  return `sum ${row} ${half}`
}

/**
 * `columnsS8`, `columnsU8`: makes `right` of {@link products} from bytes.
 *
 * A panel's eight bytes of the first factor are at `source` plus what `places` has for the panel, plus
 * what `taps` has (bytes, int32, up to `tapsEnd`); those of each further factor `step` on, twice
 * `pairs` of them under each tap. The panel's zero points, eight int16 at `zeros`, are subtracted;
 * those of the next panel are `zeroStep` further on.
 */
function columns(signed: boolean): Routine {
  const low = interleaved(2, 0)
  const high = interleaved(2, 8)
  return routine(
    signed ? 'columnsS8' : 'columnsU8',
    'source target places panels taps tapsEnd step pairs zeros zeroStep'.split(' '),
    ['tap', 'from', 'pair'],
    ['zero', 'first', 'second'],
    ({ get, set, increase, times }) => {
      const factor = [get('from'), v128.load8x8(signed), get('zero'), i16x8.sub]
      const pair = [get('first'), get('second')]
      return times(
        'panels',
        set('zero', [get('zeros'), v128.load(0)]),
        set('tap', get('taps')),
        op.loop,
        set('from', [get('source'), get('places'), i32.load, i32.add]),
        increase('from', [get('tap'), i32.load]),
        set('pair', get('pairs')),
        times(
          'pair',
          set('first', factor),
          increase('from', get('step')),
          set('second', factor),
          increase('from', get('step')),
          [get('target'), pair, v128.shuffle(low), v128.store(0)],
          [get('target'), pair, v128.shuffle(high), v128.store(16)],
          increase('target', i32.const(32)),
        ),
        increase('tap', i32.const(4)),
        [get('tap'), get('tapsEnd'), i32.ne, op.brIf(0), op.end],
        increase('places', i32.const(4)),
        increase('zeros', get('zeroStep')),
      )
    },
  )
}

/**
 * `packS8x1`, `packU8x4` and so on: makes `left` of {@link products} from that many rows of bytes at
 * `source`, `step` apart, eight of each row at a time. `zero` points to their zero point as eight int16.
 */
function pack(signed: boolean, rows: 1 | 4): Routine {
  const tile = Array.from({ length: rows }, (_, row) => row)
  return routine(
    `pack${signed ? 'S8' : 'U8'}x${rows}`,
    ['source', 'target', 'step', 'eights', 'zero'],
    ['from'],
    tile.map((row) => `row ${row}`),
    ({ get, set, increase, times }) =>
      times(
        'eights',
        set('from', get('source')),
        tile.map((row) => [
          set(`row ${row}`, [
            [get('from'), v128.load8x8(signed)],
            [get('zero'), v128.load(0), i16x8.sub],
          ]),
          increase('from', get('step')),
        ]),
        rows === 1
          ? [get('target'), get('row 0'), v128.store(0)]
          : transposed(get).map((vector, at) => [get('target'), vector, v128.store(16 * at)]),
        increase('source', i32.const(8)),
        increase('target', [i32.const(16), rows === 1 ? [] : [i32.const(48), i32.add]]),
      ),
  )
}

/** `copy`: copies `rows` times `bytes` bytes that are `sourceStep` apart to places `targetStep` apart. */
function copy(): Routine {
  const parameters = ['source', 'target', 'bytes', 'rows', 'sourceStep', 'targetStep']
  return routine('copy', parameters, [], [], ({ get, increase, times }) =>
    times(
      'rows',
      [get('target'), get('source'), get('bytes'), op.memoryCopy],
      increase('source', get('sourceStep')),
      increase('target', get('targetStep')),
    ),
  )
}

/** Four rows of four pairs as four columns. */
function transposed(get: (name: string) => Code): Code[] {
  return [0, 8].flatMap((from) => {
    const places = interleaved(4, from)
    const upper = [get('row 0'), get('row 1'), v128.shuffle(places)]
    const lower = [get('row 2'), get('row 3'), v128.shuffle(places)]
    return [0, 8].map((half) => [upper, lower, v128.shuffle(interleaved(8, half))])
  })
}

/** Eight bytes of each of two vectors, from `from` on, `size` of one and `size` of the other in turn. */
function interleaved(size: number, from: number): number[] {
  return Array.from({ length: 16 }, (_, at) => {
    const group = Math.floor(at / size)
    return from + Math.floor(group / 2) * size + (at % size) + (group % 2) * 16
  })
}

/** The module of WebAssembly, from this source. */
export function kernelModule(): Uint8Array<ArrayBuffer> {
  const signs = [true, false]
  const routines = [
    products(1),
    products(4),
    ...signs.map(columns),
    ...signs.flatMap((signed) => [pack(signed, 1), pack(signed, 4)]),
    copy(),
  ]
  return assemble(routines, limits.memory.value / 65_536)
}

/** SHA-256 of {@link kernelModule}. A module with another hash is not started. */
export const kernelHash = '4a96b04b6c3b4aec90e997b70b95e43052d8c6fc21ccb2dc923c65b208f83c59'
