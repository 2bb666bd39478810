// Judges the judges: a sound page passes every check, and for each check there are pages that it finds something on.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'

import * as addresses from './checks/addresses.mjs'
import { plainPage } from './checks/scriptless.mjs'
import { quay } from './pictures.mjs'
import { launch } from './tools.mjs'
import { CHECKS, PROMISES, Tour, valid } from './tour.mjs'
import { Visit, lookout } from './visit.mjs'

const STYLE = `body { background: #fff; color: #111; } a { color: #0b57a4; } a:focus { outline: 3px solid; }
img { max-width: 100%; height: auto; } p { overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } a { color: #8cc0ff; } }
@media print { body { background: #fff; color: #111; } nav { display: none; } }`

const SOUND = `<!doctype html>
<html lang="en" dir="ltr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Gauges</title>
<link rel="canonical" href="SITE/en/"><link rel="alternate" hreflang="en" href="SITE/en/"><link rel="alternate" hreflang="ar" href="SITE/ar/">
<link rel="alternate" hreflang="x-default" href="SITE/en/"><link rel="alternate" type="application/rss+xml" href="SITE/en/rss.xml">
<link rel="stylesheet" href="/style.css"></head>
<body><nav aria-label="Languages"><a href="/ar/" hreflang="ar" lang="ar">العربية</a></nav>
<main><h1>Gauges</h1><p>They measure the level of the sea. <a href="/en/">Newsroom</a></p><p lang="ar" dir="rtl">محطات القياس تعمل كل يوم.</p>
<img src="/media/quay.png" width="300" height="200" alt="A quay">
<p>There are sixty of them.</p></main></body></html>`

const POLICY = "default-src 'none'; img-src 'self'; style-src 'self'"
const LOOSE = "default-src 'none'; img-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'unsafe-inline'"

/** Check, what stands on the sound page, what stands there instead, and a part of what has to be found. A fifth is another policy. */
const FLAWED = [
  ['silent', '</main>', '<img src="/none.png" width="9" height="9" alt=""></main>', '404'],
  ['silent', '</main>', '<script>throw new Error("oh")</script></main>', 'oh', LOOSE],
  ['policy', '</main>', '<script>1</script></main>', 'script-src'],
  ['policy', '<p>', '<p style="color: #111">', 'style-src'],
  ['policy', '<p>', '<p>', 'unsafe-inline', LOOSE],
  ['policy', '<p>', '<p>', "its policy is ''", ''],
  ['hosts', '</main>', '<img src="https://evil.example/x.png" width="9" height="9" alt=""></main>', 'https://evil.example/x.png'],
  ['hosts', '</head>', '<link rel="stylesheet" href="//fonts.example/x.css"></head>', 'fonts.example', ''],
  ['still', ' width="300" height="200"', '', 'moved', ''],
  ['light', '</head>', '<script src="/x.js"></script></head>', 'one more script', ''],
  ['light', '</head>', '<link rel="stylesheet" href="/other.css"></head>', 'one more stylesheet'],
  ['light', '</main>', `<p>${Array.from({ length: 9000 }, (_, n) => n * 7919).join(' ')}</p></main>`, 'bytes'],
  ['spoken', ' lang="ar" dir="rtl">محطات', '>محطات', 'marked as en'],
  ['spoken', 'lang="ar" dir="rtl">محطات', 'lang="ar">محطات', 'ar runs ltr'],
  ['spoken', '<html lang="en"', '<html', 'does not say'],
  ['spoken', '<html lang="en"', '<html lang="fr"', 'the page says fr'],
  ['spoken', '</main>', '<p>验潮站恢复观测。</p></main>', 'marked as en'],
  ['spoken', '</main>', '<p lang="ar" dir="rtl">They measure the level of the sea every minute.</p></main>', 'marked as ar'],
  ['dated', '</main>', '<p><time datetime="2026-02-03T00:00:00Z">3. February 2026</time></p></main>', "expected 'February 3, 2026' in en"],
  ['dated', '</main>', '<p lang="ar" dir="rtl"><time datetime="2026-02-03">February 3, 2026</time></p></main>', 'in ar, found'],
  ['narrow', '</main>', '<pre>' + 'x'.repeat(200) + '</pre></main>', 'px wide'],
  ['narrow', 'width="300"', 'style="min-width: 400px" width="300"', 'px wide', LOOSE],
  ['print', '</main>', '<button>Copy</button></main>', 'on paper'],
  ['print', '<h1>Gauges</h1>', '', 'not on paper: the heading'],
  ['print', '<body>', '<body style="background: #111; color: #eee">', 'rgb(238, 238, 238) on rgb(17, 17, 17)', LOOSE],
  ['print', '</main>', `<div style="overflow-x: auto"><p style="width: 2000px">wide</p></div></main>`, 'cut on paper', LOOSE],
  ['accessible', ' alt="A quay"', '', 'image-alt', ''],
  ['accessible', '<p>They', '<p style="color: #999">They', 'light: color-contrast', LOOSE],
  ['accessible', '<p>They', '<p style="color: #666">They', 'dark: color-contrast', LOOSE],
  ['accessible', '</main>', '<p><a href="/1" style="font-size: 8px; display: block; height: 8px">1</a><a href="/2" style="font-size: 8px; display: block; height: 8px">2</a></p></main>', 'target-size', LOOSE],
  ['accessible', '<html lang="en"', '<html', 'html-has-lang'],
  ['scriptless', '</main>', '<p id="late"></p><script>late.textContent = "Only now"</script></main>', "only with scripts: 'Only now'", LOOSE],
  ['scriptless', '</main>', '<button>Copy</button></main>', 'does nothing'],
  ['scriptless', '<body>', '<body><noscript><style>body { display: none }</style></noscript>', 'nothing to read', LOOSE],
  ['keyboard', '<a href="/en/">', '<a href="/en/" tabindex="0" onfocus="blur()">', 'does not reach', LOOSE],
  ['keyboard', '<a href="/en/">', '<a href="/en/" style="outline: none">', 'cannot be seen', LOOSE],
  ['keyboard', '</main>', '</main><div style="position: fixed; inset: 0; background: #fff"></div>', 'is covered', LOOSE],
  ['valid', '<h1>Gauges</h1>', '<h1><p>Gauges</p></h1>', 'not allowed'],
  ['valid', ' alt="A quay"', '', 'alt'],
  ['addresses', '<title>Gauges</title>', '<title> </title>', 'has no title'],
  ['addresses', '<link rel="canonical" href="SITE/en/">', '<link rel="canonical" href="SITE/ar/">', 'calls SITE/ar/ the real one'],
  ['addresses', '<main>', '<main><article lang="ar">', 'and calls SITE/en/ the real one'],
  ['addresses', '<link rel="alternate" hreflang="x-default" href="SITE/en/">', '', 'x-default'],
  ['addresses', 'hreflang="ar" href="SITE/ar/"', 'hreflang="fr" href="SITE/ar/"', 'says that SITE/ar/ is in fr'],
  ['addresses', 'hreflang="ar" href="SITE/ar/"', 'hreflang="ar" href="SITE/lonely/"', 'which does not say so of it'],
  ['addresses', 'hreflang="ar" href="SITE/ar/"', 'hreflang="ar" href="SITE/nowhere/"', 'which no link leads to'],
  ['addresses', 'SITE/en/rss.xml', 'SITE/ar/rss.xml', 'offers first a feed'],
  ['addresses', '</head>', '<script type="application/ld+json">{</script></head>', 'no JSON'],
  ['addresses', '</head>', '<script type="application/ld+json">{}</script></head>', 'without a type'],
]

let browser, server, site, visit
/** What the server has: path → [type, body, policy]. */
const shelf = new Map()

before(async () => {
  server = createServer((request, response) => {
    const [type, body, policy] = shelf.get(request.url) ?? []
    response.writeHead(type ? 200 : 404, { 'content-type': type ?? 'text/plain', ...(policy ? { 'content-security-policy': policy } : {}) })
    response.end(body ?? 'nothing')
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  site = `http://127.0.0.1:${server.address().port}`
  shelf.set('/style.css', ['text/css', STYLE]).set('/other.css', ['text/css', STYLE]).set('/x.js', ['text/javascript', ''])
  shelf.set('/media/quay.png', ['image/png', quay(300, 200)])
  browser = await launch()
  visit = await Visit.on(await (await lookout(browser)).newPage(), site, { plain: await plainPage(browser) })
})
after(async () => {
  await browser?.close()
  server?.close()
})

/** Findings of a check on a page at `/en/`. */
async function found(name, text, policy = POLICY) {
  const html = text.replaceAll('SITE', site)
  shelf.set('/en/', ['text/html; charset=utf-8', html, policy])
  const check = CHECKS.find((one) => one.name === name)
  if (name === 'valid') return (await valid([[`${site}/en/`, html]])).map(({ text }) => text)
  await visit.open(`${site}/en/`)
  if (check) return check.look(visit)
  const head = await visit.page.evaluate(addresses.read)
  // Two pages that lead to each other, and one that leads nowhere.
  const other = { ...head, language: 'ar', shown: 'ar', canonical: [`${site}/ar/`], feeds: [], json: [], title: 'x' }
  other.alternates = ['en', 'ar', 'x-default'].map((language) => ({ language, href: `${site}/${language.replace('x-default', 'en')}/` }))
  const lonely = { ...other, canonical: [], alternates: [] }
  const heads = new Map([[visit.url, head], [`${site}/ar/`, other], [`${site}/lonely/`, lonely]])
  return addresses.judge(heads).filter(({ url }) => url === visit.url).map(({ text }) => text.replaceAll(site, 'SITE'))
}

const TOLD = [...CHECKS.map(({ name }) => name), 'valid', 'addresses']

test('a sound page passes every check', async () => {
  for (const name of TOLD) assert.deepEqual(await found(name, SOUND), [], name)
})

test('every check has a flawed page', () => {
  const covered = new Set([...FLAWED.map(([name]) => name), 'broken'])
  for (const [name] of PROMISES) assert.ok(covered.has(name), `${name} has no flawed page; write one`)
})

for (const [n, [name, old, fresh, part, policy]] of FLAWED.entries()) {
  test(`${name} finds '${part}' (${n})`, async () => {
    assert.ok(SOUND.includes(old), `the sound page has no ${old}`)
    const texts = await found(name, SOUND.replace(old, fresh), policy)
    assert.ok(texts.some((text) => text.includes(part)), `expected a finding with '${part}', found ${JSON.stringify(texts)}`)
  })
}

test('a tour finds the link that leads nowhere, and the page that only a link tells of', async () => {
  const page = (body) => ['text/html; charset=utf-8', `<!doctype html><html lang="en"><title>x</title><main>${body}</main></html>`, POLICY]
  shelf.set('/', page('<a href="/a/">a</a> <a href="/gone/">gone</a> <a href="/gone.pdf">gone</a> <a href="https://elsewhere.example/">away</a>'))
  shelf.set('/a/', page('<a href="/b/#part">b</a>')).set('/b/', page('<a href="/">start</a>'))
  const tour = await Tour.of(browser, site, { checks: [] })
  assert.deepEqual(tour.paths, ['/', '/a/', '/b/'])
  assert.deepEqual(tour.findings('broken'), ['/: leads to SITE/gone/, which answers 404', '/gone.pdf: answers 404'].map((text) => text.replace('SITE', site)))
})
