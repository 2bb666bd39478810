// Every page of a newsroom that has a bit of everything, in all languages; of one that is empty; and of one that speaks one language only.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { furnish } from './releases.mjs'
import { Room, pathOf } from './room.mjs'
import { launch } from './tools.mjs'
import { PROMISES, Tour } from './tour.mjs'

const LANGUAGES = ['en', 'fr', 'zh', 'es', 'ru', 'ar']

/** What is known to be wrong, and where it has to be mended. What is right by now must leave this list: a test says so. */
const KNOWN = []

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

/** Fills a new newsroom, walks over it, and asks for every promise. */
function newsroom(title, fill, expected, known = []) {
  describe(title, () => {
    let room, tour, made
    before(async () => {
      room = await Room.open()
      made = await fill(room)
      // No link leads to what was withdrawn, but its address is known.
      const withdrawn = Object.values(made).filter(({ status }) => status === 'withdrawn')
      const also = withdrawn.flatMap((release) => LANGUAGES.map((language) => pathOf(release, language)))
      tour = await Tour.of(browser, room.site, { also: ['/no/such/page/', ...also] })
    })
    after(() => room?.close())
    test('the tour comes to every page', () => {
      for (const path of expected(made)) assert.ok(tour.paths.includes(path), `no link leads to ${path}; there are ${tour.paths.join(' ')}`)
    })
    for (const [name, promise] of PROMISES) test(promise, () => assert.deepEqual(tour.findings(name, known), []))
    for (const [name, part, why] of known) {
      test(`still wrong: ${why}`, () => assert.ok(tour.findings(name).some((line) => part.test(line)), 'it is right now; take it out of KNOWN'))
    }
  })
}

const homes = ['/', ...LANGUAGES.map((language) => `/${language}/`)]
const pagesOf = (made) => Object.values(made).flatMap((release) => LANGUAGES.map((language) => pathOf(release, language)))

newsroom('a newsroom with a bit of everything', furnish, (made) => [...homes, ...pagesOf(made)], KNOWN)

newsroom('an empty newsroom', async () => ({}), () => homes)

newsroom(
  'a newsroom that writes one language only',
  async (room) => {
    const texts = { en: { title: 'Tide tables for 2027 are out', summary: 'In print and as files.', body: 'They may be ordered from today.' } }
    const only = await room.post({ status: 'published', date: '2026-02-02', texts })
    await room.settled()
    return { only }
  },
  (made) => [...homes, ...pagesOf(made)],
)
