export { quantity } from '#base'
