// A page says in which language each of its texts is, and which way it runs.

/** Runs in the page. */
function judge(named) {
  const found = []
  const root = document.documentElement
  const rtl = (language) => /^(ar|fa|he|ur)\b/.test(language)
  const short = (text) => `'${text.trim().slice(0, 50)}'`
  if (!root.lang) found.push('the page does not say its language')
  if (named && root.lang !== named) found.push(`the address says ${named}, the page says ${root.lang}`)
  for (const element of document.querySelectorAll('[lang]')) {
    const { direction: way, display } = getComputedStyle(element)
    const wanted = rtl(element.lang) ? 'rtl' : 'ltr'
    const text = element.textContent
    // Words among others, and names alone, run their way by themselves, unless there are figures or marks among them.
    const plain = /^[\p{L}\p{M}\s]+$/u.test(text) && (display === 'inline' || text.trim().split(/\s+/).length < 4)
    // What only a screen reader reads has no sides.
    const { width, height } = element.getBoundingClientRect()
    const seen = width > 1 && height > 1
    if (/\p{L}/u.test(text) && seen && !plain && way !== wanted) found.push(`${element.lang} runs ${way}: ${short(element.textContent)}`)
  }
  // Names stand in the texts of every language, also those of languages; sentences do not. So many letters, or Latin words, are one.
  const scripts = [
    [/\p{Script=Arabic}/gu, ['ar'], 8],
    [/\p{Script=Han}/gu, ['zh'], 3],
    [/\p{Script=Cyrillic}/gu, ['ru'], 8],
    [/(?<![\p{L}\p{N}])\p{Script=Latin}+(?![\p{L}\p{N}])/gu, ['en', 'fr', 'es'], 7],
  ]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode
    if (parentElement.closest('script, noscript, style, code, pre, bdi, ruby, template')) continue
    const language = parentElement.closest('[lang]')?.lang.split('-')[0]
    const text = data.replaceAll(/https?:\/\/\S+/g, '')
    for (const [letters, languages, least] of scripts) {
      const count = text.match(letters)?.length ?? 0
      if (count >= least && !languages.includes(language)) found.push(`marked as ${language}: ${short(data)}`)
    }
  }
  return found
}

export const spoken = {
  name: 'spoken',
  promise: 'every text is marked with its language, and runs its way',
  look: ({ page, url, site }) => page.evaluate(judge, url.startsWith(site) ? (new URL(url).pathname.match(/^\/(en|fr|zh|es|ru|ar)\//)?.[1] ?? '') : ''),
}
