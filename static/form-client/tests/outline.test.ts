import { describe, expect, it } from 'vitest'
import { type PlacedMark, clustersOf, comesApart, isSeen } from '../src/outline/marks'
import { metresBetween, planeAt } from '../src/outline/plane'
import { placeOf, placesOf } from '../src/outline/ring'
import { dragged, isClosest, pixelOf, scaleBar, viewOfAll, zoomed } from '../src/outline/view'

const SIZE = { width: 390, height: 500 }

describe('metres', () => {
  it('are those of the ellipsoid', () => {
    // gis/measure.py gives the same for this place.
    expect(metresBetween({ lat: 30, lon: 108 }, { lat: 30.001, lon: 108 })).toBeCloseTo(110.85, 1)
    expect(metresBetween({ lat: 30, lon: 108 }, { lat: 30, lon: 108.001 })).toBeCloseTo(96.49, 1)
  })

  it('lead back to the same place', () => {
    const plane = planeAt({ lat: 30.3, lon: 108.04 })
    const back = plane.placeOf(plane.spotOf({ lat: 30.31, lon: 108.06 }))
    expect([back.lat, back.lon]).toEqual([expect.closeTo(30.31, 9), expect.closeTo(108.06, 9)])
  })
})

describe('points of ODK', () => {
  it('are read with and without altitude and accuracy', () => {
    expect(placeOf('30.5 108.25 310 4.5')).toEqual({ lat: 30.5, lon: 108.25 })
    expect(placeOf(' 30.5  108.25 ')).toEqual({ lat: 30.5, lon: 108.25 })
  })

  it.each(['', '30.5', 'a b', '91 0', '0 181', '1 2 3 4 5', '1;2'])('are no points: %j', (text) => {
    expect(placeOf(text)).toBeNull()
  })

  it('make a ring without its broken points', () => {
    expect(placesOf('30 108 0 0;30 109 0 0; x y;30 108 0 0')).toHaveLength(3)
    expect(placesOf('')).toEqual([])
  })
})

describe('a view', () => {
  const corners = [{ x: -500, y: -200 }, { x: 700, y: 900 }]

  it('shows all there is', () => {
    const view = viewOfAll(corners, SIZE)
    for (const corner of corners) {
      const { left, top } = pixelOf(corner, view, SIZE)
      expect(left).toBeGreaterThanOrEqual(31)
      expect(left).toBeLessThanOrEqual(SIZE.width - 31)
      expect(top).toBeGreaterThanOrEqual(31)
      expect(top).toBeLessThanOrEqual(SIZE.height - 31)
    }
  })

  it('has north up', () => {
    const view = viewOfAll(corners, SIZE)
    expect(pixelOf({ x: 0, y: 100 }, view, SIZE).top).toBeLessThan(pixelOf({ x: 0, y: 0 }, view, SIZE).top)
  })

  it('of a single place still shows what is around it', () => {
    expect(viewOfAll([{ x: 5, y: 5 }], SIZE)).toMatchObject({ middle: { x: 5, y: 5 } })
    expect(isClosest(viewOfAll([{ x: 5, y: 5 }], SIZE))).toBe(false)
  })

  it('comes closer around the fingers', () => {
    const view = viewOfAll(corners, SIZE)
    const spot = { x: 300, y: 400 }
    const before = pixelOf(spot, view, SIZE)
    const after = pixelOf(spot, zoomed(view, 2, before, SIZE), SIZE)
    expect(after.left).toBeCloseTo(before.left, 6)
    expect(after.top).toBeCloseTo(before.top, 6)
  })

  it('does not come closer than positions are known', () => {
    const view = zoomed(viewOfAll(corners, SIZE), 1000, { left: 0, top: 0 }, SIZE)
    expect(isClosest(view)).toBe(true)
    expect(zoomed(view, 2, { left: 9, top: 9 }, SIZE)).toEqual(view)
  })

  it('follows a finger', () => {
    const view = viewOfAll(corners, SIZE)
    const before = pixelOf(corners[0], view, SIZE)
    const after = pixelOf(corners[0], dragged(view, { left: 30, top: -12 }), SIZE)
    expect([after.left - before.left, after.top - before.top]).toEqual([expect.closeTo(30), expect.closeTo(-12)])
  })

  it.each([
    [0.5, 200, '200米', 100],
    [0.06, 2000, '2公里', 120],
    [3, 20, '20米', 60],
  ])('at %d pixels a metre has a round scale bar', (scale, metres, words, pixels) => {
    const bar = scaleBar({ middle: { x: 0, y: 0 }, scale }, 120)
    expect(bar).toEqual({ metres, words, pixels: expect.closeTo(pixels, 6) })
  })
})

describe('marks', () => {
  const SCALE = 0.5

  function mark(id: string, x: number, y: number, state: PlacedMark['state'] = 'none'): PlacedMark {
    return { id, lat: 0, lon: 0, kind: 'household', state, label: id, spot: { x, y } }
  }

  const scattered = (count: number) =>
    Array.from({ length: count }, (_, index) => mark(`${index}`, (index * 37) % 701, (index * 53) % 907))

  it('stand alone where there is room', () => {
    const clusters = clustersOf([mark('a', 10, 10), mark('b', 210, 10)], SCALE)
    expect(clusters.map(({ marks }) => marks.map(({ id }) => id))).toEqual([['a'], ['b']])
  })

  it('become one with a count where they would cover each other, the most urgent first', () => {
    const close = [mark('done', 10, 10, 'done'), mark('late', 14, 12, 'overdue'), mark('due', 12, 12, 'due')]
    const [cluster] = clustersOf(close, SCALE)
    expect(cluster.marks.map(({ id }) => id)).toEqual(['late', 'due', 'done'])
  })

  it('never cover each other, and none is lost', () => {
    const clusters = clustersOf(scattered(2000), SCALE)
    const firsts = clusters.map(({ marks }) => marks[0].spot)
    const gaps = firsts.flatMap((one, index) =>
      firsts.slice(index + 1).map((other) => SCALE * Math.hypot(one.x - other.x, one.y - other.y)),
    )
    expect(gaps.reduce((smaller, gap) => Math.min(smaller, gap))).toBeGreaterThanOrEqual(48)
    expect(new Set(clusters.flatMap(({ marks }) => marks))).toHaveLength(2000)
  })

  it('are left out beyond the screen', () => {
    expect([isSeen({ left: 0, top: 0 }, SIZE), isSeen({ left: 391, top: 501 }, SIZE)]).toEqual([true, true])
    expect([isSeen({ left: -60, top: 9 }, SIZE), isSeen({ left: 9, top: 560 }, SIZE)]).toEqual([false, false])
  })

  it('of one house do not come apart by coming closer', () => {
    const [stairs] = clustersOf([mark('1-1', 10, 10), mark('1-2', 10, 10)], SCALE)
    const [lane] = clustersOf([mark('1', 10, 10), mark('2', 40, 10)], SCALE)
    expect([comesApart(stairs), comesApart(lane)]).toEqual([false, true])
  })
})
