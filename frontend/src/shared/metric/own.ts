/** Whether a competition is scored by its organisers' own metric: no built-in one has such a name. */
export const isOwn = (name: string): boolean => name.startsWith('own_')
