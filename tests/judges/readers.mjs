// Reads feeds with feedsmith, a JavaScript parser. Standard input: JSON [{format, path}]; standard output: JSON, one table
// per feed: [{id, title, link, date, language, content}]. Dates stay as text; readers.py makes them comparable.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../target/tools/node/', import.meta.url))
const { parseRssFeed, parseAtomFeed, parseJsonFeed } = createRequire(folder)('feedsmith')

const rss = (feed) =>
  (feed.items ?? []).map((item) => ({
    id: item.guid?.value ?? null,
    title: item.title ?? null,
    link: item.link ?? null,
    date: item.pubDate ?? null,
    language: item.dc?.languages?.[0] ?? item.dc?.language ?? null,
    content: item.content?.encoded ?? item.description ?? null,
  }))

const atom = (feed) =>
  (feed.entries ?? []).map((entry) => ({
    id: entry.id ?? null,
    title: entry.title?.value ?? null,
    link: entry.links?.find((link) => (link.rel ?? 'alternate') === 'alternate')?.href ?? null,
    date: entry.published ?? null,
    language: entry.xml?.lang ?? null,
    content: entry.content?.value ?? null,
  }))

const json = (feed) =>
  (feed.items ?? []).map((item) => ({
    id: item.id ?? null,
    title: item.title ?? null,
    link: item.url ?? null,
    date: item.date_published ?? null,
    language: item.language ?? null,
    content: item.content_html ?? item.content_text ?? null,
  }))

const read = { rss: (text) => rss(parseRssFeed(text)), atom: (text) => atom(parseAtomFeed(text)), json: (text) => json(parseJsonFeed(text)) }

const tables = JSON.parse(readFileSync(0, 'utf8')).map(({ format, path }) => {
  try {
    return read[format](readFileSync(path, 'utf8'))
  } catch (error) {
    return { error: String(error) }
  }
})
process.stdout.write(JSON.stringify(tables))
