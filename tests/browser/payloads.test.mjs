// Attack S01 to S04 and S07 in the real browser: every payload in every field, on every page that shows it. The wire must never be tripped,
// not even when the policy of the pages does not protect them.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { FORMATS, hostile, payloads, without } from './payloads.mjs'
import { quay } from './pictures.mjs'
import { Room, pathOf } from './room.mjs'
import { launch } from './tools.mjs'
import { Tripwire } from './tripwire.mjs'

const LANGUAGES = ['en', 'fr', 'zh', 'es', 'ru', 'ar']
const WRITTEN = Object.keys(FORMATS)

let browser
before(async () => (browser = await launch()))
after(() => browser?.close())

describe('the wire', () => {
  const SITE = 'http://press.tidewater.example'
  /** What each of some bodies does on a page that shows it as it is. */
  const fired = async (bodies, policy) => {
    const wire = await Tripwire.in(browser, [SITE], { policy: policy !== undefined })
    const headers = policy ? { 'content-security-policy': policy } : {}
    let body
    await wire.page.route(`${SITE}/**`, (route) =>
      new URL(route.request().url()).pathname === '/'
        ? route.fulfill({ headers, contentType: 'text/html; charset=utf-8', body: `<!doctype html><main>${body}</main>` })
        : route.fulfill({ status: 404, body: '' }),
    )
    const answers = []
    for (body of bodies) {
      // A page that leads elsewhere while it is looked at has tripped it, too.
      const found = await wire.open(`${SITE}/`).catch((error) => [`led away: ${error.message.split('\n')[0]}`])
      answers.push({ found: [...new Set([...found, ...wire.tripped])], refused: [...wire.refused] })
    }
    await wire.context.close()
    return answers
  }

  for (const [body, part] of [
    ['<script>alert(1)</script>', 'a script called alert'],
    ['<img src=x onerror=alert(1)>', 'a script called alert'],
    ['<p onmouseover=alert(1)>x</p>', 'a script called alert'],
    ['<img src="https://evil.example/x.png">', 'asked for https://evil.example/x.png'],
    ['<link rel=stylesheet href="//evil.example/x.css">', 'asked for http://evil.example/x.css'],
    ['<a href="java&#10;script:alert(1)">x</a>', 'href of <a> is java'],
    ['<iframe srcdoc="<script>alert(1)</script>"></iframe>', 'a frame was put in'],
    ['<p onclick="1">x</p>', 'onclick of <p>'],
    ['<form action="https://evil.example/"></form>', '<form> is on the page'],
    ['<meta http-equiv=refresh content="0;url=https://evil.example/">', 'asked for https://evil.example/'],
  ]) {
    test(`is tripped by ${body}`, async () => {
      const [{ found }] = await fired([body])
      assert.ok(found.some((text) => text.includes(part)), `expected '${part}', found ${JSON.stringify(found)}`)
    })
  }

  test('is not tripped by a harmless page', async () => {
    const body = '<h1>Gauges</h1><p><a href="https://elsewhere.example/">They</a> measure.</p><img src="/a.png" alt="">'
    assert.deepEqual(await fired([body]), [{ found: [], refused: [] }])
  })

  test('counts what a policy refuses apart', async () => {
    const [{ found, refused }] = await fired(['<img src=x onerror=alert(1)>'], "default-src 'none'; img-src 'self'")
    assert.ok(refused.some((text) => text.startsWith('script-src')), JSON.stringify(refused))
    assert.ok(!found.some((text) => text.includes('alert in')), JSON.stringify(found))
  })

  test('is tripped by most of the payloads when they stand on a page as they are', async () => {
    const list = payloads()
    const answers = await fired(list)
    const harmless = list.filter((_, n) => answers[n].found.length === 0)
    // The rest are texts of Markdown and such, which do nothing before they are made HTML, or are for other readers than this browser.
    assert.ok(harmless.length < list.length / 2, `${harmless.length} of ${list.length} did nothing:\n${harmless.map((one) => one.slice(0, 100)).join('\n')}`)
  })
})

describe('a newsroom of payloads', () => {
  let room
  const posted = []
  const refused = []
  before(async () => {
    room = await Room.open()
    const draft = await room.post({ texts: { en: { title: 'T', body: 'B' } } })
    const photo = await room.send(draft.id, 'quay.png', 'image/png', quay(32, 32))
    for (const [number, payload] of payloads().entries()) {
      const release = { ...hostile(number, payload, photo), status: 'published' }
      for (;;) {
        const { status, body } = await room.call('POST', '/v1/releases?override=a+test', release)
        if (status === 201) {
          room.awaited.set(body.id, body.revision)
          posted.push([payload, body])
          break
        }
        assert.equal(status, 422, JSON.stringify(body))
        refused.push(...body.errors.map(({ message }) => message))
        if (!without(release, body.errors)) break
      }
    }
    await room.settled()
  })
  after(() => room?.close())

  test('takes nearly all of them', () => {
    assert.ok(posted.length > 0.95 * payloads().length, `only ${posted.length} were taken: ${refused.join('\n')}`)
    for (const message of refused) assert.match(message, /NUL|stand inside each other|at most/)
  })

  /** Opens pages, given as `[path, what was sent]`, and tells what tripped the wire or was refused by the policy. */
  const tripped = async (pages, how) => {
    const wire = await Tripwire.in(browser, [room.site, room.s3], how)
    const found = []
    for (const [path, payload] of pages) {
      const texts = [...(await wire.open(room.site + path)), ...wire.refused.map((text) => `the policy: ${text}`)]
      found.push(...texts.map((text) => `${path} (${payload.slice(0, 100)}): ${text}`))
    }
    await wire.context.close()
    return found
  }

  const pages = () =>
    posted.flatMap(([payload, release]) => WRITTEN.filter((language) => release.texts[language]).map((language) => [pathOf(release, language), payload]))
  /** Where all of them stand: homes, months, topics, whatever there is besides the pages of releases. */
  const lists = async () => {
    const found = LANGUAGES.flatMap((language) => ['', 'archive/', 'archive/2026/03/', 'topics/research/', 'feeds/'].map((path) => `/${language}/${path}`))
    const there = await Promise.all(found.map(async (path) => (await fetch(room.site + path, { method: 'HEAD' })).ok))
    return ['/', ...found.filter((_, n) => there[n])].map((path) => [path, 'all of them'])
  }

  for (const policy of [true, false]) {
    const how = policy ? 'with their policy, which has nothing to refuse' : 'without the protection of a policy'
    test(`does nothing on the pages of releases, ${how}`, async () => assert.deepEqual(await tripped(pages(), { policy }), []))
    test(`does nothing on pages that list releases, ${how}`, async () => assert.deepEqual(await tripped(await lists(), { policy }), []))
  }

  test('does nothing in a preview, without the protection of a policy', async () => {
    const previews = posted.flatMap(([payload, release]) =>
      WRITTEN.filter((language) => release.texts[language]).map((language) => [`/v1/releases/${release.id}/preview?lang=${language}`, payload]),
    )
    assert.deepEqual(await tripped(previews, { policy: false, headers: { authorization: `Bearer ${room.token}` } }), [])
  })
})
