/**
 * The rules that models spend their time on, each as a loop of its own: engines make a loop fast that
 * always does one thing with one kind of arrays. An Int32Array keeps the low 32 bits of what is put in,
 * rounded toward zero.
 */
import type { Loop } from './elementwise.ts'

export const add: Loop = (result, a, aStep, b, bStep) => {
  for (let index = 0; index < result.length; index++) {
    const x = a[index * aStep] as number
    const y = b[index * bStep] as number
    result[index] = x + y
  }
}

export const subtract: Loop = (result, a, aStep, b, bStep) => {
  for (let index = 0; index < result.length; index++) {
    const x = a[index * aStep] as number
    const y = b[index * bStep] as number
    result[index] = x - y
  }
}

export const multiply: Loop = (result, a, aStep, b, bStep) => {
  for (let index = 0; index < result.length; index++) {
    const x = a[index * aStep] as number
    const y = b[index * bStep] as number
    result[index] = Math.imul(x, y)
  }
}

export const divide: Loop = (result, a, aStep, b, bStep) => {
  for (let index = 0; index < result.length; index++) {
    const x = a[index * aStep] as number
    const y = b[index * bStep] as number
    result[index] = x / y
  }
}

export const larger: Loop = (result, a, aStep, b, bStep) => {
  for (let index = 0; index < result.length; index++) {
    const x = a[index * aStep] as number
    const y = b[index * bStep] as number
    result[index] = x > y ? x : y
  }
}

export const smaller: Loop = (result, a, aStep, b, bStep) => {
  for (let index = 0; index < result.length; index++) {
    const x = a[index * aStep] as number
    const y = b[index * bStep] as number
    result[index] = x < y ? x : y
  }
}

export const rectify: Loop = (result, a, aStep) => {
  for (let index = 0; index < result.length; index++) {
    const x = a[index * aStep] as number
    result[index] = x < 0 ? 0 : x
  }
}
