// What a page says of its addresses: to machines that read pages, all pages together must make sense.

/** Runs in the page: what its head says, and where it leads. */
export function read() {
  const links = (selector) => [...document.head.querySelectorAll(selector)].map((link) => ({ href: link.href, language: link.hreflang, type: link.type }))
  const article = document.querySelector('main article[lang]')
  const json = [...document.querySelectorAll('script[type="application/ld+json"]')].map((script) => script.textContent)
  return {
    title: document.title,
    language: document.documentElement.lang,
    shown: article?.lang ?? document.documentElement.lang,
    canonical: links('link[rel=canonical]').map(({ href }) => href),
    alternates: links('link[rel=alternate][hreflang]').filter(({ type }) => !type),
    feeds: links('link[rel=alternate][type]'),
    robots: document.querySelector('meta[name=robots]')?.content ?? '',
    switch: [...document.querySelectorAll('header nav a[hreflang], .languages a[hreflang]')].map((link) => ({ href: link.href, language: link.hreflang })),
    links: [...document.querySelectorAll('a[href], link[href], img[src], source[srcset], script[src]')].map((one) => one.href || one.src).filter(Boolean),
    json,
  }
}

/** Findings over all pages: `heads` are the answers of [`read`] by the address of the page. */
export function judge(heads) {
  const found = []
  const say = (url, text) => found.push({ url, text })
  for (const [url, head] of heads) {
    if (!head.title.trim()) say(url, 'has no title')
    for (const text of head.json) {
      try {
        const document = JSON.parse(text)
        if (!document['@context'] || !(document['@type'] || document['@graph'])) say(url, `JSON-LD without a type: ${text.slice(0, 80)}`)
      } catch (error) {
        say(url, `JSON-LD that is no JSON: ${error.message}`)
      }
    }
    if (head.canonical.length > 1) say(url, 'has several canonical addresses')
    const [canonical] = head.canonical
    // A text that stands in for another belongs where it is in its own language; what nobody shall find has nothing to say of that.
    const own = head.shown === head.language || head.robots.includes('noindex')
    if (canonical && own && canonical !== url) say(url, `is the page of its language, and calls ${canonical} the real one`)
    if (canonical && !own && heads.get(canonical)?.language !== head.shown) say(url, `shows ${head.shown}, and calls ${canonical} the real one`)
    const seen = new Set()
    for (const { href, language } of head.alternates) {
      if (seen.has(language)) say(url, `names two pages in ${language}`)
      seen.add(language)
      const other = heads.get(href)
      if (language === 'x-default' || !other) continue
      if (other.language !== language || other.shown !== language) say(url, `says that ${href} is in ${language}; it shows ${other.shown}`)
      // The chooser is no translation of the newsrooms it leads to.
      const back = other.alternates.some((link) => link.href === url)
      if (!back && own && new URL(url).pathname !== '/') say(url, `calls ${href} its translation, which does not say so of it`)
    }
    if (own && head.alternates.length > 1 && !seen.has('x-default')) say(url, 'names translations, but no page for everybody else (x-default)')
    const unknown = head.alternates.filter(({ href }) => !heads.has(href))
    for (const { href } of unknown) say(url, `names ${href}, which no link leads to`)
    const feed = head.feeds.find(({ type }) => /rss|atom/.test(type))
    if (feed && !new URL(feed.href).pathname.startsWith(`/${head.language}/`)) say(url, `offers first a feed that is not in ${head.language}: ${feed.href}`)
  }
  return found
}

export const PROMISE = 'canonical addresses, translations and feeds are what they are said to be'
