import { expect, test } from 'vitest'
import { geometryOf, written } from '../src/engine/geometry'

const A = { lat: 30.1, lon: 108.1 }
const B = { lat: 30.2, lon: 108.2 }
const C = { lat: 30.3, lon: 108.1 }
const properties = { odk_value: '', odk_label: '' }

test('a point, a line and a patch are written as ODK reads them', () => {
  expect(written([A])).toBe('30.100000 108.100000 0 0')
  expect(written([A, B], 'trace')).toBe('30.100000 108.100000 0 0; 30.200000 108.200000 0 0')
  expect(written([A, B, C], 'shape').split('; ')).toHaveLength(4)
})

test.each([['trace', [A]], ['shape', [A, B]], ['point', []]] as const)('too few points are no %s yet', (shape, places) => {
  expect(written([...places], shape)).toBe('')
})

test('a patch is read without the corner that closes it', () => {
  const ring = [A, B, C, A].map(({ lat, lon }) => [lon, lat])
  expect(geometryOf({ geometry: { type: 'Polygon', coordinates: [ring] }, properties })).toEqual([A, B, C])
})

test('nothing saved is nothing drawn', () => {
  expect(geometryOf(undefined)).toEqual([])
})
