// Says what DOMPurify would take out of HTML, and whether a script in it runs. Standard input: JSON [html]; standard output: JSON, one
// list of findings per text, empty when nothing is wrong with it.
//
// The texts are fragments, as feeds carry them. DOMPurify's own list of harmless elements and attributes decides, not ours.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(fileURLToPath(new URL('../../target/tools/node/', import.meta.url)))
const { JSDOM, VirtualConsole } = require('jsdom')
const window = new JSDOM('').window
const purify = require('dompurify')(window)
// Twice: by its own list of harmless elements and attributes, to which only two of HTML's are added (the language of a link's target, the short
// form of a header); and by the list of what readers get of a body, which has no forms, styles or names and absolute addresses only.
const OWN = { USE_PROFILES: { html: true }, ADD_ATTR: ['hreflang', 'abbr'], RETURN_DOM: true }
const ADDRESSES = ['href', 'src', 'cite']
const WORDS = 'abbr alt colspan datetime dir height hreflang lang reversed rowspan scope span start title type value width'.split(' ')
const PROMISED = {
  ALLOWED_TAGS: (
    'a abbr b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li ' +
    'mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead time tr u ul var wbr #text html head body'
  ).split(' '),
  ALLOWED_ATTR: [...ADDRESSES, ...WORDS],
  ADD_URI_SAFE_ATTR: WORDS,
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:|tel:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM: true,
}
// A fragment that begins with a script or a comment would be taken for a page's head.
const BODY = '<hr>'

const shown = ({ element, attribute, from }) => (attribute ? `${attribute.name} of ${from.nodeName}` : `${element?.nodeName}`)

function removed(html, options) {
  const before = new window.DOMParser().parseFromString(BODY + html, 'text/html').body.innerHTML
  const after = purify.sanitize(BODY + html, options).innerHTML
  const findings = purify.removed.map((one) => `removed ${shown(one)}`)
  if (before !== after) findings.push(`changed from ${before.slice(0, 300)} to ${after.slice(0, 300)}`)
  return findings
}

// Inline scripts run and handlers are set, as in a browser that has no policy against them. Nothing is loaded.
function ran(html) {
  const findings = []
  const note = (what) => () => findings.push(`a script called ${what}`)
  const page = new JSDOM(`<!doctype html><body>${html}`, {
    runScripts: 'dangerously',
    virtualConsole: new VirtualConsole(),
    beforeParse: (inside) => Object.assign(inside, { alert: note('alert'), open: note('open') }),
  })
  const all = [...page.window.document.querySelectorAll('*')]
  for (const element of all) {
    for (const event of ['click', 'error', 'load', 'focus', 'mouseover', 'toggle']) element.dispatchEvent(new page.window.Event(event))
  }
  page.window.close()
  return findings
}

function judge(html) {
  try {
    return [...removed(html, OWN), ...removed(html, PROMISED), ...ran(html)]
  } catch (error) {
    return [`expected HTML that can be judged, found ${error}`]
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(judge)))
