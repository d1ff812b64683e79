import { fuzzContents, fuzzFiles } from './fuzz.ts'

describe('a malformed bundle', () => {
  it('brings nothing that was not put in, wherever it was damaged', async () => {
    await fuzzFiles(60, 'files')
  })

  it('by somebody who has the key does nothing but bring fewer bytes than it has', async () => {
    await fuzzContents(100, 'contents')
  })
})
