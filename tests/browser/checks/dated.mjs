// Days are written as the language of the page writes them. The judge is the browser's own copy of CLDR.

/** Runs in the page: what each day is shown as, and how the browser would write it. */
function days() {
  // What an office writes into its text is its own matter.
  const ours = [...document.querySelectorAll('time[datetime]')].filter((element) => !element.closest('article') || element.closest('.quiet'))
  return ours.map((element) => {
    const language = element.closest('[lang]').lang
    const day = new Date(`${element.dateTime.slice(0, 10)}T00:00:00Z`)
    const expected = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(day)
    return { language, shown: element.textContent, expected }
  })
}

/** Which kind of space stands between is a matter of the version of CLDR. */
const words = (text) => text.replace(/\s+/g, ' ')

export const dated = {
  name: 'dated',
  promise: 'days are written as CLDR has them in the language around them',
  async look({ page }) {
    const found = (await page.evaluate(days)).filter(({ shown, expected }) => words(shown) !== words(expected))
    return found.map(({ language, shown, expected }) => `expected '${expected}' in ${language}, found '${shown}'`)
  },
}
