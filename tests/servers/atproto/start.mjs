// A real AT Protocol network on loopback, with accounts, posts and likes planted in it:
//   node start.mjs --plc-port P --pds-port P --state FILE --log FILE [--accounts 5] [--posts 20] [--likes 15] [--seed FILE]
// Run it in the folder that holds node_modules.
// With --appview-port P the AppView of Bluesky runs too; DB_POSTGRES_URL and REDIS_HOST say where its stores are.
// --seed FILE plants given accounts instead of generated ones:
//   [{"handle": "a.test", "name": "..", "posts": ["text", ..], "likes": [["b.test", 0], ..]}, ..]
// A like names the author's handle and the place of the post in that author's list.
// FILE of --state tells what was planted; the line READY says that all of it is there. From then on FILE of --log
// grows by one line a request, written before the answer goes out.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const BATCH = 200 // the most writes that one applyWrites takes
const CAUGHT_UP_WITHIN = 120_000 // milliseconds
const AT_ONCE = 8 // accounts seeded side by side
const LEXICON = { post: 'app.bsky.feed.post', like: 'app.bsky.feed.like', profile: 'app.bsky.actor.profile' }
const FIRST_POST = Date.parse('2024-11-01T08:00:00+07:00')

const { values: options } = parseArgs({
  options: {
    'plc-port': { type: 'string' },
    'pds-port': { type: 'string' },
    'appview-port': { type: 'string' },
    state: { type: 'string' },
    log: { type: 'string' },
    seed: { type: 'string' },
    accounts: { type: 'string', default: '5' },
    posts: { type: 'string', default: '20' },
    likes: { type: 'string', default: '15' },
  },
})

function stayOnLoopback() {
  // The servers would bind to every interface.
  const listen = net.Server.prototype.listen
  net.Server.prototype.listen = function (...args) {
    const [where] = args
    if (typeof where === 'number' && typeof args[1] !== 'string') args.splice(1, 0, '127.0.0.1')
    else if (where && typeof where === 'object' && 'port' in where) args[0] = { ...where, host: '127.0.0.1' }
    return listen.apply(this, args)
  }
}

function invented({ accounts, posts, likes }) {
  const handle = (n) => `kelurahan-${n % accounts}.test`
  const minute = (n) => new Date(FIRST_POST + n * 60_000).toISOString()
  const text = (n, k) =>
    k % 7 === 0
      ? `Ayo coblos nomor ${(k % 3) + 1} di TPS, ajak keluarga! #${k}`
      : `Kerja bakti warga RT ${k} kelurahan uji ${n}`
  return Array.from({ length: accounts }, (_, n) => ({
    handle: handle(n),
    name: `Kelurahan Uji ${n}`,
    posts: Array.from({ length: posts }, (_, k) => ({ text: text(n, k), createdAt: minute(n * posts + k) })),
    // Like k goes to the k-th post of the others, one author after the other: no post is liked twice.
    likes: Array.from({ length: Math.min(likes, (accounts - 1) * posts) }, (_, k) => [
      handle(n + 1 + (k % (accounts - 1))),
      (Math.floor(k / (accounts - 1)) + n) % posts,
    ]),
  }))
}

function client(pds) {
  return async (method, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const answer = await fetch(`${pds}/xrpc/${method}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
}

function creation(collection, value, rkey) {
  return { $type: 'com.atproto.repo.applyWrites#create', collection, rkey, value: { $type: collection, ...value } }
}

async function write(call, account, writes) {
  const written = []
  for (let first = 0; first < writes.length; first += BATCH) {
    const part = { repo: account.did, validate: false, writes: writes.slice(first, first + BATCH) }
    written.push(...(await call('com.atproto.repo.applyWrites', part, account.token)).results)
  }
  return written
}

async function eachOf(items, work) {
  const waiting = [...items]
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

async function plant(call, wanted) {
  const accounts = wanted.map((account) => ({ ...account }))
  const named = new Map(accounts.map((account) => [account.handle, account]))
  await eachOf(accounts, async (account) => {
    const body = { handle: account.handle, email: `${account.handle}@example.test`, password: 'only-on-loopback' }
    const { did, accessJwt } = await call('com.atproto.server.createAccount', body)
    Object.assign(account, { did, token: accessJwt })
    const posts = account.posts.map((post) =>
      creation(LEXICON.post, { langs: ['id'], createdAt: new Date().toISOString(), ...(post.text ? post : { text: post }) }),
    )
    const [, ...written] = await write(call, account, [
      creation(LEXICON.profile, { displayName: account.name }, 'self'),
      ...posts,
    ])
    account.written = written.map(({ uri, cid }) => ({ uri, cid }))
  })
  say(`${accounts.length} accounts with posts`)
  await eachOf(accounts, async (account) => {
    account.subjects = account.likes.map(([handle, place]) => named.get(handle).written[place])
    const createdAt = new Date().toISOString()
    await write(call, account, account.subjects.map((subject) => creation(LEXICON.like, { subject, createdAt })))
  })
  say('all likes')
  return accounts
}

function count(name, server) {
  server.prependListener('request', ({ method, url }) => fs.appendFileSync(options.log, `${name} ${method} ${url}\n`))
}

const say = (words) => console.log(`[${(performance.now() / 1000).toFixed(1)} s] ${words}`)

stayOnLoopback()
const installed = createRequire(path.join(process.cwd(), 'package.json'))
const { TestNetwork, TestNetworkNoAppView } = await import(pathToFileURL(installed.resolve('@atproto/dev-env')))
const appview = options['appview-port'] && Number(options['appview-port'])
const network = await (appview ? TestNetwork : TestNetworkNoAppView).create({
  plc: { port: Number(options['plc-port']) },
  pds: { port: Number(options['pds-port']), hostname: 'localhost' },
  ...(appview && {
    bsky: { dbPostgresSchema: 'bsky', port: appview, publicUrl: `http://localhost:${appview}` },
    ozone: {},
    dbPostgresSchema: 'rest',
  }),
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    setTimeout(() => process.exit(0), 3000).unref()
    network.close().finally(() => process.exit(0))
  })
}
say(`PLC ${network.plc.url}, PDS ${network.pds.url}`)

const wanted = options.seed
  ? JSON.parse(fs.readFileSync(options.seed, 'utf8'))
  : invented({ accounts: Number(options.accounts), posts: Number(options.posts), likes: Number(options.likes) })
const accounts = await plant(client(network.pds.url), wanted)
if (appview) {
  await network.processAll(CAUGHT_UP_WITHIN)
  say('the AppView has seen all of it')
}
const planted = accounts.map(({ did, handle, written, subjects }) => ({
  did,
  handle,
  posts: written.map(({ uri }) => uri),
  likes: subjects.map(({ uri }) => uri),
}))
fs.writeFileSync(options.log, '')
count('plc', network.plc.server.server)
count('pds', network.pds.server.server)
if (appview) count('appview', network.bsky.server.server)
fs.writeFileSync(options.state, JSON.stringify({ plc: network.plc.url, pds: network.pds.url, appview: network.bsky?.url, accounts: planted }))
console.log('READY')
