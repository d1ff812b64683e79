import assert from 'node:assert/strict'

import { hex, isFault } from '#base'
import { keyHash, mlDsa } from '#crypto'
import {
  cloneGenesis,
  createGenesis,
  formatGenesis,
  genesisHash,
  limits,
  parseGenesis,
  testAccounts,
} from '#genesis'
import { systemAddresses, testSeeds } from '#protocol'

import { at, proofOf, publicKey, refused, sample, validator, word } from './sample.ts'

describe('parseGenesis', () => {
  it('reads text and value alike', () => {
    assert.deepEqual(parseGenesis(JSON.stringify(sample())), parseGenesis(sample()))
  })

  it('reads back what formatGenesis writes', () => {
    const genesis = parseGenesis(sample())
    assert.deepEqual(parseGenesis(formatGenesis(genesis)), genesis)
    const larger = parseGenesis(sample({ validators: [validator(0)], allowUnrecoverable: true }))
    assert.deepEqual(parseGenesis(formatGenesis(larger)), larger)
  })

  it('gives contracts the nonce 1 unless told otherwise', () => {
    const { alloc } = parseGenesis(sample({ alloc: { [at(1)]: { balance: 0, code: '0x00' } } }))
    assert.equal(alloc[0]?.nonce, 1n)
  })

  it('refuses a document that is too large before it parses it', () => {
    const text = ' '.repeat(limits.documentLength.value + 1)
    assert.throws(() => parseGenesis(text), { code: 'GENESIS_TOO_LARGE' })
  })

  it('refuses what is no JSON, and JSON of no object', () => {
    for (const text of ['', '{', 'genesis', '\u0000', '['.repeat(100_000)]) {
      assert.throws(() => parseGenesis(text), { code: 'GENESIS_NOT_JSON' })
    }
    for (const value of [
      undefined,
      null,
      7,
      [],
      '7',
      '"x"',
      'null',
      `${'['.repeat(5e4)}${']'.repeat(5e4)}`,
    ]) {
      assert.throws(() => parseGenesis(value), { code: 'GENESIS_INVALID' })
    }
  })

  it('refuses a missing field and an unknown one, by name', () => {
    for (const field of Object.keys(sample())) {
      const { [field]: _, ...rest } = sample() as Record<string, unknown>
      refused(rest, field, /./)
    }
    refused({ ...sample(), chainid: 1 }, 'document', /chainid/)
    refused(
      sample({ alloc: { [at(1)]: { balance: 1, balanse: 1 } as { balance: number } } }),
      `alloc.${at(1)}`,
      /balanse/,
    )
  })

  it('refuses the key that JavaScript gives a meaning of its own, wherever it stands', () => {
    const text = JSON.stringify(sample())
    for (const place of ['{', '"alloc":{', '"storage":{']) {
      const document = text.replace(place, `${place}"\\u005f_proto__":{"balance":1},`)
      refused(document, 'document', /__proto__/)
    }
  })

  it('reports at most as many problems as the limit says', () => {
    const alloc = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`0x${index}`, { balance: 1 }]),
    )
    assert.throws(
      () => parseGenesis(sample({ alloc })),
      (error) => {
        assert.ok(isFault(error, 'GENESIS_INVALID'))
        const facts = error.facts as unknown as { problems: readonly string[]; count: number }
        assert.equal(facts.count, 100)
        assert.equal(facts.problems.length, limits.reportedProblems.value)
        return true
      },
    )
  })
})

describe('the scalars of a genesis', () => {
  const wrong: [string, unknown[], RegExp][] = [
    ['format', ['pars-genesis/1', '', 1], /pars-genesis\/2/],
    ['name', ['', ' x', 'a  b', 'a\nb', 'x'.repeat(65), 'a\u202eb', 7], /name/],
    ['chainId', [0, -1, 1.5, 2 ** 53, '01', '1e3', ' 1', '0x', 2 ** 52, true], /whole number/],
    ['salt', ['0x', word(1).slice(0, -1), word(1).slice(2), `${word(1)}00`, 1], /64 hexadecimal/],
    ['dev', ['true', 1, null], /true or false/],
    ['timestamp', [-1, '253402300800'], /whole number/],
    ['blockGasLimit', [-1, 2 ** 24 - 1, 75_000_001, '0x47868c1'], /to 75000000/],
    ['targetBlockMs', [0, 49, 60_001], /whole number/],
    ['initialBaseFee', [0, 999_999_999, '18446744073709551616'], /1000000000/],
    ['feeCollector', ['0x00', at(1).slice(2), 1], /address|string/],
    ['allowUnrecoverable', ['yes'], /true or false/],
  ]
  for (const [field, values, cure] of wrong) {
    it(`of ${field} are refused with a cure`, () => {
      for (const value of values) refused({ ...sample(), [field]: value }, field, cure)
    })
  }

  it('of the token are refused with a cure', () => {
    refused(
      { ...sample(), token: { name: 'x', symbol: 'P$' } },
      'token.symbol',
      /letters or digits/,
    )
    refused({ ...sample(), token: { name: '', symbol: 'P' } }, 'token.name', /name/)
  })

  it('take a block gas limit of exactly 75,000,000, and of the largest transaction', () => {
    assert.equal(parseGenesis(sample({ blockGasLimit: 75_000_000 })).blockGasLimit, 75_000_000n)
    assert.equal(parseGenesis(sample({ blockGasLimit: 2 ** 24 })).blockGasLimit, 2n ** 24n)
  })

  it('take smaller blocks on a dev network', () => {
    const { blockGasLimit } = parseGenesis(sample({ dev: true, blockGasLimit: 1_000_000 }))
    assert.equal(blockGasLimit, 1_000_000n)
    refused(sample({ dev: true, blockGasLimit: 999_999 }), 'blockGasLimit', /1000000 to 75000000/)
  })

  it('hold an address of mixed case against its checksum', () => {
    const right = '0xcA11bde05977b3631167028862bE2a173976CA11'
    parseGenesis(sample({ feeCollector: right }))
    parseGenesis(sample({ feeCollector: right.toLowerCase() }))
    refused(sample({ feeCollector: right.replace('cA', 'Ca') }), 'feeCollector', /checksum/)
  })
})

function allocating(address: string, entry: object): object {
  return { ...sample(), alloc: { [address]: entry } }
}

describe('the allocation of a document', () => {
  it('refuses one address in two spellings', () => {
    const twice = { [at(0xab)]: { balance: 1 }, [at(0xab).replaceAll('ab', 'AB')]: { balance: 1 } }
    refused(sample({ alloc: twice }), `alloc.${at(0xab)}`, /once/)
    const storage = { [word(0xab)]: word(1), [word(0xab).replaceAll('ab', 'AB')]: word(1) }
    refused(
      allocating(at(1), { balance: 1, code: '0x00', storage }),
      `alloc.${at(1)}.storage.${word(0xab)}`,
      /once/,
    )
  })

  it('refuses accounts that state could not hold as given', () => {
    refused(allocating('0x12', { balance: 1 }), 'alloc.0x12', /address/)
    refused(allocating(at(1), { balance: 0 }), `alloc.${at(1)}`, /empty account/)
    refused(allocating(at(1), { balance: -1 }), `alloc.${at(1)}.balance`, /whole number/)
    refused(allocating(at(1), { balance: 1, code: '0x' }), `alloc.${at(1)}.code`, /hexadecimal/)
    refused(allocating(at(1), { balance: 1, code: '0xef0100' }), `alloc.${at(1)}.code`, /EIP-3541/)
    refused(
      allocating(at(1), { balance: 1, code: `0x${'00'.repeat(24_577)}` }),
      `alloc.${at(1)}.code`,
      /hexadecimal/,
    )
    refused(
      allocating(at(1), { balance: 1, code: '0x00', nonce: 0 }),
      `alloc.${at(1)}.nonce`,
      /EIP-161/,
    )
    refused(
      allocating(at(1), { balance: 1, nonce: '18446744073709551615' }),
      `alloc.${at(1)}.nonce`,
      /whole number/,
    )
    refused(
      allocating(at(1), { balance: 1, storage: { [word(1)]: word(1) } }),
      `alloc.${at(1)}.storage`,
      /contracts only/,
    )
    const zero = { balance: 1, code: '0x00', storage: { [word(1)]: word(0) } }
    refused(allocating(at(1), zero), `alloc.${at(1)}.storage.${word(1)}`, /zero/)
  })

  it('refuses more than 2^256 wei in all', () => {
    const half = (2n ** 255n).toString()
    refused(
      sample({ alloc: { [at(1)]: { balance: half }, [at(2)]: { balance: half } } }),
      'alloc',
      /2\^256/,
    )
  })

  it('refuses keys of another length, of another algorithm, and of a contract', () => {
    const key = { algorithm: 0x65, publicKey: publicKey(0xe9) }
    parseGenesis(allocating(at(1), { balance: 0, key }))
    refused(
      allocating(at(1), { balance: 1, key: { ...key, algorithm: 0x44 } }),
      `alloc.${at(1)}.key`,
      /1312/,
    )
    refused(
      allocating(at(1), { balance: 1, key: { ...key, algorithm: 1 } }),
      `alloc.${at(1)}.key`,
      /0x44/,
    )
    refused(allocating(at(1), { balance: 1, code: '0x00', key }), `alloc.${at(1)}.key`, /contract/)
  })

  it('refuses the addresses that the protocol fills, and those of the schedule', () => {
    const { accounts, nonces, commitDigests, blockHashes, system } = systemAddresses
    const taken = [accounts, nonces, commitDigests, blockHashes, system].map(hex)
    for (const address of [...taken, '0xca11bde05977b3631167028862be2a173976ca11', at(0x0c)]) {
      refused({ ...sample(), alloc: { [address]: { balance: 1 } } }, `alloc.${address}`, /protocol/)
    }
  })
})

function refusedEntries(precompiles: readonly object[], path: string, cure: RegExp): void {
  refused({ ...sample(), precompiles }, path, cure)
}

describe('the schedule of a document', () => {
  const entry = { name: 'oracle', version: '1.0.0', specHash: word(1), address: at(0x0c), from: 0 }

  it('refuses scalars of another form', () => {
    refusedEntries([{ ...entry, name: 'Oracle' }], 'precompiles.0.name', /folder/)
    refusedEntries([{ ...entry, version: '1.0' }], 'precompiles.0.version', /1\.0\.0/)
    refusedEntries([{ ...entry, specHash: '0x01' }], 'precompiles.0.specHash', /64/)
    refusedEntries([{ ...entry, from: -1 }], 'precompiles.0.from', /whole number/)
    refusedEntries([{ ...entry, module: '../x' }], 'precompiles.0.module', /npm/)
    refusedEntries(
      [{ ...entry, module: 'x', integrity: 'sha1-AA==' }],
      'precompiles.0.integrity',
      /sha512/,
    )
  })

  it('refuses module without integrity, and integrity without module', () => {
    refusedEntries([{ ...entry, module: 'x' }], 'precompiles.oracle@1.0.0', /together/)
    const integrity = `sha512-${'A'.repeat(86)}==`
    refusedEntries([{ ...entry, integrity }], 'precompiles.oracle@1.0.0', /together/)
    parseGenesis(sample({ precompiles: [{ ...entry, module: 'x', integrity }] }))
  })

  it('refuses addresses that are taken', () => {
    const { commitDigests, system, accounts, nonces } = systemAddresses
    for (const address of [
      `0x${'00'.repeat(19)}01`,
      `0x${'00'.repeat(18)}0100`,
      hex(commitDigests),
      hex(system),
    ]) {
      refusedEntries([{ ...entry, address }], 'precompiles.oracle@1.0.0', /neither/)
    }
    for (const address of [accounts, nonces]) {
      refusedEntries([{ ...entry, address: hex(address) }], 'precompiles.oracle@1.0.0', /0x0606/)
    }
    refusedEntries([{ ...entry, name: 'accounts' }], 'precompiles.accounts@1.0.0', /0x0606/)
    const outside = { module: 'x', integrity: `sha512-${'A'.repeat(86)}==` }
    const registry = { ...entry, ...outside, name: 'accounts', address: hex(accounts) }
    refusedEntries([registry], 'precompiles.accounts@1.0.0', /built in/)
  })

  it('refuses two plugins at one address, one at two, and a version or height twice', () => {
    refusedEntries(
      [entry, { ...entry, name: 'other', from: 1 }],
      'precompiles.other@1.0.0',
      /oracle/,
    )
    refusedEntries(
      [entry, { ...entry, version: '1.1.0', from: 1, address: at(0x0d) }],
      'precompiles.oracle@1.1.0',
      /one address/,
    )
    refusedEntries(
      [entry, { ...entry, version: '1.1.0' }],
      'precompiles.oracle@1.1.0',
      /per height/,
    )
    refusedEntries([entry, { ...entry, from: 1 }], 'precompiles.oracle@1.0.0', /once/)
  })

  it('says of one mistake one thing, of the later entry', () => {
    const twins = [{ ...entry, name: 'taken', version: '2.0.0' }, entry, { ...entry, from: 1 }]
    for (const [precompiles, problems] of [
      [twins.slice(0, 2), ['precompiles.oracle@1.0.0: give it an address that taken has not']],
      [[entry, entry], ['precompiles.oracle@1.0.0: schedule a version once']],
      [twins.slice(1), ['precompiles.oracle@1.0.0: schedule a version once']],
    ] as const) {
      assert.throws(
        () => parseGenesis({ ...sample(), precompiles }),
        (error) => {
          assert.ok(isFault(error, 'GENESIS_INVALID'))
          assert.deepEqual((error.facts as { problems?: unknown }).problems, problems)
          return true
        },
      )
    }
  })

  it('refuses a package twice, and takes another version of it under an alias', () => {
    const integrity = `sha512-${'A'.repeat(86)}==`
    const first = { ...entry, module: 'oracle', integrity }
    const second = { ...first, version: '1.1.0', from: 1 }
    refusedEntries([first, second], 'precompiles.oracle@1.1.0', /alias/)
    parseGenesis({ ...sample(), precompiles: [first, { ...second, module: 'oracle-1.1' }] })
  })
})

describe('the committee of a document', () => {
  it('may be empty', () => {
    assert.deepEqual(parseGenesis(sample({ validators: [] })).validators, [])
  })

  it('refuses shared accounts, keys and peers', () => {
    const first = validator(0)
    for (const field of ['account', 'publicKey', 'peerId'] as const) {
      const twin = { ...validator(1), [field]: first[field] }
      refused(
        sample({ validators: [first, twin, validator(2), validator(3)] }),
        `validators.1.${field}`,
        /its own/,
      )
    }
  })

  describe('has a proof of each key', () => {
    const others = [1, 2, 3].map((index) => validator(index))

    function refusedProof(changes: object, document: object = {}): void {
      const validators = [{ ...validator(0), ...changes }, ...others]
      refused({ ...sample(), validators, ...document }, 'validators.0.proof', /keys show --draft/)
    }

    it('and refuses a committee in which one is missing, or no signature', () => {
      refusedProof({ proof: undefined })
      refusedProof({ proof: '0x' })
      refusedProof({ proof: `${validator(0).proof}00` })
      refusedProof({ proof: `0x${'00'.repeat(3309)}` })
    })

    it('and refuses one that another key made, for the same place', () => {
      const { account, peerId } = validator(0)
      const stranger = mlDsa(0x65).fromSeed(new Uint8Array(32).fill(0xee))
      refusedProof({ proof: proofOf(stranger, account, peerId) })
      parseGenesis(
        sample({
          validators: [
            {
              ...validator(0),
              publicKey: hex(stranger.publicKey),
              proof: proofOf(stranger, account, peerId),
            },
            ...others,
          ],
        }),
      )
    })

    it('and refuses the proof of another validator, account, node, chain id and salt', () => {
      refusedProof({ proof: validator(1).proof })
      refusedProof({ account: at(0xdf) })
      refusedProof({ peerId: 'peer9'.padEnd(46, 'x') })
      refusedProof({}, { chainId: 90_211 })
      refusedProof({}, { salt: word(0x5b) })
    })
  })

  it('refuses a key that an account uses', () => {
    const { publicKey: shared } = validator(0)
    const alloc = { [at(1)]: { balance: 1, key: { algorithm: 0x65, publicKey: shared } } }
    refused(sample({ alloc }), 'validators.0.publicKey', /no account/)
  })

  it('refuses a validator that could not recover, unless told to take it', () => {
    // 3, 1, 1, 1, 1: S = 7, f = 2.
    const validators = [validator(0, 3), ...[1, 2, 3, 4].map((index) => validator(index))]
    refused(sample({ validators }), 'validators.0.stake', /allowUnrecoverable/)
    parseGenesis(sample({ validators, allowUnrecoverable: true }))
    const two = [validator(0, 2), validator(1, 2), ...validators.slice(2)]
    parseGenesis(sample({ validators: two }))
    refused(sample({ validators: [validator(0)] }), 'validators.0.stake', /at most 0/)
    // 1, 1, 1: S = 3, f = 0.
    refused(
      sample({ validators: [0, 1, 2].map((index) => validator(index)) }),
      'validators.2.stake',
      /at most 0/,
    )
  })

  it('refuses stakes of zero and stakes beyond 2^64 in all', () => {
    refused(sample({ validators: [validator(0, 0)] }), 'validators.0.stake', /whole number/)
    const most = (2n ** 64n - 1n).toString()
    const validators = [0, 1, 2, 3].map((index) => validator(index, most))
    refused(sample({ validators }), 'validators', /2\^64/)
  })
})

describe('published test keys', () => {
  const accounts = [0x44, 0x65, 0x87].flatMap((algorithm) => testAccounts(algorithm as 0x44))
  const [first] = accounts
  assert.ok(first)

  it('are ten per algorithm, from the published seeds', () => {
    assert.equal(new Set(accounts.map(({ address }) => hex(address))).size, 30)
    const key = mlDsa(0x65).fromSeed(testSeeds[0] ?? new Uint8Array(0))
    assert.deepEqual(testAccounts()[0]?.address, keyHash(0x65, key.publicKey).slice(12))
  })

  it('are refused as account, key, validator and fee collector', () => {
    for (const { address } of accounts) {
      refused(
        sample({ alloc: { [hex(address)]: { balance: 1 } } }),
        `alloc.${hex(address)}`,
        /published/,
      )
    }
    for (const { key } of accounts) {
      const entry = { algorithm: key.algorithm, publicKey: hex(key.publicKey) }
      refused(
        sample({ alloc: { [at(1)]: { balance: 1, key: entry } } }),
        `alloc.${at(1)}.key`,
        /published/,
      )
    }
    for (const { address, key } of testAccounts()) {
      const others = [1, 2, 3].map((index) => validator(index))
      const signing = { ...validator(0), publicKey: hex(key.publicKey) }
      refused(sample({ validators: [signing, ...others] }), 'validators.0.publicKey', /published/)
      const earning = { ...validator(0), account: hex(address) }
      refused(sample({ validators: [earning, ...others] }), 'validators.0.account', /published/)
      refused(sample({ feeCollector: hex(address) }), 'feeCollector', /published/)
    }
  })

  it('are taken on a dev network, which has a chain id of its own', () => {
    const dev = sample({ dev: true, alloc: { [hex(first.address)]: { balance: 1 } } })
    assert.equal(parseGenesis(dev).alloc.length, 1)
    for (const chainId of [6133, 6134]) refused({ ...dev, chainId }, 'chainId', /of its own/)
  })
})

describe('createGenesis and cloneGenesis', () => {
  it('draw a salt, and with it another network', () => {
    let drawn = 0
    const random = { bytes: (size: number) => new Uint8Array(size).fill(++drawn) }
    const { format: _, salt: __, ...rules } = sample({ validators: [] })
    const created = createGenesis(rules, random)
    const cloned = cloneGenesis(created, random)
    assert.equal(hex(created.salt), word(1))
    assert.equal(hex(cloned.salt), word(2))
    assert.deepEqual({ ...cloned, salt: created.salt }, created)
    assert.notDeepEqual(genesisHash(cloned), genesisHash(created))
    assert.throws(() => createGenesis({ ...rules, chainId: 0 }, random), {
      code: 'GENESIS_INVALID',
    })
  })

  it('take no validators along, who have proved themselves for the one network', () => {
    const random = { bytes: (size: number) => new Uint8Array(size).fill(1) }
    assert.deepEqual(cloneGenesis(parseGenesis(sample()), random).validators, [])
  })
})
