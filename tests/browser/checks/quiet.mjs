// A page works without complaint, within its policy, and from one host.

export const silent = {
  name: 'silent',
  promise: 'no page makes the console complain',
  // What the answer itself says is no complaint: that a missing page is missing, that a form has faults.
  look: ({ console, answer }) => console.filter((text) => answer.ok() || !text.includes(`with a status of ${answer.status()}`)),
}

export const policy = {
  name: 'policy',
  promise: 'no page tries what its policy forbids, and every page has one without unsafe-inline',
  async look({ page, answer }) {
    const said = (await answer.allHeaders())['content-security-policy'] ?? ''
    const weak = /default-src 'none'/.test(said) && !/unsafe-|\*|data:.*script/.test(said) ? [] : [`its policy is '${said}'`]
    return [...weak, ...(await page.evaluate(() => violations))]
  },
}

export const hosts = {
  name: 'hosts',
  promise: 'no page asks another host for anything',
  look: (visit) => visit.strangers,
}

export const still = {
  name: 'still',
  promise: 'nothing on a page moves while it is loaded',
  look: ({ page }) => page.evaluate(() => shifts.map((shift) => `moved ${shift}`)),
}

/** Compressed, without photos: what a phone on a slow line waits for. */
const BUDGET = 30 * 1024

export const light = {
  name: 'light',
  promise: 'a page is one HTML and one style sheet of at most 30 KB; only the page of feeds may bring a script',
  async look(visit) {
    const kinds = visit.requests.map((request) => request.resourceType()).filter((kind) => !['image', 'media'].includes(kind))
    const allowed = ['document', 'stylesheet', ...(/\/feeds\/$/.test(visit.url) ? ['script'] : [])]
    const more = kinds.filter((kind, n) => !allowed.includes(kind) || kinds.indexOf(kind) !== n)
    const sizes = await Promise.all(
      visit.requests
        .filter((request) => allowed.includes(request.resourceType()))
        .map(async (request) => (await request.response()) && (await request.sizes()).responseBodySize),
    )
    const size = sizes.reduce((sum, one) => sum + one, 0)
    return [...more.map((kind) => `one more ${kind}`), ...(size > BUDGET ? [`${size} bytes`] : [])]
  },
}
