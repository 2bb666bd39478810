// A reader comes to the newsroom, reads, changes the language, and takes a feed along: with a mouse and scripts, with neither, and in the hand.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { furnish } from './releases.mjs'
import { Room, pathOf } from './room.mjs'
import { launch } from './tools.mjs'
import { NARROW } from './visit.mjs'

let browser, room, made
before(async () => {
  ;[browser, room] = await Promise.all([launch(), Room.open()])
  made = await furnish(room)
})
after(async () => {
  await browser?.close()
  await room?.close()
})

const WAYS = {
  'with a mouse': { options: {}, follow: (link) => link.click() },
  'without scripts': { options: { javaScriptEnabled: false }, follow: (link) => link.click() },
  'with the keyboard': {
    options: {},
    async follow(link) {
      const page = link.page()
      const wanted = await link.elementHandle()
      for (let n = 0; n < 200; n++) {
        await page.keyboard.press('Tab')
        if (await wanted.evaluate((element) => element === document.activeElement)) break
      }
      await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')])
      await page.waitForLoadState()
    },
  },
  'in the hand': { options: { viewport: NARROW, hasTouch: true, isMobile: true }, follow: (link) => Promise.all([link.page().waitForNavigation(), link.tap()]) },
}

for (const [title, { options, follow }] of Object.entries(WAYS)) {
  describe(title, () => {
    let page
    before(async () => (page = await (await browser.newContext(options)).newPage()))
    after(() => page?.context().close())
    const at = (path) => assert.equal(page.url(), room.site + path)

    test('a reader gets from the start to a release, stays on it in another language, and finds its feeds', async () => {
      await page.goto(`${room.site}/`)
      await follow(page.locator('main a[hreflang=fr]'))
      at('/fr/')
      await follow(page.getByRole('link', { name: /neuvième conférence/ }).first())
      at(pathOf(made.closing, 'fr'))
      await page.getByRole('heading', { level: 1, name: /neuvième conférence/ }).waitFor()
      await follow(page.locator('header a[hreflang=ar]'))
      at(pathOf(made.closing, 'ar'))
      await page.getByRole('heading', { level: 1, name: /المؤتمر التاسع/ }).waitFor()
      assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('h1')).direction), 'rtl')
      // What a feed reader does with the address of this page.
      const feeds = await page.locator('link[rel=alternate][type]').evaluateAll((links) => links.map(({ href, type }) => [type, href]))
      for (const type of ['application/rss+xml', 'application/atom+xml', 'application/feed+json']) {
        const [, first] = feeds.find(([offered]) => offered === type)
        assert.match(first, /\/ar\//, `the first feed of an Arabic page is ${first}`)
        const feed = await (await fetch(first)).text()
        assert.ok(feed.includes('المؤتمر التاسع'), `${first} does not tell of the release`)
      }
      await follow(page.locator('header a.brand, header .brand a').first())
      at('/ar/')
    })

    test('a reader is told when a release is not in the language, and by the switch gets to one in which it is', async () => {
      await page.goto(room.site + pathOf(made.fallback, 'ru'))
      const article = page.locator('main article')
      assert.equal(await article.getAttribute('lang'), 'en')
      const notice = page.getByRole('note').first()
      assert.match(await notice.innerText(), /русск/i)
      await follow(page.locator('header a[hreflang=fr]'))
      at(pathOf(made.fallback, 'fr'))
      assert.equal(await article.getAttribute('lang'), 'fr')
      assert.equal(await page.getByRole('note').count(), 0)
    })

    test('a reader of Arabic reads English from left to right, and the other way round', async () => {
      const way = (selector) => page.evaluate((selector) => getComputedStyle(document.querySelector(selector)).direction, selector)
      await page.goto(room.site + pathOf(made.fallback, 'ar'))
      assert.deepEqual([await way('html'), await way('main article')], ['rtl', 'ltr'])
      await page.goto(room.site + pathOf(made.arabic, 'en'))
      assert.deepEqual([await way('html'), await way('main article')], ['ltr', 'rtl'])
    })

    test('a reader of what was withdrawn reads why, and nothing else of it', async () => {
      await page.goto(room.site + pathOf(made.withdrawn, 'ar'))
      const text = await page.locator('main').innerText()
      assert.match(text, /كانت المحطة قد سقطت/)
      assert.doesNotMatch(text, /هكذا تقول/)
      await page.goto(room.site + pathOf(made.withdrawn, 'fr'))
      assert.match(await page.locator('main').innerText(), /fallen off the pier/)
    })

    test('a reader of a wrong address finds the way to a newsroom in every language', async () => {
      const answer = await page.goto(`${room.site}/en/no/such/release/`)
      assert.equal(answer.status(), 404)
      for (const language of ['en', 'fr', 'zh', 'es', 'ru', 'ar']) assert.ok(await page.locator(`main a[href$="/${language}/"]`).count(), language)
      await follow(page.locator('main a[href$="/zh/"]').first())
      at('/zh/')
    })
  })
}

test('a photo is as wide as its place at most, and says what it shows', async () => {
  const page = await browser.newPage({ viewport: NARROW })
  await page.goto(room.site + pathOf(made.photos, 'en'))
  const photos = await page.locator('figure img').evaluateAll((images) => images.map(({ width, alt }) => ({ width, alt })))
  assert.equal(photos.length, 4)
  for (const { width, alt } of photos) assert.ok(width <= NARROW.width && alt, `${alt}: ${width} px`)
  await page.close()
})
