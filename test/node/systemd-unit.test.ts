import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { Fault } from '#base'

import { exitCodeOf } from '../../node/exit-codes.ts'
import { systemdUnit } from '../../node/systemd-unit.ts'

const root = path.join(import.meta.dirname, '../..')
const usual = {
  program: ['/usr/local/bin/pars'],
  user: 'pars',
  data: '/var/lib/pars',
  config: '/etc/pars/config.toml',
}

/** The value of a setting; fails when it is there more or less than once. */
function setting(unit: string, name: string): string {
  const values = unit.split('\n').filter((line) => line.startsWith(`${name}=`))
  assert.equal(values.length, 1, name)
  return values[0]!.slice(name.length + 1)
}

describe('the unit of systemd', () => {
  it('is the one that lies in deploy/', () => {
    const file = path.join(root, 'deploy/systemd/pars.service')
    assert.equal(readFileSync(file, 'utf8'), systemdUnit(usual))
  })

  it('starts a node again unless that would change nothing', () => {
    const unit = systemdUnit(usual)
    const final = setting(unit, 'RestartPreventExitStatus').split(' ').map(Number)
    for (const code of [
      'NODE_CONFIG',
      'NODE_DOPPELGANGER',
      'NODE_OUTVOTED',
      'CHAIN_STOPPED',
      'STORE_CORRUPT',
      'CHAIN_GENESIS_MISMATCH',
      'GENESIS_FORMAT',
      'NODE_KEY_OTHER',
      'IDENTITY_PASSWORD',
    ]) {
      assert.ok(final.includes(exitCodeOf(new Fault({ code }))), code)
    }
    assert.equal(setting(unit, 'Restart'), 'on-failure')
    for (const code of [0, 1, 4]) assert.ok(!final.includes(code))
  })

  it('quotes what a line of a unit would read otherwise', () => {
    const unit = systemdUnit({ ...usual, data: '/srv/a b/100%/$x', config: '/etc/"q".toml' })
    assert.equal(
      setting(unit, 'ExecStart'),
      String.raw`/usr/local/bin/pars run --config "/etc/\"q\".toml" --data "/srv/a b/100%%/$$x"`,
    )
    assert.equal(setting(unit, 'ReadWritePaths'), '"/srv/a b/100%%/$$x"')
  })

  it('lets a node in a home folder read it', () => {
    assert.equal(setting(systemdUnit(usual), 'ProtectHome'), 'yes')
    const home = { ...usual, program: ['/home/me/node', '/home/me/cli.ts'] }
    assert.equal(setting(systemdUnit(home), 'ProtectHome'), 'read-only')
  })

  it('is understood by systemd', function () {
    this.timeout(30_000)
    const tool = '/usr/bin/systemd-analyze'
    if (!existsSync(tool)) this.skip()
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-unit-'))
    try {
      const file = path.join(folder, 'pars.service')
      // It looks for the program and the user on this machine.
      writeFileSync(file, systemdUnit({ ...usual, program: [process.execPath], user: 'root' }))
      const { status, stderr } = spawnSync(tool, ['verify', file], { encoding: 'utf8' })
      const own = stderr.split('\n').filter((line) => line.includes('pars.service'))
      assert.deepEqual(own, [])
      assert.equal(status, 0, stderr)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('the container file', () => {
  const lines = readFileSync(path.join(root, 'deploy/container/Containerfile'), 'utf8')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const instructions = lines.map((line) => {
    const [name = '', ...rest] = line.split(' ')
    return { name, text: rest.join(' ').trim() }
  })
  const all = (name: string) =>
    instructions.filter((one) => one.name === name).map(({ text }) => text)

  it('has nothing but instructions that builders know', () => {
    const known =
      /^(?:CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|RUN|STOPSIGNAL|USER|VOLUME|WORKDIR)$/
    for (const { name, text } of instructions) {
      assert.match(name, known)
      assert.notEqual(text, '')
    }
    for (const text of [...all('CMD'), ...all('ENTRYPOINT')]) {
      assert.ok(Array.isArray(JSON.parse(text)), text)
    }
    const [, check = ''] = /CMD (\[.*\])$/.exec(all('HEALTHCHECK')[0] ?? '') ?? []
    assert.equal((JSON.parse(check) as string[])[0], 'pars')
  })

  it('builds by scripts that there are, and runs as nobody special', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    const runs = all('RUN').join(' ')
    const used = [...runs.matchAll(/npm run (\S+)/g)].map(([, name = '']) => name)
    assert.deepEqual(used, ['build'])
    for (const name of used) assert.ok(Object.hasOwn(scripts, name))
    for (const from of all('FROM'))
      assert.match(from, /^docker\.io\/library\/node:26-slim(?: AS build)?$/)
    assert.deepEqual(all('USER'), ['node'])
    assert.deepEqual(
      all('ENTRYPOINT').map((text) => JSON.parse(text) as unknown),
      [['pars']],
    )
    assert.deepEqual(all('EXPOSE'), ['7227'])
  })
})
