// @vitest-environment node
import { expect, test } from 'vitest'
import './world'
import { dayOf, instantOf } from '../../src/quick/clock'
import { filled } from '../../src/quick/instance'
import { geopoint, liesWithin } from '../../src/quick/position'

const FORM = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"><h:head><model>
  <instance><data id="patrol" version="7"><today/><result/><finding jr:template=""><kind/></finding><finding><kind/></finding><note>keep</note><meta><instanceID/></meta></data></instance>
  <instance id="grids" src="jr://file-csv/grids.csv"/>
  <bind nodeset="/data/today" jr:preload="date"/>
  <bind nodeset="/data/result" required="true()"/>
  <bind nodeset="/data/finding" relevant="/data/result = 'found'"/>
  <bind nodeset="/data/note" type="string"/>
  <bind nodeset="/data/meta/instanceID" jr:preload="uid"/>
</model></h:head></h:html>`
const ANSWERS = { today: '2026-11-22', result: 'clear', finding: null, 'meta/instanceID': 'uuid:1' }
const RING = '30 108 0 0;30 109 0 0;31 109 0 0;31 108 0 0;30 108 0 0'

test('an instance is filled as an engine would write it', () => {
  expect(filled(FORM, ANSWERS)).toBe(
    '<data id="patrol" version="7"><today>2026-11-22</today><result>clear</result><note>keep</note>' +
      '<meta><instanceID>uuid:1</instanceID></meta></data>',
  )
})

test('what is typed is text', () => {
  expect(filled(FORM, { ...ANSWERS, result: '<a b="c">&' })).toContain('<result>&lt;a b="c"&gt;&amp;</result>')
})

test('a question the county has added and requires cannot be filled in one tap', () => {
  const more = FORM.replace('<note>', '<weather/><note>')
  expect(filled(more, ANSWERS)).not.toBeNull()
  for (const depends of ['required="true()"', 'calculate="1"', 'relevant="1"']) {
    const bind = `<bind nodeset="/data/weather" ${depends}/></model>`
    expect(filled(more.replace('</model>', bind), ANSWERS)).toBeNull()
  }
})

test('a question the county has taken out cannot be answered', () => {
  expect(filled(FORM.replace('<result/>', ''), ANSWERS)).toBeNull()
  expect(filled('no form', ANSWERS)).toBeNull()
})

test('attributes are given to their node', () => {
  const form = FORM.replace('<instanceID/>', '<entity dataset="open_cases" update="1" id=""/><instanceID/>')
  const xml = filled(form, { ...ANSWERS, 'meta/entity': '' }, { 'meta/entity': { update: 'true', id: 'a"b' } })
  expect(xml).toContain('<entity dataset="open_cases" update="true" id="a&quot;b"/>')
})

test('a position is inside its ring or outside', () => {
  const at = (lat: number, lon: number) => ({ lat, lon, altitude: null, accuracy: 8, at: 0 })
  expect(liesWithin(at(30.5, 108.5), RING)).toBe(true)
  expect(liesWithin(at(30.5, 109.5), RING)).toBe(false)
  expect(liesWithin(at(30.5, 108.5), '30 108 0 0;30 109 0 0')).toBe(false)
  expect(geopoint(at(30.5, 108.5))).toBe('30.5 108.5 0.0 8.0')
  expect(geopoint(null)).toBe('')
})

test('instants carry the phone’s own zone', () => {
  const at = new Date(2026, 10, 2, 8, 5, 9, 7).getTime()
  expect(dayOf(at)).toBe('2026-11-02')
  expect(instantOf(at)).toMatch(/^2026-11-02T08:05:09\.007[+-]\d\d:\d\d$/)
  expect(Date.parse(instantOf(at))).toBe(at)
})
