import { describe, expect, it } from 'vitest'
import { exifOf, withExif } from '../src/photo/jpeg'
import { layoutOf, stripOf } from '../src/photo/layout'

const JFIF = [0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]
const PICTURE = [0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]

/** An Exif segment with one tag: the orientation. */
function exif(orientation: number, { little = false, type = 3, tag = 0x0112 } = {}): number[] {
  const two = (value: number) => (little ? [value & 255, value >> 8] : [value >> 8, value & 255])
  const four = (value: number) => (little ? [...two(value), 0, 0] : [0, 0, ...two(value)])
  const tiff = [...(little ? [0x49, 0x49] : [0x4d, 0x4d]), ...two(42), ...four(8)]
  const directory = [...two(1), ...two(tag), ...two(type), ...four(1), ...two(orientation), 0, 0, ...four(0)]
  const content = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff, ...directory]
  return [0xff, 0xe1, 0, content.length + 2, ...content]
}

const jpeg = (...parts: number[][]) => Uint8Array.from([0xff, 0xd8, ...parts.flat()])

describe('what the camera wrote', () => {
  it.each([true, false])('is found behind other segments and set upright, little endian %s', (little) => {
    expect([...exifOf(jpeg(JFIF, exif(6, { little }), PICTURE))!]).toEqual(exif(1, { little }))
  })

  it('is not changed in the photo it is read from', () => {
    const photo = jpeg(exif(6), PICTURE)
    exifOf(photo)
    expect(photo).toEqual(jpeg(exif(6), PICTURE))
  })

  it('keeps every other tag', () => {
    expect([...exifOf(jpeg(exif(6, { tag: 0x0110 }), PICTURE))!]).toEqual(exif(6, { tag: 0x0110 }))
    expect([...exifOf(jpeg(exif(6, { type: 4 }), PICTURE))!]).toEqual(exif(6, { type: 4 }))
  })

  it.each([
    ['no segment', jpeg(JFIF, PICTURE)],
    ['another use of the same segment', jpeg([0xff, 0xe1, 0, 6, 0x68, 0x74, 0x74, 0x70], PICTURE)],
    ['no JPEG', Uint8Array.from([0x89, 0x50, 0x4e, 0x47])],
    ['nothing', new Uint8Array()],
    ['a segment longer than the file', jpeg(exif(6).slice(0, 20))],
    ['a segment without a length', jpeg([0xff, 0xe1, 0, 0, 1])],
  ])('is nothing where there is %s', (_, photo) => {
    expect(exifOf(photo)).toBeNull()
  })

  it('is put first and leaves the rest as it is', () => {
    expect(withExif(jpeg(JFIF, PICTURE), Uint8Array.from(exif(1)))).toEqual(jpeg(exif(1), JFIF, PICTURE))
  })

  it('does not run out of a directory that counts more tags than it has', () => {
    const lying = exif(6)
    lying[19] = 9
    expect(exifOf(jpeg(lying, PICTURE))).toHaveLength(lying.length)
  })
})

describe('the size of a photo', () => {
  it('is that of its longest side', () => {
    expect(layoutOf(4000, 3000, 1600, 0)).toEqual({ width: 1600, height: 1200, strip: 0, letters: 0 })
    expect(layoutOf(3000, 4000, 1600, 0)).toMatchObject({ width: 1200, height: 1600 })
  })

  it('is never larger than what was taken', () => {
    expect(layoutOf(640, 480, 1600, 0)).toMatchObject({ width: 640, height: 480 })
  })

  it.each([[4000, 3000], [3000, 4000], [800, 800], [300, 2000]])('leaves room for the strip: %d × %d', (width, height) => {
    const layout = layoutOf(width, height, 1600, 2)
    expect(layout.strip).toBeGreaterThan(2 * layout.letters)
    expect(layout.height + layout.strip).toBeLessThanOrEqual(1600)
    expect(layout.width / layout.height).toBeCloseTo(width / height, 1)
  })
})

describe('the strip', () => {
  it('says when and in which grid', () => {
    expect(stripOf(new Date(2026, 9, 20, 9, 5), '一组网格').lines).toEqual(['2026年10月20日 09:05', '一组网格'])
  })

  it('says only when where no grid is known', () => {
    expect(stripOf(new Date(2026, 9, 20, 9, 5), '').lines).toEqual(['2026年10月20日 09:05'])
  })
})
