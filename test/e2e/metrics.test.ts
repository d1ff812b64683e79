/** What real validators tell Prometheus, and the dashboard that is made for it. */
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'

import { Cluster, freePorts } from './cluster.ts'
import { Bench } from './node.ts'
import { namesIn, parseMetrics, type Series } from './prometheus.ts'

interface Dashboard {
  readonly title: string
  readonly templating: { readonly list: readonly { readonly name: string }[] }
  readonly panels: readonly {
    readonly title: string
    readonly type: string
    readonly description?: string
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
  }[]
}

const dashboard = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../deploy/grafana/pars.json'), 'utf8'),
) as Dashboard

const targets = dashboard.panels.flatMap(({ title, targets: own = [] }) =>
  own.map((target) => ({ title, ...target })),
)

/** What Prometheus adds to whatever it scrapes. */
const added = ['instance', 'job']

describe('the metrics of two validators', function () {
  this.timeout(180_000)

  const bench = new Bench()
  let cluster: Cluster
  let urls: readonly string[]
  let series: ReadonlyMap<string, Series>

  async function scrape(index: number): Promise<ReadonlyMap<string, Series>> {
    const response = await fetch(urls[index]!)
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    return parseMetrics(await response.text())
  }

  before(async () => {
    cluster = await Cluster.create(bench, 2)
    const port = await freePorts(2)
    urls = cluster.all.map((index) => `http://127.0.0.1:${port + index}/metrics`)
    for (const [index, { config }] of cluster.devnet.places.entries()) {
      appendFileSync(config, `metrics-port = ${port + index}\n`)
    }
    await cluster.start(...cluster.all)
    await cluster.transfer(0)
    await cluster.transfer(1)
    for (const index of cluster.all) {
      await cluster
        .at(index)
        .answers([
          ['eth_blockNumber'],
          ['eth_blockNumber'],
          ['eth_getBalance', 'nonsense'],
          ['eth_nothing'],
          ['__proto__'],
        ])
    }
    // What was never collected has no series: each scrape makes garbage.
    await cluster.until(async () => {
      series = await scrape(0)
      return series.has('nodejs_gc_duration_seconds_sum')
    })
  })
  after(() => bench[Symbol.asyncDispose]())

  function value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const found = series
      .get(name)
      ?.samples.filter((one) =>
        Object.entries(labels).every(([label, wanted]) => one.labels[label] === wanted),
      )
    assert.equal(found?.length, 1, `${name} ${JSON.stringify(labels)}`)
    return found[0]!.value
  }

  it('tell of the chain', () => {
    assert.ok(value('pars_chain_head_height') >= 2)
    assert.ok(value('pars_chain_finalized_height') >= 1)
    assert.equal(value('pars_chain_transactions_total'), 2)
    assert.ok(value('pars_chain_gas_used_total') >= 2 * 21_000)
    const executions = value('pars_chain_execution_seconds_count')
    assert.ok(executions >= value('pars_chain_blocks_total'))
    assert.equal(value('pars_chain_execution_seconds_bucket', { le: '+Inf' }), executions)
    assert.equal(value('pars_ready'), 1)
    assert.equal(value('pars_upgrade_missing'), 0)
  })

  it('tell of consensus', () => {
    assert.ok(value('pars_consensus_round') > 2)
    assert.equal(value('pars_consensus_standing', { standing: 'signing' }), 1)
    assert.equal(value('pars_consensus_member_connected', { author: '1' }), 1)
    assert.ok(value('pars_consensus_leaders_total', { decision: 'direct' }) > 0)
    assert.ok(value('pars_consensus_leader_timeout_seconds') > 0)
    assert.ok(value('pars_consensus_commit_age_seconds') >= 0)
  })

  it('tell of the network, as much sent as received', async () => {
    const peers = series.get('pars_network_peers')?.samples ?? []
    assert.equal(
      peers.reduce((sum, one) => sum + one.value, 0),
      1,
    )
    for (const direction of ['sent', 'received']) {
      assert.ok(value('pars_network_bytes_total', { class: 'dag', direction }) > 1000)
    }
    assert.ok(value('pars_network_handshakes_total', { outcome: 'completed' }) >= 1)
    // The other has received all that this one had sent, as the series of that moment say.
    const sent = value('pars_network_bytes_total', { class: 'dag', direction: 'sent' })
    await cluster.until(async () => {
      const other = await scrape(1)
      const received = other
        .get('pars_network_bytes_total')
        ?.samples.find(
          ({ labels }) => labels['class'] === 'dag' && labels['direction'] === 'received',
        )
      return (received?.value ?? 0) >= sent
    })
  })

  it('tell of the pool and its verifications', () => {
    assert.equal(value('pars_pool_transactions', { state: 'executable' }), 0)
    assert.ok(value('pars_pool_admissions_total', { outcome: 'accepted' }) >= 1)
    assert.ok(value('pars_verifications_total', { priority: 'header' }) > 0)
  })

  it('tell methods apart, and not what strangers call them', () => {
    const method = 'eth_blockNumber'
    assert.ok(value('pars_rpc_calls_total', { method, outcome: 'success' }) >= 2)
    assert.ok(value('pars_rpc_call_seconds_count', { method }) >= 2)
    assert.equal(value('pars_rpc_calls_total', { method: 'eth_getBalance', outcome: 'refused' }), 1)
    assert.equal(value('pars_rpc_calls_total', { method: 'unknown', outcome: 'refused' }), 2)
    const named = series.get('pars_rpc_calls_total')?.samples.map(({ labels }) => labels['method'])
    assert.ok(!named?.some((name) => name === 'eth_nothing' || name === '__proto__'))
  })

  it('tell of the process', () => {
    assert.ok(value('process_resident_memory_bytes') > 50 * 2 ** 20)
    assert.ok(series.has('nodejs_eventloop_lag_p99_seconds'))
    assert.ok(series.has('nodejs_gc_duration_seconds'))
  })

  it('go to nobody who comes under another name, or asks for more', async () => {
    const port = Number(new URL(urls[0]!).port)
    const status = (headers: Record<string, string>, at: string, method = 'GET') =>
      new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port, path: at, method, headers }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on('error', reject)
          .end()
      })
    assert.equal(await status({ host: 'rebound.example' }, '/metrics'), 403)
    assert.equal(await status({ origin: 'https://page.example' }, '/metrics'), 403)
    assert.equal(await status({}, '/'), 404)
    assert.equal(await status({}, '/metrics', 'POST'), 405)
  })

  it('have every metric and label that the dashboard shows', () => {
    assert.ok(targets.length > 50)
    for (const { title, expr, legendFormat } of targets) {
      const { metrics, grouped } = namesIn(expr)
      assert.ok(metrics.length > 0, `${title}: ${expr}`)
      const known = new Set(added)
      for (const { name, labels } of metrics) {
        const found = series.get(name)
        assert.ok(found !== undefined, `${title}: there is no ${name}`)
        for (const label of found.labels) known.add(label)
        const missing = labels.filter((label) => !added.includes(label) && !found.labels.has(label))
        assert.deepEqual(missing, [], `${title}: labels of ${name}`)
      }
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
      for (const label of [...grouped, ...shown]) {
        assert.ok(known.has(label), `${title}: there is no label ${label} in ${expr}`)
      }
      if (grouped.length > 0) {
        assert.deepEqual(
          shown.filter((label) => !grouped.includes(label)),
          [],
          `${title}: the legend names what was summed up`,
        )
      }
    }
  })

  it('are all on the dashboard', () => {
    const shown = new Set(
      targets.flatMap(({ expr }) =>
        namesIn(expr).metrics.map(({ name }) => name.replace(/_(?:bucket|sum|count)$/, '')),
      ),
    )
    const own = [...series.values()]
      .map(({ family }) => family)
      .filter((name) => name.startsWith('pars_'))
    assert.deepEqual(
      [...new Set(own)].filter((name) => !shown.has(name)),
      [],
    )
  })
})

describe('the dashboard', () => {
  it('says of every panel what it shows, and asks only the nodes that are chosen', () => {
    assert.deepEqual(
      dashboard.templating.list.map(({ name }) => name),
      ['datasource', 'instance'],
    )
    for (const { title, type, description, targets: own = [] } of dashboard.panels) {
      if (type === 'row') continue
      assert.ok(description !== undefined && description.length > 0, title)
      for (const { expr } of own) {
        const selectors = namesIn(expr).metrics
        assert.ok(
          selectors.every(({ labels }) => labels.includes('instance')),
          expr,
        )
      }
    }
  })
})
