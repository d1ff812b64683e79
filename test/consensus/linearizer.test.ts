import assert from 'node:assert/strict'

import { Dag } from '../../consensus/core/dag.ts'
import { commitDigest } from '../../consensus/core/hashes.ts'
import { beforeFirst, Linearizer } from '../../consensus/core/linearizer.ts'
import { constants } from '../../consensus/parameters.ts'
import { Drawing, testCommittee } from './dag/text.ts'

function scene(text: string, stakes: readonly number[] = [1, 1, 1, 1], gcDepth = 60) {
  const drawing = new Drawing(text)
  const dag = new Dag(testCommittee(stakes))
  for (const block of drawing.blocks) dag.insert(block)
  const linearizer = new Linearizer(dag, { ...constants, gcDepth }, beforeFirst(5))
  const commit = (leader: string) => {
    const made = linearizer.commit(drawing.block(leader))
    return { ...made, names: made.blocks.map(({ digest }) => drawing.nameOf(digest)) }
  }
  return { drawing, dag, linearizer, commit }
}

const threeRounds = '1: A B C D\n2: A B C D\n3: A B C D'

describe('the linear order', () => {
  it('has what the leader adds, by rounds, the leader last', () => {
    const { commit } = scene(threeRounds)
    assert.deepEqual(commit('A1').names, ['A1'])
    const second = commit('B2').names
    assert.deepEqual(second.toSorted(), ['B1', 'B2', 'C1', 'D1'])
    assert.equal(second.at(-1), 'B2')
  })

  it('puts nobody always first', () => {
    const firsts = new Set(
      ['A2', 'B2', 'C2', 'D2'].map((leader) => scene(threeRounds).commit(leader).names[0]),
    )
    assert.ok(firsts.size > 1)
  })

  it('chains commits by their digests', () => {
    const { commit } = scene(threeRounds)
    const [one, two] = [commit('A1'), commit('B2')]
    assert.deepEqual([one.commit.index, two.commit.index], [1, 2])
    assert.equal(two.commit.previous, one.digest)
    assert.equal(commitDigest(two.commit), two.digest)
    assert.equal(one.commit.epoch, 0)
  })

  it('takes the stake-weighted median of the parents’ clocks, and never goes back', () => {
    const text = '1: A@100 B@200 C@300 D@9000\n2: A B C D\n3: A B C D'
    assert.equal(scene(text).commit('A2').commit.timestampMs, 200)
    assert.equal(scene(text, [1, 1, 1, 4]).commit('A2').commit.timestampMs, 9000)
    const back = scene('1: A@500 B@500 C@500 D@500\n2: A@100 B@100 C@100 D@100\n3: A B C D')
    assert.equal(back.commit('A2').commit.timestampMs, 500)
    assert.equal(back.commit('A3').commit.timestampMs, 500)
  })

  it('starts the clock of an epoch at its beginning', () => {
    assert.equal(scene('1: A B C D').commit('A1').commit.timestampMs, 5)
  })

  it('lets one block of an author and round yield transactions, over all commits', () => {
    const { commit } = scene(`
      1: A B C D D'
      2: A(A B C D) B(A B C D') C D
      3: A(A C D) B C D(A B C D)`)
    const first = commit('A2')
    assert.equal(first.yielding.length, first.blocks.length)
    const second = commit('D3')
    const barren = second.names.filter((_, place) => !second.yielding.includes(place))
    assert.deepEqual(barren, ["D1'"])
  })

  it('leaves out what the commit before has made garbage', () => {
    const text = `
      1: A B C D
      2: A B C
      3: A B C
      4: A B C
      5: A B C
      6: A(* D1) B C
      7: A B C`
    const late = scene(text.replace('2: A B C', '2: A(-D) B(-D) C(-D)'), [1, 1, 1, 1], 4)
    late.commit('A2')
    late.commit('B5')
    assert.equal(late.linearizer.garbageRound, 1)
    assert.ok(!late.commit('A7').names.includes('D1'))
    const deep = scene(text.replace('2: A B C', '2: A(-D) B(-D) C(-D)'), [1, 1, 1, 1], 5)
    deep.commit('A2')
    deep.commit('B5')
    assert.ok(deep.commit('A7').names.includes('D1'))
  })
})
