/** What a model at hand, or a party to a claim, can be wrong about. */
import { Fault, type Hex } from '#base'

export function unusableFile(file: string, reason: string): Fault {
  return new Fault({ code: 'MODEL_FILE', file, reason }, 'name a file that you can read')
}

export function unknownId(of: 'claim' | 'model', id: Hex): never {
  throw new Fault(
    { code: 'MODEL_UNKNOWN', of, id },
    'the network has none of this id: pars model list and pars model claims show what there is',
  )
}

/** Another model than the chain has. */
export function otherModel(facts: { readonly expected: string; readonly found: string }): Fault {
  return new Fault(
    { code: 'MODEL_MISMATCH', ...facts },
    'name the folder or the file that the model was registered from',
  )
}

/** @param names What is wanted otherwise than the chain has it. */
export function registeredOtherwise(id: Hex, names: readonly string[]): Fault {
  return new Fault(
    { code: 'MODEL_REGISTERED', id, differing: names.join(' ') },
    'what is registered does not change: give these as they are there, or another --name',
  )
}
