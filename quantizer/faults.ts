import { Fault } from '#base'

/** What a user's model, calibration data or options can be wrong about. */
export type QuantizerFault = Fault<
  | { readonly code: 'QUANTIZER_MODEL'; readonly reason: string }
  | {
      readonly code: 'QUANTIZER_OPERATOR'
      readonly operator: string
      readonly node: string
      readonly reason: string
    }
  | { readonly code: 'QUANTIZER_CALIBRATION'; readonly reason: string }
  | { readonly code: 'QUANTIZER_INPUT'; readonly reason: string }
  | { readonly code: 'QUANTIZER_OPTION'; readonly reason: string }
  | { readonly code: 'QUANTIZER_OVERFLOW'; readonly node: string; readonly reason: string }
  | { readonly code: 'QUANTIZER_METADATA'; readonly reason: string }
>

export function modelFault(reason: string): Fault {
  return new Fault({ code: 'QUANTIZER_MODEL', reason }, 'give a float ONNX model that is whole')
}

export function operatorFault(
  node: { readonly operator: string; readonly name: string },
  reason: string,
): Fault {
  return new Fault(
    { code: 'QUANTIZER_OPERATOR', operator: node.operator, node: node.name, reason },
    'export the model with the operators and forms that the quantiser has',
  )
}

export function calibrationFault(reason: string): Fault {
  return new Fault(
    { code: 'QUANTIZER_CALIBRATION', reason },
    'give samples of what the model will see, one array for each of its inputs',
  )
}

export function inputFault(reason: string): Fault {
  return new Fault({ code: 'QUANTIZER_INPUT', reason }, 'give one finite value for each element')
}

export function optionFault(reason: string): Fault {
  return new Fault({ code: 'QUANTIZER_OPTION', reason }, 'see QuantizeOptions')
}

export function overflowFault(node: string, reason: string): Fault {
  return new Fault(
    { code: 'QUANTIZER_OVERFLOW', node, reason },
    'make the layer narrower, or clip what goes into it',
  )
}

export function metadataFault(reason: string): Fault {
  return new Fault({ code: 'QUANTIZER_METADATA', reason }, 'give a model that `quantize` emitted')
}
