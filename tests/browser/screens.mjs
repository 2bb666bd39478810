// The screens of the desk, and an office in which each of them has something to show.
import { quay } from './pictures.mjs'
import { Visit, lookout } from './visit.mjs'

/** All, or those that somebody is at work on: PRESSROOM_LANGUAGES='en ar'. */
export const LANGUAGES = process.env.PRESSROOM_LANGUAGES?.split(' ') ?? ['en', 'fr', 'zh', 'es', 'ru', 'ar']

const text = (title, body) => ({ title, body, summary: 'What it is about.', dateline: 'Ostend' })

/** Releases in every status, by the name under which screens ask for them. */
export async function deskful(room) {
  const author = room.colleague('Ana Lima', 'author')
  const editor = room.colleague('Boris Tal', 'editor')
  const as = async (token, method, path, body, headers = {}) => {
    const { status, body: saved } = await room.call(method, path, body, { ...headers, authorization: `Bearer ${token}` })
    if (status >= 300) throw new Error(`${method} ${path} was refused (${status}): ${JSON.stringify(saved)}`)
    return saved
  }
  const write = (release) => as(author, 'POST', '/v1/releases', release)
  const step = (token, { id }, name, body = {}) => as(token, 'POST', `/v1/releases/${id}/${name}`, body)
  const approved = async (release) => {
    const draft = await write(release)
    await step(author, draft, 'submit', { override: 'a test' })
    return step(editor, draft, 'approve')
  }
  const full = {
    date: '2026-03-12',
    texts: {
      en: text('Ferry to the outer stations runs again', 'The ferry runs again from Monday.\n\nThe stations are read once a week.'),
      ar: text('العبّارة إلى المحطات الخارجية تعمل من جديد', 'تعمل العبّارة من جديد ابتداءً من يوم الاثنين.'),
    },
    topics: ['research'],
    contacts: ['press'],
    links: [{ url: 'https://ferry.tidewater.example/', label: { en: 'Timetable' } }],
    event: { name: 'First crossing', start: '2026-03-16', place: 'Ostend' },
  }
  const office = { author, editor }
  office.draft = await write({ texts: { en: text('Gauges need [NAME] by TBC', 'The text is still to be written, and this sentence is in English.') } })
  const photo = await room.send(office.draft.id, 'quay.png', 'image/png', quay(600, 400))
  office.submitted = await write({ ...full, media: [{ ...photo, alt: { en: 'A quay' }, caption: { ar: 'رصيف' }, credit: 'Ana Lima' }] })
  await step(author, office.submitted, 'submit', { override: 'a test' })
  office.published = await approved(full)
  await step(editor, office.published, 'publish', { override: 'a test' })
  const again = await as(author, 'PUT', `/v1/releases/${office.published.id}`, { ...full, texts: { en: text('Ferry runs again', 'The ferry runs again from Tuesday.') }, correction: { note: { en: 'Not Monday.' } } }, { 'if-match': '"4"' })
  await step(author, again, 'submit', { override: 'a test' })
  office.withdrawn = await approved({ ...full, texts: { en: text('A wave of nine metres', 'It was seen.') } })
  await step(editor, office.withdrawn, 'publish', { override: 'a test' })
  await step(editor, office.withdrawn, 'withdraw', { reason: { en: 'It was not.' } })
  office.scheduled = await approved({ ...full, date: undefined, texts: { en: text('Tide tables for 2038', 'They are out.') } })
  await step(editor, office.scheduled, 'schedule', { at: '2037-12-01T09:00:00+01:00', override: 'a test' })
  return office
}

/** What a browser remembers of somebody who has signed in. */
const sessions = new Map()

/** Somebody who is signed in, or not. The door is a screen of its own; the others begin behind it. */
async function visitor(browser, room, language, token, options = {}) {
  if (token && !sessions.has(token)) {
    const context = await lookout(browser)
    const page = await context.newPage()
    await page.goto(`${room.site}/desk`)
    await page.fill('#token', token)
    await Promise.all([page.waitForNavigation(), page.click('main form button[type=submit]')])
    sessions.set(token, await context.storageState())
    await context.close()
  }
  const context = await lookout(browser, { ...options, locale: language, storageState: sessions.get(token) })
  return Visit.on(await context.newPage(), room.site, { friends: [room.s3] })
}

const press = (page, selector) => () => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]).then(([answer]) => answer)

const at =
  (path, who = 'editor') =>
  async (browser, room, office, language, options) => {
    const visit = await visitor(browser, room, language, office[who], options)
    return visit.open(room.site + path(office, language))
  }

const sent =
  (path, fill, button) =>
  async (browser, room, office, language, options) => {
    const visit = await visitor(browser, room, language, office.editor, options)
    const { page } = visit
    await page.goto(room.site + path(office, language))
    await fill(page, room, office)
    return visit.arrive(press(page, button))
  }

const save = 'button[name=do][value=save]'
const take = 'button[name=do][value=take]'

/** How to come to each: answers a visit that stands on it. */
export const SCREENS = {
  door: at(() => '/desk', 'nobody'),
  'door-refused': async (browser, room, office, language, options) => {
    const visit = await visitor(browser, room, language, undefined, options)
    await visit.page.goto(`${room.site}/desk`)
    await visit.page.fill('#token', 'pr_wrong')
    return visit.arrive(press(visit.page, 'main form button[type=submit]'))
  },
  'door-resume': sent(() => '/desk/releases/new', async (page) => {
    await page.fill('[name="texts.en.title"]', 'Kept')
    await page.context().clearCookies()
  }, save),
  board: at(() => '/desk'),
  'board-author': at(() => '/desk', 'author'),
  'board-search': at(() => '/desk?q=ferry&status=submitted'),
  'board-nothing': at(() => '/desk?q=nothing+of+the+kind'),
  'editor-new': at(() => '/desk/releases/new'),
  'editor-draft': at(({ draft }) => `/desk/releases/${draft.id}`),
  'editor-files': at(({ submitted }) => `/desk/releases/${submitted.id}`),
  'editor-published': at(({ published }) => `/desk/releases/${published.id}`),
  'editor-scheduled': at(({ scheduled }) => `/desk/releases/${scheduled.id}`),
  'editor-faults': sent(() => '/desk/releases/new', async (page) => {
    await page.fill('[name="texts.en.title"]', 'x'.repeat(310))
    await page.fill('[name="date"]', '09/06/2016')
    await page.fill('[name="links.0.url"]', 'javascript:alert(1)')
  }, save),
  conflict: sent(({ draft }) => `/desk/releases/${draft.id}`, async (page, room, { draft }) => {
    const { body: latest } = await room.call('GET', `/v1/releases/${draft.id}`)
    const { status, body } = await room.call('PUT', `/v1/releases/${draft.id}`, { texts: { en: text(`Gauges, revision ${latest.revision}`, 'Somebody else was quicker.') } }, { 'if-match': `"${latest.revision}"` })
    if (status !== 200) throw new Error(JSON.stringify(body))
    await page.fill('[name="texts.en.title"]', 'Gauges, slower')
  }, save),
  submit: at(({ draft }) => `/desk/releases/${draft.id}/submit`),
  approve: at(({ submitted }) => `/desk/releases/${submitted.id}/approve`),
  'approve-correction': at(({ published }) => `/desk/releases/${published.id}/approve`),
  publish: at(({ submitted }) => `/desk/releases/${submitted.id}/publish`),
  schedule: at(({ submitted }) => `/desk/releases/${submitted.id}/schedule`),
  'schedule-look': sent(({ submitted }) => `/desk/releases/${submitted.id}/schedule`, (page) => page.fill('[name=at]', '2037-06-01T09:00'), 'button[name=do][value=look]'),
  withdraw: at(({ published }) => `/desk/releases/${published.id}/withdraw`),
  'withdraw-refused': sent(({ published }) => `/desk/releases/${published.id}/withdraw`, () => {}, take),
  restore: at(({ withdrawn }) => `/desk/releases/${withdrawn.id}/restore`),
  'step-not-now': at(({ draft }) => `/desk/releases/${draft.id}/restore`),
  history: at(({ published }) => `/desk/releases/${published.id}/history`),
  'history-compared': at(({ published }) => `/desk/releases/${published.id}/history?from=1&to=5`),
  where: at(({ published }) => `/desk/releases/${published.id}/where`),
  trouble: at(() => '/desk/no/such/screen'),
  preview: at(({ submitted }, language) => `/desk/releases/${submitted.id}/preview?lang=${language}`),
}
