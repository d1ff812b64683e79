/**
 * Functions of the reals from additions, multiplications and divisions alone. IEEE 754 fixes each
 * of those to the bit; `Math.exp` and its like may differ between machines, and a table of theirs
 * would be another model on each.
 */

const ln2 = 0.6931471805599453
const twoOverSqrtPi = 1.1283791670955126
const sqrtHalf = 0.7071067811865476

/** e^x, within 1e-13 of it relatively; 0 below -708, infinite above 709. */
export function exp(x: number): number {
  if (x < -708) return 0
  if (x > 709) return Infinity
  const power = Math.floor(x / ln2 + 0.5)
  const rest = x - power * ln2
  let term = 1
  let sum = 1
  for (let n = 1; n <= 14; n++) {
    term = (term * rest) / n
    sum += term
  }
  return sum * powerOfTwo(power)
}

/** 2^n, exact. */
function powerOfTwo(n: number): number {
  let result = 1
  let base = n < 0 ? 0.5 : 2
  for (let rest = n < 0 ? -n : n; rest > 0; rest = (rest - (rest % 2)) / 2) {
    if (rest % 2 === 1) result *= base
    base *= base
  }
  return result
}

export function erf(x: number): number {
  const size = x < 0 ? -x : x
  if (size > 6) return x < 0 ? -1 : 1
  // All terms have one sign, so nothing cancels: 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!
  let term = size
  let sum = size
  for (let n = 1; n < 200 && term > sum * 1e-17; n++) {
    term = (term * 2 * size * size) / (2 * n + 1)
    sum += term
  }
  const value = twoOverSqrtPi * exp(-size * size) * sum
  return x < 0 ? -value : value
}

export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x))
  const power = exp(x)
  return power / (1 + power)
}

export function tanh(x: number): number {
  if (x < 0) return -tanh(-x)
  if (x > 20) return 1
  const power = exp(-2 * x)
  return (1 - power) / (1 + power)
}

/** x Φ(x), the exact form. */
export function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x * sqrtHalf))
}

/** The form with the hyperbolic tangent, `approximate = "tanh"`. */
export function geluTanh(x: number): number {
  const inner = 0.7978845608028654 * (x + 0.044715 * x * x * x)
  return 0.5 * x * (1 + tanh(inner))
}
