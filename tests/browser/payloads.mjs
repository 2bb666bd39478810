// The list of hostile bodies that tests/src/attacks reads as well, and one release that has a payload wherever there is a place for one.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { TOP } from './tools.mjs'

/** The escapes that the head of the list explains. */
const ESCAPE = /\\(?:u\{([0-9a-f]+)\}|\*\{(\d+) ([^}]*)\}|([ntr\\]))/gi
const SIMPLE = { n: '\n', t: '\t', r: '\r', '\\': '\\' }

const unescaped = (line) =>
  line.replaceAll(ESCAPE, (_, hex, count, part, simple) => (hex ? String.fromCodePoint(parseInt(hex, 16)) : count ? part.repeat(count) : SIMPLE[simple]))

/** Every body of tests/judges/payloads.txt. */
export function payloads() {
  const lines = readFileSync(join(TOP, 'tests/judges/payloads.txt'), 'utf8').split('\n')
  const list = lines.slice(lines.findIndex((line) => line.startsWith('== ')))
  return list.filter((line) => line && !line.startsWith('== ')).map(unescaped)
}

/** Languages of one release, and how the body is written in each. */
export const FORMATS = { en: 'html', fr: 'markdown', es: 'text' }

const cut = (text, most) => [...text].slice(0, most).join('')

/** A release that says the payload in every field that takes words. `photo` is a file that has arrived, or nothing. */
export function hostile(number, payload, photo) {
  const line = cut(payload, 1900)
  const each = (text) => Object.fromEntries(Object.keys(FORMATS).map((language) => [language, text]))
  const texts = Object.entries(FORMATS).map(([language, format]) => [
    language,
    { title: cut(`${number} ${payload}`, 300), subtitle: line, dateline: line, summary: line, body: payload, format },
  ])
  return {
    date: '2026-03-01',
    language: 'en',
    texts: Object.fromEntries(texts),
    topics: ['research'],
    event: { name: line, place: line, url: 'https://press.tidewater.example/' },
    links: [{ url: 'https://press.tidewater.example/', label: each(line) }],
    media: photo ? [{ ...photo, alt: each(line), caption: each(line), credit: line }] : [],
    correction: { note: each(line), minor: false },
  }
}

/** Leaves out what an answer of the API refuses, by its pointers. False when there is nothing left. */
export function without(release, errors) {
  for (const { pointer } of errors) {
    const [first, second, third] = pointer.split('/').slice(1)
    if (first === 'texts' && ['title', 'body', undefined].includes(third)) delete release.texts[second]
    else if (first === 'texts') delete release.texts[second]?.[third]
    else delete release[first]
  }
  if (!release.texts[release.language]) release.language = Object.keys(release.texts)[0]
  return Object.keys(release.texts).length > 0
}
