// The stories of a press officer: from sign-in to publication, correction and withdrawal; with scripts, without, and with the keyboard alone;
// two windows on one release, a line that breaks in the middle of a save, a session that ends, a browser that dies.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { Officer } from './officer.mjs'
import { grain, moving, quay } from './pictures.mjs'
import { Room, pathOf } from './room.mjs'
import { launch } from './tools.mjs'

let browser, room, tokens
before(async () => {
  const site = (text) => text.replace('four_eyes = false', 'four_eyes = true')
  ;[browser, room] = await Promise.all([launch(), Room.open({ site })])
  tokens = { author: room.colleague('Ana Lima', 'author'), editor: room.colleague('Boris Tal', 'editor') }
})
after(async () => {
  await browser?.close()
  await room?.close()
})

const take = 'button[name=do][value=take]'
const save = 'button[name=do][value=save]'

/** The id of the release that an officer looks at. */
const idOf = ({ page }) => new URL(page.url()).pathname.match(/[0-9a-f-]{36}/)[0]

/** Opens the public page until it says something; publishing takes a moment. */
async function readers(path, expected) {
  for (let n = 0; n < 300; n++) {
    const text = await (await fetch(room.site + path)).text()
    if (expected.test(text)) return text
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`${path} never said ${expected}`)
}

const WAYS = { 'with scripts': {}, 'without scripts': { javaScriptEnabled: false }, 'with the keyboard alone': { keys: true } }

for (const [title, options] of Object.entries(WAYS)) {
  describe(title, () => {
    let ana, boris, id, path
    before(async () => {
      ana = await Officer.at(browser, room, options)
      boris = await Officer.at(browser, room, options)
    })
    after(() => Promise.all([ana?.context.close(), boris?.context.close()]))

    test('an author signs in, and the token is in no address and in no script', async () => {
      await ana.go('/desk/releases/new')
      await ana.signIn('pr_nobody')
      assert.equal(await ana.page.locator('[role=alert] a[href="#token"]').count(), 1)
      await ana.signIn(tokens.author)
      ana.at('/desk/releases/new')
      const cookies = await ana.context.cookies()
      const session = cookies.find(({ value }) => decodeURIComponent(value) === tokens.author)
      assert.deepEqual([session.name.startsWith('__Host-'), session.httpOnly, session.secure, session.sameSite], [true, true, true, 'Strict'])
      assert.ok(!ana.page.url().includes(tokens.author))
    })

    test('an author writes in two languages, is told what is missing beside its field, and submits', async () => {
      await ana.write('[name="texts.en.title"]', `Ferry to the outer stations runs again (${title})`)
      await ana.write('[name="texts.en.body"]', 'The ferry runs again from Monday.\n\nThe stations are read once a week.')
      await ana.choose('[name=tab][value=fr]')
      await ana.write('[name="texts.fr.title"]', 'Le ferry vers les stations extérieures circule de nouveau')
      await ana.press(save)
      const wrong = ana.page.locator('[name="texts.fr.body"]')
      assert.equal(await wrong.getAttribute('aria-invalid'), 'true')
      assert.ok(await wrong.isVisible(), 'the language with the fault is not the one that is shown')
      await ana.write('[name="texts.fr.body"]', 'Le ferry circule de nouveau à partir de lundi.')
      await ana.choose('[name=tab][value=en]')
      await ana.write('[name="texts.en.dateline"]', 'Ostend')
      await ana.choose('[name=topics][value=research]')
      await ana.choose('[name=contacts][value=press]')
      await ana.press('button[name=do][value=go-submit]')
      id = idOf(ana)
      ana.at(`/desk/releases/${id}/submit`)
      await ana.press(take)
      assert.match(await ana.text(), /Ferry to the outer stations/)
      assert.equal(await ana.page.locator('.tag.submitted').count(), 1)
      assert.equal(await ana.page.locator(`a[href$="/${id}/publish"]`).count(), 0, 'an author is offered to publish')
    })

    test('an editor finds it on the board, sees it as readers will, approves and publishes it', async () => {
      await boris.go('/desk')
      await boris.signIn(tokens.editor)
      await boris.press('.filters a[href*="status=submitted"]')
      await boris.press(`a[href$="/desk/releases/${id}"]`)
      await boris.page.goto(`${room.site}/desk/releases/${id}/preview?lang=ar`)
      assert.equal(await boris.page.locator('html').getAttribute('dir'), 'rtl')
      assert.match(await boris.text(), /The ferry runs again/)
      await boris.go(`/desk/releases/${id}`)
      await boris.press(`.steps a[href$="/${id}/approve"]`)
      assert.match(await boris.page.locator('.changes').innerText(), /runs again from Monday/)
      await boris.press(take)
      await boris.press(`.steps a[href$="/${id}/publish"]`)
      await boris.press(take)
      boris.at(`/desk/releases/${id}/where`)
      const { body } = await room.call('GET', `/v1/releases/${id}`)
      path = (language) => pathOf(body, language)
      await readers(path('en'), /runs again from Monday/)
      await readers('/ar/rss.xml', /Ferry to the outer stations/)
      await boris.page.reload()
      const told = await boris.page.locator('.places').innerText()
      for (const place of [path('en'), path('fr'), '/en/rss.xml']) assert.ok(told.includes(place), `${place} is not among ${told}`)
    })

    test('a correction is compared with what was approved, and readers see what it corrects', async () => {
      await ana.go(`/desk/releases/${id}`)
      await ana.write('[name="texts.en.body"]', 'The ferry runs again from Tuesday.\n\nThe stations are read once a week.')
      await ana.write('[name="correction.note.en"]', 'An earlier text said Monday.')
      await ana.press('button[name=do][value=go-submit]')
      await ana.press(take)
      // Meanwhile readers keep what was public.
      assert.match(await (await fetch(room.site + path('en'))).text(), /again from Monday/)
      await boris.go(`/desk/releases/${id}/approve`)
      assert.match(await boris.page.locator('.changes del').first().innerText(), /Monday/)
      assert.match(await boris.page.locator('.changes ins').first().innerText(), /Tuesday/)
      await boris.press(take)
      await boris.go(`/desk/releases/${id}/publish`)
      await boris.press(take)
      const page = await readers(path('en'), /again from Tuesday/)
      assert.match(page, /An earlier text said Monday/)
    })

    test('a withdrawal says where it will be gone, wants a reason, and leaves the reason to readers', async () => {
      await boris.go(`/desk/releases/${id}`)
      await boris.press(`.steps a[href$="/${id}/withdraw"]`)
      assert.ok((await boris.page.locator('.places').innerText()).includes(path('fr')))
      await boris.press(take)
      const reason = boris.page.locator('[name="reason.en"]')
      assert.match(await boris.page.locator('[role=alert]').first().innerText(), /reason/i)
      assert.ok(await reason.isVisible())
      await boris.write('[name="reason.en"]', 'There is no ferry.')
      await boris.press(take)
      const page = await readers(path('en'), /There is no ferry/)
      assert.doesNotMatch(page, /again from/)
    })

    test('the history tells who did what, and compares any two revisions', async () => {
      await boris.go(`/desk/releases/${id}/history`)
      const told = await boris.text()
      for (const part of ['Ana Lima', 'Boris Tal']) assert.ok(told.includes(part), part)
      await boris.page.goto(`${room.site}/desk/releases/${id}/history?from=1&to=5`)
      assert.match(await boris.page.locator('.changes').innerText(), /Tuesday/)
    })

    test('two windows on one release lose neither text', async () => {
      const { id: both } = await room.post({ texts: { en: { title: 'Buoys', subtitle: 'Old', body: 'They float.' } } })
      await boris.go(`/desk/releases/${both}`)
      const second = await boris.window()
      await second.go(`/desk/releases/${both}`)
      await boris.write('[name="texts.en.body"]', 'They float and blink.')
      await boris.press(save)
      await second.write('[name="texts.en.body"]', 'They float and ring.')
      await second.write('[name="texts.en.subtitle"]', 'New')
      await second.press(save)
      const told = await second.text()
      for (const text of ['They float and blink.', 'They float and ring.']) assert.ok(told.includes(text), `${text} is lost: ${told}`)
      await second.choose('[name="choose.texts.en.body"][value=theirs]')
      await second.press('button[name=do][value=merge]')
      assert.equal(await second.page.locator('[name="texts.en.body"]').inputValue(), 'They float and blink.')
      assert.equal(await second.page.locator('[name="texts.en.subtitle"]').inputValue(), 'New')
      await second.press(save)
      const { body } = await room.call('GET', `/v1/releases/${both}`)
      assert.deepEqual([body.texts.en.body, body.texts.en.subtitle], ['They float and blink.', 'New'])
      await second.page.close()
    })

    if (options.javaScriptEnabled === false) {
      test('a photo comes with the form, and the text around it stays', async () => {
        await boris.go('/desk/releases/new')
        await boris.write('[name="texts.en.title"]', 'The quay by day')
        await boris.write('[name="texts.en.body"]', 'One photo.')
        const quayByDay = { name: 'quay by day.png', mimeType: 'image/png', buffer: quay(120, 80) }
        await boris.page.locator('#upload-file').setInputFiles(quayByDay)
        await boris.press(save)
        assert.match(await boris.page.locator('#upload-told').innerText(), /quay by day\.png was chosen and not sent/)
        await boris.page.locator('#upload-file').setInputFiles(quayByDay)
        await boris.press('button[formaction$="/attach"]')
        assert.match(await boris.text(), /quay by day\.png has arrived/)
        await boris.write('[name="media.0.alt.en"]', 'A quay')
        await boris.press(save)
        const { body } = await room.call('GET', `/v1/releases/${idOf(boris)}`)
        assert.deepEqual([body.texts.en.body, body.media[0].name, body.media[0].alt.en], ['One photo.', 'quay by day.png', 'A quay'])
      })
    }

    test('a text outlives the session', async () => {
      await boris.go('/desk/releases/new')
      await boris.write('[name="texts.en.title"]', 'Late shift')
      await boris.write('[name="texts.en.body"]', 'Written until the session ended. <b>&amp; "quoted"</b>')
      await boris.context.clearCookies()
      await boris.press(save)
      await boris.write('main input[type=password]', tokens.editor)
      await boris.press('main form button[type=submit]')
      assert.equal(await boris.page.locator('[name="texts.en.title"]').inputValue(), 'Late shift')
      const { body } = await room.call('GET', `/v1/releases/${idOf(boris)}`)
      assert.equal(body.texts.en.body, 'Written until the session ended. <b>&amp; "quoted"</b>')
    })
  })
}

describe('when something breaks', () => {
  let ana
  before(async () => {
    ana = await Officer.at(browser, room)
    await ana.go('/desk')
    await ana.signIn(tokens.author)
  })
  after(() => ana?.context.close())

  test('a line that is down in the middle of a save costs nothing', async () => {
    await ana.go('/desk/releases/new')
    await ana.write('[name="texts.en.title"]', 'Storm at the pier')
    await ana.write('[name="texts.en.body"]', 'The line is down.')
    await ana.context.setOffline(true)
    await ana.page.locator(save).first().click()
    await ana.page.locator('#offline').waitFor({ state: 'visible' })
    assert.equal(await ana.page.locator('[name="texts.en.body"]').inputValue(), 'The line is down.')
    await ana.context.setOffline(false)
    await ana.press(save)
    const { body } = await room.call('GET', `/v1/releases/${idOf(ana)}`)
    assert.equal(body.texts.en.title, 'Storm at the pier')
    assert.equal(body.revision, 1)
  })

  test('an answer that is lost is no second release', async () => {
    await ana.go('/desk/releases/new')
    await ana.write('[name="texts.en.title"]', 'Answer lost at sea')
    await ana.write('[name="texts.en.body"]', 'It was stored all the same.')
    let lost = 0
    await ana.page.route(/\/desk\/releases\/[0-9a-f-]+$/, async (route) => {
      if (route.request().method() !== 'POST' || lost++) return route.continue()
      const headers = { ...(await route.request().allHeaders()), 'sec-fetch-site': 'same-origin' }
      const answer = await route.fetch({ headers, maxRedirects: 0 })
      assert.equal(answer.status(), 303)
      return route.abort('connectionreset')
    })
    await ana.page.locator(save).first().click()
    await ana.page.locator('#offline').waitFor({ state: 'visible' })
    await ana.press(save)
    assert.ok(lost >= 1)
    const { body } = await room.call('GET', '/v1/releases?limit=100')
    const same = body.releases.filter((one) => JSON.stringify(one).includes('Answer lost at sea'))
    assert.equal(same.length, 1)
  })

  test('a text outlives the browser', async () => {
    await ana.go('/desk/releases/new')
    const address = ana.page.url()
    await ana.write('[name="texts.en.title"]', 'Half a sentence')
    await ana.write('[name="texts.en.body"]', 'It was nearly fin')
    // The copy is made a moment after the last key.
    await ana.page.waitForFunction(() => Object.values(localStorage).some((kept) => kept.includes('nearly fin')))
    await ana.page.close({ runBeforeUnload: false })
    ana.page = await ana.context.newPage()
    await ana.page.goto(address)
    await ana.page.locator('#copy').waitFor({ state: 'visible' })
    await ana.page.locator('#copy button').first().click()
    assert.equal(await ana.page.locator('[name="texts.en.body"]').inputValue(), 'It was nearly fin')
  })
})

describe('what scripts make quicker', () => {
  let ana
  before(async () => {
    ana = await Officer.at(browser, room)
    await ana.go('/desk')
    await ana.signIn(tokens.author)
  })
  after(() => ana?.context.close())

  test('a photo goes straight to the store, gets its texts, and is shown in the preview', async () => {
    await ana.go('/desk/releases/new')
    await ana.write('[name="texts.en.title"]', 'The quay by night')
    await ana.write('[name="texts.en.body"]', 'One photo.')
    await ana.page.locator('#upload-file').setInputFiles({ name: 'quay by night.png', mimeType: 'image/png', buffer: quay(120, 80) })
    await ana.write('[name="media.0.alt.en"]', 'A quay')
    await ana.write('[name="media.0.caption.en"]', 'The quay')
    await ana.press(save)
    const { body } = await room.call('GET', `/v1/releases/${idOf(ana)}`)
    assert.deepEqual([body.media[0].name, body.media[0].alt.en, body.media[0].caption.en], ['quay by night.png', 'A quay', 'The quay'])
    const preview = await ana.window()
    await preview.go(`/desk/releases/${body.id}/preview?lang=en`)
    assert.equal(await preview.page.locator('figure img').evaluate((image) => image.naturalWidth), 120)
    await preview.page.close()
  })

  test('a photo for print comes with what screens need, and a reader loads that', async () => {
    await ana.go('/desk/releases/new')
    await ana.write('[name="texts.en.title"]', 'The quay in print')
    await ana.write('[name="texts.en.body"]', 'One large photo.')
    // As a camera makes it: grain everywhere, so that pixels cost bytes.
    const bytes = await ana.page.evaluate(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 2000, height: 1400 })
      const pen = canvas.getContext('2d')
      const grain = pen.createImageData(2000, 1400)
      for (let n = 0; n < grain.data.length; n += 1) grain.data[n] = n % 4 === 3 ? 255 : (n * 2654435761) >>> 24
      pen.putImageData(grain, 0, 0)
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9))
      return btoa([...new Uint8Array(await blob.arrayBuffer())].map((byte) => String.fromCharCode(byte)).join(''))
    })
    await ana.page.locator('#upload-file').setInputFiles({ name: 'print.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(bytes, 'base64') })
    await ana.write('[name="media.0.alt.en"]', 'A quay')
    await ana.press(save)
    const { body } = await room.call('GET', `/v1/releases/${idOf(ana)}`)
    assert.equal(body.media[0].renditions.length, 3)
    assert.ok(body.media[0].renditions[2].size < body.media[0].size / 2)
    const [chosen, whole] = [body.media[0].renditions, body.media[0]]
    for (const [width, scale, expected] of [[320, 1, chosen[0]], [390, 3, chosen[2]], [1280, 1, chosen[1]], [1280, 2, chosen[2]]]) {
      const context = await browser.newContext({ viewport: { width, height: 800 }, deviceScaleFactor: scale })
      await context.addCookies(await ana.context.cookies())
      const page = await context.newPage()
      await page.goto(`${room.site}/desk/releases/${body.id}/preview?lang=en`)
      const image = page.locator('figure img')
      await image.scrollIntoViewIfNeeded()
      await page.waitForFunction(() => document.querySelector('figure img').complete)
      assert.ok((await image.evaluate((image) => image.currentSrc)).includes(expected.sha256), `${width} × ${scale}`)
      assert.match(await image.getAttribute('srcset'), / 480w, .* 960w, .* 1440w, .* 2000w$/)
      assert.deepEqual(await image.evaluate((image) => [image.getAttribute('width'), image.getAttribute('height')]), ['2000', '1400'])
      assert.ok((await page.locator('figcaption a').getAttribute('href')).includes(whole.sha256))
      await context.close()
    }
  })

  test('a picture that moves is sent as it is', async () => {
    await ana.go('/desk/releases/new')
    await ana.write('[name="texts.en.title"]', 'The quay moves')
    for (const [n, picture, renditions] of [[0, grain(1300, 800), 2], [1, moving(1300, 800), 0]]) {
      await ana.page.locator('#upload-file').setInputFiles({ name: `quay-${n}.png`, mimeType: 'image/png', buffer: picture })
      await ana.page.locator(`[name="media.${n}.renditions"]`).waitFor({ state: 'attached' })
      const sent = await ana.page.locator(`[name="media.${n}.renditions"]`).inputValue()
      assert.equal(sent.split(' ').filter(Boolean).length, renditions, sent)
    }
  })

  test('a file that is not what it says is refused beside its field', async () => {
    await ana.page.locator('#upload-file').setInputFiles({ name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<script>alert(1)</script>') })
    await ana.page.locator('#upload-told li').waitFor()
    assert.match(await ana.page.locator('#upload-told').innerText(), /page\.html/)
  })

  test('a paste from Word becomes clean text', async () => {
    await ana.go('/desk/releases/new')
    const pasted = '<html><head><style>p.MsoNormal{}</style></head><body><p class=MsoNormal style="mso-x:1">Harbour <b>fees</b> fall<o:p></o:p></p><script>alert(1)</script></body></html>'
    await ana.page.locator('[name="texts.en.body"]').evaluate((field, html) => {
      const data = new DataTransfer()
      data.setData('text/html', html)
      data.setData('text/plain', 'Harbour fees fall')
      field.focus()
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    }, pasted)
    await ana.page.waitForFunction(() => document.querySelector('[name="texts.en.body"]').value)
    assert.equal(await ana.page.locator('[name="texts.en.body"]').inputValue(), 'Harbour **fees** fall')
    assert.equal(await ana.page.locator('[name="texts.en.format"]').inputValue(), 'markdown')
  })

  test('what is wrong is said while one writes', async () => {
    await ana.write('[name="date"]', '09/06/2016')
    const told = ana.page.locator('#date-told li')
    await told.waitFor()
    assert.match(await told.innerText(), /2016-06-09.*2016-09-06/)
  })

  test('the board answers while one types', async () => {
    // What was written above is not to be saved.
    ana.page.on('dialog', (dialog) => dialog.accept().catch(() => {}))
    await ana.go('/desk')
    await ana.page.locator('#q').pressSequentially('quay by')
    await ana.page.waitForURL(/q=quay/)
    assert.match(await ana.page.locator('#found').innerText(), /The quay by night/)
    await ana.page.locator('#q').fill('nothing of the kind')
    await ana.page.waitForFunction(() => !document.querySelector('#found').innerText.includes('night'))
  })
})
