// The names of languages are those of CLDR, in every language that the pages and the desk speak. The judge is the copy of CLDR in Node.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { TOP } from './tools.mjs'

const LANGUAGES = ['ar', 'en', 'es', 'fr', 'ru', 'zh']

/** The texts of a file: one `key = "text"` in a line. */
const texts = (path) => Object.fromEntries([...readFileSync(join(TOP, path), 'utf8').matchAll(/^(\w+) = "(.*)"$/gm)].map(([, key, text]) => [key, text]))
const name = (language, of) => new Intl.DisplayNames(language, { type: 'language' }).of(of)
/** At the beginning of a line a name may have a capital letter. */
const same = (found, expected, language) => assert.equal(found.toLocaleLowerCase(language), expected.toLocaleLowerCase(language))

for (const language of LANGUAGES) {
  test(`languages are called in ${language} as CLDR calls them`, () => {
    const pages = texts(`templates/words/${language}.toml`)
    const desk = texts(`templates/desk/words/${language}.toml`)
    same(pages.autonym, name(language, language), language)
    same(desk.autonym, name(language, language), language)
    for (const other of LANGUAGES) {
      same(pages[other], name(language, other), language)
      same(desk[`lang_${other}`], name(language, other), language)
    }
  })
}
