import { describe, expect, it } from 'vitest'
import type { Fix } from '../src/model'
import { planeAt } from '../src/outline/plane'
import { type TrackEntry, stateAfter, trackAnswer } from '../src/track/entries'
import { walkedParts } from '../src/track/filter'

const START = Date.UTC(2026, 9, 20, 1)
const PLANE = planeAt({ lat: 30.3, lon: 108.04 })

/** A fix x, y metres from the start, so many seconds after it. */
function fix(x: number, seconds: number, { y = 0, accuracy = 5 as number | null } = {}): Fix {
  return { ...PLANE.placeOf({ x, y }), altitude: 300, accuracy, at: START + seconds * 1000 }
}

/** A walk at one metre a second, a fix every 20 seconds. */
function walk(from: number, to: number, later = 0): Fix[] {
  const fixes: Fix[] = []
  for (let x = from; x <= to; x += 20) fixes.push(fix(x, x + later))
  return fixes
}

const metres = (part: Fix[]) => part.map((each) => Math.round(PLANE.spotOf(each).x))

describe('what of a track is kept', () => {
  it('keeps a steady walk whole', () => {
    expect(walkedParts(walk(0, 200)).map(metres)).toEqual([[0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200]])
  })

  it('leaves out fixes that are drawn, mock or too vague', () => {
    const vague = [0, -1, 50.1, null].map((accuracy, index) => fix(90, 91 + index, { y: 45, accuracy }))
    expect(walkedParts([...walk(0, 200), ...vague])).toEqual(walkedParts(walk(0, 200)))
  })

  it('puts fixes in the order of time and counts an instant once', () => {
    const repeated = walk(0, 200).map((each) => ({ ...each, lat: each.lat + 0.001 }))
    expect(walkedParts([...walk(0, 200).reverse(), ...repeated])).toEqual(walkedParts(walk(0, 200)))
  })

  it('drops a fix that was reached and left too fast', () => {
    expect(walkedParts([...walk(0, 200), fix(100, 101, { y: 250 })])).toEqual(walkedParts(walk(0, 200)))
  })

  it('bridges two minutes and not a second more', () => {
    expect(walkedParts([...walk(0, 100), ...walk(120, 220, 100)])).toHaveLength(1)
    expect(walkedParts([...walk(0, 100), ...walk(120, 220, 101)])).toHaveLength(2)
  })

  it('cuts where the next fix lies 300 metres away', () => {
    expect(walkedParts([...walk(0, 100), ...walk(401, 501, -280)]).map((part) => part.length)).toEqual([6, 6])
  })

  it('takes a phone that lies still for one place, not for a walk', () => {
    const still = Array.from({ length: 200 }, (_, index) => fix(((index * 7) % 17) - 8, index * 5, { accuracy: 12 }))
    expect(walkedParts(still)).toEqual([])
  })

  it('makes no line of a fix alone', () => {
    expect(walkedParts([fix(0, 0)])).toEqual([])
    expect(walkedParts([])).toEqual([])
  })
})

describe('the answer to the question of the patrol', () => {
  const mark = (act: 'start' | 'pause' | 'resume' | 'hidden' | 'shown' | 'closed' | 'finish', seconds: number) => ({
    act,
    at: START + seconds * 1000,
  })
  const points = (entries: TrackEntry[]) => trackAnswer(entries).split('; ')

  it('is empty where nothing was walked', () => {
    expect(trackAnswer([])).toBe('')
    expect(trackAnswer([mark('start', 0), fix(0, 1), mark('finish', 9)])).toBe('')
  })

  it('is written as ODK writes a line', () => {
    const answer = points([mark('start', 0), ...walk(0, 100), mark('finish', 200)])
    expect(answer).toHaveLength(6)
    expect(answer[0]).toBe('30.300000 108.040000 300.0 5.0')
    expect(trackAnswer([...walk(0, 40)].map((each) => ({ ...each, altitude: null })))).toContain(' 0.0 5.0')
  })

  it.each(['pause', 'hidden', 'closed'] as const)('says that the way is not known after %s', (act) => {
    const answer = points([...walk(0, 100), mark(act, 101), mark('resume', 110), ...walk(120, 220)])
    const unknown = answer.filter((point) => point.endsWith(' 9999'))
    expect(answer).toHaveLength(13)
    expect(unknown).toEqual([answer[5].replace(/ 5\.0$/, ' 9999')])
    expect(answer.indexOf(unknown[0])).toBe(6)
  })

  it('says so as well where nothing was heard for more than two minutes', () => {
    expect(points([...walk(0, 100), ...walk(120, 220, 300)]).filter((point) => point.endsWith(' 9999'))).toHaveLength(1)
  })

  it('ends with a position, not with a gap', () => {
    expect(trackAnswer([...walk(0, 100), mark('pause', 101)])).not.toContain('9999')
  })

  it('knows its state from what was kept', () => {
    const acts = [mark('start', 0), mark('hidden', 1), mark('shown', 2)]
    expect(stateAfter([])).toBe('off')
    expect(stateAfter([...acts, fix(0, 3)])).toBe('running')
    expect(stateAfter([...acts, mark('closed', 3)])).toBe('paused')
    expect(stateAfter([...acts, mark('closed', 3), mark('resume', 4), mark('finish', 5)])).toBe('finished')
  })
})
