/** What a vote can be, in the order of the Governor. */
export const supports = ['against', 'for', 'abstain'] as const
export type Support = (typeof supports)[number]
