/** Prometheus as a test needs it: the names in what a node exposes, and in what a dashboard asks. */
import assert from 'node:assert/strict'

export interface Series {
  /** As `# TYPE` names it: that of a histogram has three series. */
  readonly family: string
  readonly labels: ReadonlySet<string>
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
  }[]
}

const sampleForm = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/

/** By the name of the series. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function parseMetrics(text: string): ReadonlyMap<string, Series> {
  const found = new Map<string, { family: string; labels: Set<string>; samples: Sample[] }>()
  let family = ''
  const series = (name: string) => {
    const known = found.get(name) ?? { family, labels: new Set<string>(), samples: [] }
    found.set(name, known)
    return known
  }
  for (const line of text.split('\n').filter((one) => one.length > 0)) {
    const [, described] = /^# TYPE (\S+) (?:counter|gauge|histogram|summary)$/.exec(line) ?? []
    if (described !== undefined) {
      family = described
      series(described)
    }
    if (line.startsWith('#')) continue
    const [, name = '', inside = '', value] = sampleForm.exec(line) ?? []
    assert.ok(name.startsWith(family) && name !== '', `not a sample of ${family}: ${line}`)
    const labels = Object.fromEntries(
      [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)].map(([, label = '', of = '']) => [
        label,
        of,
      ]),
    )
    const one = series(name)
    for (const label of Object.keys(labels)) one.labels.add(label)
    one.samples.push({ labels, value: Number(value) })
  }
  return found
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What the dashboard may use of PromQL. */
const functions = new Set(['count', 'histogram_quantile', 'rate', 'sum', 'time', 'topk'])

export interface Names {
  readonly metrics: readonly { readonly name: string; readonly labels: readonly string[] }[]
  /** Labels that are left after an aggregation. */
  readonly grouped: readonly string[]
}

/** Throws for what is no PromQL that it knows. */
export function namesIn(expression: string): Names {
  const grouped: string[] = []
  const metrics: { name: string; labels: string[] }[] = []
  const rest = expression
    .replaceAll(/\[(?:\$__rate_interval|\d+[smhd])\]/g, '')
    .replaceAll(/\bby \(([\w, ]+)\)/g, (_, labels: string) => {
      grouped.push(...labels.split(', '))
      return ''
    })
    .replaceAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g, (_, name: string, inside: string) => {
      const labels = [...inside.matchAll(/(\w+)(?:=~|!~|!=|=)"[^"]*"(?:, |$)/g)]
      metrics.push({ name, labels: labels.map(([, label = '']) => label) })
      return ''
    })
    .replaceAll(/([a-z_]+) *\(/g, (_, name: string) => {
      assert.ok(functions.has(name), `${name} is no function: ${expression}`)
      return '('
    })
  assert.match(rest, /^[()\s\d.,=+-]*$/, `what is ${rest} in ${expression}`)
  const opening = rest.split('(').length
  assert.equal(opening, rest.split(')').length, `brackets in ${expression}`)
  return { metrics, grouped }
}
