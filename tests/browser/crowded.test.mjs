// A newsroom with ten thousand releases: its pages stay as short as those of a small one, and nothing of it is out of reach.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { plainPage } from './checks/scriptless.mjs'
import { Officer } from './officer.mjs'
import { Room, pathOf } from './room.mjs'
import { launch } from './tools.mjs'
import { CHECKS, valid } from './tour.mjs'
import { Visit, lookout } from './visit.mjs'

const RELEASES = 10_000
/** Posts under way at once. */
const PARALLEL = 16
/** What the last of them may take after it was posted; machines are shared. */
const PATIENCE = 600_000

/** In each month the same number, over a quarter of a century. */
const release = (n) => {
  const months = Math.floor((n * 300) / RELEASES)
  const date = `${2001 + Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}-${String((n % 28) + 1).padStart(2, '0')}`
  const text = (title, body) => ({ title, body, dateline: 'Brest' })
  const texts = { en: text(`Gauge ${n} is read again`, 'The council has read it once more.') }
  if (n % 2) texts.fr = text(`La jauge ${n} est relue`, 'Le conseil l’a relue.')
  return { status: 'published', date, topics: [n % 3 ? 'research' : 'conferences'], texts }
}

let browser, room
const posted = []
before(async () => {
  ;[browser, room] = await Promise.all([launch(), Room.open()])
  let next = 0
  const worker = async () => {
    while (next < RELEASES) {
      const n = next++
      posted[n] = await room.post(release(n))
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  const start = Date.now()
  for (;;) {
    const log = await (await fetch(`${room.site}/changes/head.json`)).json()
    if (log.seq >= RELEASES) break
    assert.ok(Date.now() - start < PATIENCE, `${log.seq} of ${RELEASES} releases became public`)
    await sleep(500)
  }
})
after(async () => {
  await browser?.close()
  await room?.close()
})

describe('what readers see of ten thousand releases', () => {
  const found = new Map(CHECKS.map(({ name }) => [name, []]))
  const html = []
  before(async () => {
    const page = await (await lookout(browser)).newPage()
    const visit = await Visit.on(page, room.site, { plain: await plainPage(browser) })
    const paths = ['/en/', '/ar/', '/en/archive/', '/ar/archive/', '/fr/archive/2014/05/', '/en/topics/research/', '/zh/feeds/', pathOf(posted[4_321], 'en')]
    for (const path of paths) {
      await visit.open(room.site + path)
      assert.equal(visit.answer.status(), 200, path)
      html.push([room.site + path, visit.html])
      for (const check of CHECKS) found.get(check.name).push(...(await check.look(visit)).map((text) => `${path}: ${text}`))
    }
    await page.context().close()
    await visit.plain.context().close()
  })
  for (const { name, promise } of CHECKS) test(promise, () => assert.deepEqual(found.get(name), []))
  test('the Nu HTML checker finds neither error nor warning', async () => {
    assert.deepEqual((await valid(html)).map(({ url, text }) => `${new URL(url).pathname}: ${text}`), [])
  })

  test('the oldest release is three links away from home', async () => {
    const page = await (await lookout(browser)).newPage()
    await page.goto(`${room.site}/en/`)
    for (const selector of ['a[href$="/en/archive/"]', 'a[href$="/en/archive/2001/01/"]', `a[href$="${pathOf(posted[0], 'en')}"]`]) {
      await page.locator(selector).first().click()
      await page.waitForLoadState()
    }
    assert.equal(await page.locator('h1').innerText(), 'Gauge 0 is read again')
    await page.context().close()
  })
})

describe('what the office sees of ten thousand releases', () => {
  let officer
  before(async () => {
    officer = await Officer.at(browser, room)
    await officer.go('/desk')
    await officer.signIn(room.token)
  })
  after(() => officer?.page.context().close())

  const lines = () => officer.page.locator('#found a[href^="/desk/releases/"]').count()

  test('the board shows the newest, and older ones page by page', async () => {
    const first = await lines()
    assert.ok(first > 10 && first <= 100, `${first} lines`)
    const before = await officer.page.locator('#found').innerText()
    await officer.press('#found a[rel=next]')
    assert.ok((await lines()) > 10)
    assert.notEqual(await officer.page.locator('#found').innerText(), before)
  })

  test('search finds a release wherever it is, and says where to go on', async () => {
    // Not among the newest, which the board looks at: the archive of public releases names it.
    await officer.go('/desk')
    await officer.write('#q', 'Gauge 7777 ')
    await officer.page.locator('#found', { hasText: 'Gauge 7777 is read again' }).waitFor()
    // So far back that one answer does not reach it.
    await officer.go('/desk?q=Gauge+1234')
    let steps = 0
    while ((await lines()) === 0 && steps < 5) {
      await officer.press('#found a[rel=next]')
      steps += 1
    }
    assert.ok(steps > 0 && (await officer.page.locator('#found').innerText()).includes('Gauge 1234 is read again'), `${steps} steps`)
    await officer.go(`/desk/releases/${posted[17].id}`)
    assert.equal(await officer.page.locator('[name="texts.en.title"]').inputValue(), 'Gauge 17 is read again')
  })
})
