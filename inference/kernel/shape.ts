/** What a convolution of two dimensions is, beside its data: NCHW by OIHW. */
export interface ConvShape {
  readonly batch: number
  readonly channels: number
  readonly height: number
  readonly width: number
  /** Channels of the result; a multiple of `groups`. */
  readonly filters: number
  /** A divisor of `channels`. */
  readonly groups: number
  /** Height, width. */
  readonly kernel: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  /** Above, left, below, right; what is read there counts as the zero point. */
  readonly pads: readonly [number, number, number, number]
}

/** Height and width of the result; 0 or less where the kernel does not fit once. */
export function outputOf(shape: ConvShape): readonly [height: number, width: number] {
  const { height, width, kernel, strides, dilations, pads } = shape
  const rows = height + pads[0] + pads[2] - (kernel[0] - 1) * dilations[0] - 1
  const columns = width + pads[1] + pads[3] - (kernel[1] - 1) * dilations[1] - 1
  return [Math.floor(rows / strides[0]) + 1, Math.floor(columns / strides[1]) + 1]
}
